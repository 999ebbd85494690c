import { useEffect } from 'react';
import { endCall } from '../api/calls.ts';
import type { VoiceSessionRow } from '../database.ts';
import { dayAndTime } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useHeldFor } from '../hooks/use-held-for.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  call: VoiceSessionRow;
  onReturn: (sessionId: string) => void;
  /** Asked to look again. */
  onChanged: () => void;
}

/** An agent hears of it with its next heartbeat (15 s apart) and says goodbye. */
const LOOK_EVERY_MS = 2000;
/** An agent that has not hung up by then is gone itself; the sweep settles its call, on what is proven. */
const AGENT_HANGS_UP_WITHIN_MS = 25_000;

/** A call of one's own that goes on elsewhere: in another window, on another device, in a closed tab. */
export const OpenCall = ({ call, onReturn, onChanged }: Props) => {
  const end = useAction(endCall);
  const isEnding = end.isBusy || call.end_requested_at !== null;
  const isAgentGone = useHeldFor(isEnding, AGENT_HANGS_UP_WITHIN_MS);
  useEffect(() => {
    if (!isEnding) return;
    const timer = window.setInterval(onChanged, LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [isEnding, onChanged]);
  return (
    <section className="note warn" aria-label="Open call">
      <ErrorNote error={end.error} />
      <p role="status">
        {!isEnding && `You have a call open since ${dayAndTime(call.created_at)}.`}
        {isEnding &&
          (isAgentGone
            ? 'The agent of your other call does not answer. The call is closed within two minutes, and you do not pay for the wait.'
            : 'Your other call is ending. The agent says goodbye first, that takes a few seconds.')}
      </p>
      {!isEnding && (
        <p className="row">
          <button type="button" className="primary" onClick={() => onReturn(call.id)}>
            Go on with it here
          </button>
          <button
            type="button"
            onClick={() =>
              void end.run(call.id).then((ended) => ended !== undefined && onChanged())
            }
          >
            End it
          </button>
        </p>
      )}
    </section>
  );
};
