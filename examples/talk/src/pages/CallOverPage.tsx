import { useCallback } from 'react';
import { getCall, isSettled } from '../api/calls.ts';
import type { AppError } from '../errors.ts';
import { duration } from '../format.ts';
import { usePoll } from '../hooks/use-poll.ts';
import { BalanceBox } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';

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
        {session.state === 'done' && (
          <p className="lead">
            This call cost you <strong>{duration(session.data?.billed_seconds ?? 0)}</strong>.
          </p>
        )}
      </div>
      {session.state !== 'waiting' && <BalanceBox />}
      <button type="button" className="primary" onClick={onDone}>
        Done
      </button>
    </Page>
  );
};
