import { BarVisualizer } from '@livekit/components-react';
import type { AgentState, TrackReferenceOrPlaceholder } from '@livekit/components-react';
import type { LocalAudioTrack } from 'livekit-client';

interface Props {
  agentState: AgentState;
  agentTrack: TrackReferenceOrPlaceholder | undefined;
  myTrack: LocalAudioTrack | undefined;
  isMuted: boolean;
}

const BARS = 7;

/** Who speaks, to look at; `CallState` says it in words. */
export const CallTiles = ({ agentState, agentTrack, myTrack, isMuted }: Props) => (
  <div className="tiles" aria-hidden="true">
    <div className="tile agent-tile" data-state={agentState}>
      <BarVisualizer
        className="voice-bars"
        state={agentState}
        barCount={BARS}
        {...(agentTrack && { track: agentTrack })}
      />
      <span>Agent</span>
    </div>
    <div className="tile my-tile" data-muted={isMuted}>
      <BarVisualizer
        className="voice-bars"
        barCount={BARS}
        {...(myTrack && !isMuted && { track: myTrack })}
      />
      <span>{isMuted ? 'You, muted' : 'You'}</span>
    </div>
  </div>
);
