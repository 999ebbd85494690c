import {
  useConnectionState,
  useLocalParticipant,
  useVoiceAssistant,
} from '@livekit/components-react';
import { ConnectionState } from 'livekit-client';
import { useEffect, useState } from 'react';
import { appError } from '../errors.ts';
import type { AppError } from '../errors.ts';
import { useHeldFor } from '../hooks/use-held-for.ts';
import { CallNotices } from './CallNotices.tsx';
import { CallState } from './CallState.tsx';
import { Countdown } from './Countdown.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { Transcript } from './Transcript.tsx';

/** The agent joins within a second or two; after this it is not coming. */
const AGENT_JOINS_WITHIN_MS = 20_000;
/** Long enough for a reconnecting agent, short enough not to sit in a dead call. */
const AGENT_RETURNS_WITHIN_MS = 5000;

export const CallRoom = ({ onLeave }: { onLeave: (error?: AppError) => void }) => {
  const connection = useConnectionState();
  const { agent, state, agentAttributes } = useVoiceAssistant();
  const { localParticipant, isMicrophoneEnabled } = useLocalParticipant();

  const isConnected = connection === ConnectionState.Connected;
  const isAlone = isConnected && agent === undefined;
  const isAgentAbsent = useHeldFor(isAlone, AGENT_JOINS_WITHIN_MS);
  useLeaveWithAgent(agent !== undefined, isAlone, onLeave);

  return (
    <>
      <CallState connection={connection} agentState={state} />
      <ErrorNote error={isAgentAbsent ? appError('agent_absent') : undefined} />
      <Countdown remaining={agentAttributes?.['mindbot.remaining_seconds']} />
      <CallNotices />
      <p className="row">
        <button
          type="button"
          aria-pressed={!isMicrophoneEnabled}
          disabled={!isConnected}
          onClick={() => void localParticipant.setMicrophoneEnabled(!isMicrophoneEnabled)}
        >
          {isMicrophoneEnabled ? 'Mute' : 'Muted'}
        </button>
        <button type="button" className="danger" onClick={() => onLeave()}>
          End call
        </button>
      </p>
      <Transcript />
    </>
  );
};

/** When the agent has hung up, so do we: the room may stay open without it. */
const useLeaveWithAgent = (isHere: boolean, isAlone: boolean, onLeave: () => void): void => {
  const [wasHere, setWasHere] = useState(false);
  if (isHere && !wasHere) setWasHere(true);
  const hasLeft = useHeldFor(wasHere && isAlone, AGENT_RETURNS_WITHIN_MS);
  useEffect(() => {
    if (hasLeft) onLeave();
  }, [hasLeft, onLeave]);
};
