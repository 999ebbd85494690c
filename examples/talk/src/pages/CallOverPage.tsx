import { useCallback } from 'react';
import { getCall, isSettled } from '../api/calls.ts';
import type { VoiceSessionRow } from '../database.ts';
import type { AppError } from '../errors.ts';
import { duration } from '../format.ts';
import { usePoll } from '../hooks/use-poll.ts';
import { BalanceBox } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';
import { RateCall } from '../parts/RateCall.tsx';
import { routes } from '../routes.ts';

interface Props {
  sessionId: string;
  /** Why the call ended, if it was a failure. */
  error: AppError | undefined;
  onDone: () => void;
}

/** What the call cost. The agent settles it a moment after the room is left. */
export const CallOverPage = ({ sessionId, error, onDone }: Props) => {
  const load = useCallback(() => getCall(sessionId), [sessionId]);
  const session = usePoll(load, isSettled);
  return (
    <Page title="The call is over">
      <ErrorNote error={error} />
      <ErrorNote error={session.error} onRetry={session.retry} />
      <div role="status">
        {session.state === 'waiting' && <p className="waiting">Settling the call…</p>}
        {session.state === 'late' && (
          <p>The call is not settled yet. Its cost appears in your history in a minute or two.</p>
        )}
        {session.state === 'done' && session.data && <Cost call={session.data} />}
      </div>
      {session.state !== 'waiting' && <BalanceBox />}
      {session.state === 'done' && session.data && session.data.used_seconds > 0 && (
        <RateCall call={session.data} />
      )}
      <p className="row">
        <button type="button" className="primary" onClick={onDone}>
          Done
        </button>
        {session.data?.end_reason === 'grant_exhausted' && (
          <a className="button" href={routes.prices} onClick={onDone}>
            Buy time
          </a>
        )}
      </p>
    </Page>
  );
};

/** Why it ended, where that is not plain. */
const ENDINGS: Readonly<Record<string, string>> = {
  grant_exhausted: 'Your time was used up.',
  user_inactive: 'Nobody had said anything for a while, so the agent hung up.',
  agent_failed: 'The agent had a fault. Time in which it could not serve you is not charged.',
  heartbeat_lost: 'The line to the agent broke. Only time that is proven is charged.',
  worker_shutdown: 'The agent had to restart. Please call again.',
};

const Cost = ({ call }: { call: VoiceSessionRow }) => {
  const why = ENDINGS[call.end_reason ?? ''];
  return (
    <>
      <p className="lead">
        This call cost you <strong>{duration(call.billed_seconds)}</strong>.
      </p>
      {why !== undefined && <p>{why}</p>}
      {call.billed_seconds !== call.used_seconds && call.used_seconds > 0 && (
        <p className="help">You talked for {duration(call.used_seconds)}.</p>
      )}
    </>
  );
};
