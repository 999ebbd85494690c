import { getBalance } from '../api/billing.ts';
import type { Balance } from '../database.ts';
import { clock, day, duration } from '../format.ts';
import { useFreshLoad } from '../hooks/use-fresh-load.ts';
import type { Loaded } from '../hooks/use-load.ts';
import { routes } from '../routes.ts';
import { ErrorNote } from './ErrorNote.tsx';

/** What is left to talk, with what a call holds at the moment and when the next card expires. */
export const BalanceBox = () => <BalanceCard balance={useFreshLoad(getBalance)} />;

/** For a page that needs the balance itself. */
export const BalanceCard = ({ balance }: { balance: Loaded<Balance> }) => {
  const { data, error, reload } = balance;
  return (
    <section className="card balance" aria-label="Balance" aria-live="polite">
      <ErrorNote error={error} onRetry={reload} />
      {data && (
        <>
          <p className="help">Time left</p>
          <p className="big">
            <span aria-hidden="true">{clock(data.remaining_seconds)}</span>
            <span className="sr-only">{duration(data.remaining_seconds)}</span>
          </p>
          {data.held_seconds > 0 && (
            <p className="help">and {clock(data.held_seconds)} held for an open call</p>
          )}
          {data.next_expiry_at && (
            <p className="help">Use some of it by {day(data.next_expiry_at)}</p>
          )}
          {data.is_low && data.remaining_seconds > 0 && (
            <p className="tag warn">
              Running low. <a href={routes.prices}>Top up</a>
            </p>
          )}
        </>
      )}
      {!data && !error && <p className="help">Loading…</p>}
    </section>
  );
};
