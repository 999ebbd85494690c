import { clock, duration } from '../format.ts';
import { useCountdown } from '../hooks/use-countdown.ts';

interface Props {
  /** The agent's attribute `mindbot.remaining_seconds`, right when it changes; absent before the start. */
  remaining: string | undefined;
  /** Nobody knows better until the connection is back. */
  isStale: boolean;
}

const LAST_MINUTE_SECONDS = 60;

const secondsOf = (attribute: string | undefined): number | undefined => {
  const seconds = attribute === undefined || attribute === '' ? Number.NaN : Number(attribute);
  return Number.isFinite(seconds) ? seconds : undefined;
};

export const Countdown = ({ remaining, isStale }: Props) => {
  const seconds = useCountdown(secondsOf(remaining));
  if (seconds === undefined) {
    return <p className="help countdown-help">The clock has not started yet.</p>;
  }
  return (
    <div className="countdown" data-stale={isStale}>
      <p
        className={seconds <= LAST_MINUTE_SECONDS ? 'big urgent' : 'big'}
        // A timer is not read out at every tick; notices say what matters.
        role="timer"
        aria-label={`${duration(seconds)} left`}
        data-seconds={seconds}
      >
        {clock(seconds)}
      </p>
      <p className="help">left to talk</p>
    </div>
  );
};
