import {
  useConnectionState,
  useLocalParticipant,
  useVoiceAssistant,
} from '@livekit/components-react';
import { ConnectionState, LocalAudioTrack } from 'livekit-client';
import { useCallback, useEffect, useState } from 'react';
import { appError } from '../errors.ts';
import { useHeldFor } from '../hooks/use-held-for.ts';
import { CallControls } from './CallControls.tsx';
import { CallNotices } from './CallNotices.tsx';
import { CallState } from './CallState.tsx';
import { CallTiles } from './CallTiles.tsx';
import { Countdown } from './Countdown.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { TopUp } from './TopUp.tsx';
import { Transcript } from './Transcript.tsx';

/** The agent joins within a second or two; after this it is not coming. */
const AGENT_JOINS_WITHIN_MS = 20_000;
/** Whoever comes back into a call is shown the agent's figure of some seconds ago first, then the new one. */
const FIGURE_SETTLES_WITHIN_MS = 1000;
/** Long enough for a reconnecting agent, short enough not to sit in a dead call. */
const AGENT_RETURNS_WITHIN_MS = 5000;

export const CallRoom = ({ onEnd }: { onEnd: () => void }) => {
  const connection = useConnectionState();
  const { agent, state, audioTrack, agentAttributes } = useVoiceAssistant();
  const { microphoneTrack, isMicrophoneEnabled } = useLocalParticipant();
  const [isToppingUp, setIsToppingUp] = useState(false);

  const isConnected = connection === ConnectionState.Connected;
  const isAlone = isConnected && agent === undefined;
  const isAgentAbsent = useHeldFor(isAlone, AGENT_JOINS_WITHIN_MS);
  const isFigureNew = useOnceHeldFor(isConnected, FIGURE_SETTLES_WITHIN_MS);
  useEndWithAgent(agent !== undefined, isAlone, onEnd);

  const openTopUp = useCallback(() => setIsToppingUp(true), []);
  const closeTopUp = useCallback(() => setIsToppingUp(false), []);
  const myTrack = microphoneTrack?.track;

  return (
    <div className="call-layout">
      <section className="stage card" aria-label="Call">
        <CallState connection={connection} agentState={state} />
        <CallTiles
          agentState={state}
          agentTrack={audioTrack}
          myTrack={myTrack instanceof LocalAudioTrack ? myTrack : undefined}
          isMuted={!isMicrophoneEnabled}
        />
        <Countdown
          remaining={isFigureNew ? agentAttributes?.['mindbot.remaining_seconds'] : undefined}
          isStale={!isConnected}
        />
        <ErrorNote error={isAgentAbsent ? appError('agent_absent') : undefined} />
        <CallNotices onTopUp={openTopUp} onToppedUp={closeTopUp} />
        {isToppingUp && <TopUp />}
        <CallControls
          isConnected={isConnected}
          isToppingUp={isToppingUp}
          onTopUp={() => setIsToppingUp(!isToppingUp)}
          onEnd={onEnd}
        />
      </section>
      <Transcript isConnected={isConnected} />
    </div>
  );
};

/** Like `useHeldFor`, and stays true. */
const useOnceHeldFor = (condition: boolean, ms: number): boolean => {
  const isHeld = useHeldFor(condition, ms);
  const [wasHeld, setWasHeld] = useState(false);
  if (isHeld && !wasHeld) setWasHeld(true);
  return wasHeld || isHeld;
};

/** When the agent has hung up, so do we: the room may stay open without it. */
const useEndWithAgent = (isHere: boolean, isAlone: boolean, onEnd: () => void): void => {
  const [wasHere, setWasHere] = useState(false);
  if (isHere && !wasHere) setWasHere(true);
  const hasLeft = useHeldFor(wasHere && isAlone, AGENT_RETURNS_WITHIN_MS);
  useEffect(() => {
    if (hasLeft) onEnd();
  }, [hasLeft, onEnd]);
};
