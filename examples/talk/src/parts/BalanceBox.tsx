import { getBalance } from '../api/billing.ts';
import { clock, day, duration } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { ErrorNote } from './ErrorNote.tsx';

/** What is left to talk, with what a call holds at the moment and when the next card expires. */
export const BalanceBox = () => {
  const { data, error, reload } = useLoad(getBalance);
  return (
    <section className="card balance" aria-label="Balance" aria-live="polite">
      <ErrorNote error={error} onRetry={reload} />
      {data && (
        <>
          <p className="help">Time left</p>
          <p className="big" aria-label={duration(data.remaining_seconds)}>
            {clock(data.remaining_seconds)}
          </p>
          {data.held_seconds > 0 && (
            <p className="help">{clock(data.held_seconds)} held for an open call</p>
          )}
          {data.next_expiry_at && (
            <p className="help">Use some of it by {day(data.next_expiry_at)}</p>
          )}
        </>
      )}
      {!data && !error && <p className="help">Loading…</p>}
    </section>
  );
};
