import { getUsage } from '../api/history.ts';
import type { UsageDay } from '../database.ts';
import { clock, duration, utcDay } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { ErrorNote } from './ErrorNote.tsx';

/** What was talked, day by day: bars to look at, the same figures as a table to read. */
export const UsageChart = () => {
  const usage = useLoad(getUsage);
  return (
    <section className="card" aria-labelledby="usage">
      <h2 id="usage">The last 30 days</h2>
      <ErrorNote error={usage.error} onRetry={usage.reload} />
      {usage.data && <Chart days={usage.data} />}
    </section>
  );
};

/** A label under every so many bars. */
const LABEL_EVERY = 7;
const MINUTE_SECONDS = 60;

const Chart = ({ days }: { days: UsageDay[] }) => {
  const talked = days.reduce((sum, { talk_seconds: seconds }) => sum + seconds, 0);
  const calls = days.reduce((sum, { sessions }) => sum + sessions, 0);
  if (calls === 0) return <p className="help">No calls yet.</p>;
  const most = Math.max(MINUTE_SECONDS, ...days.map(({ talk_seconds: seconds }) => seconds));
  const used = days.filter(({ sessions }) => sessions > 0);
  return (
    <>
      <p className="help">
        {duration(talked)} in {calls === 1 ? 'one call' : `${calls} calls`}
      </p>
      {/* The table below says the same in words. */}
      <div className="chart" aria-hidden="true">
        <span className="chart-most">{clock(most)}</span>
        <div className="bars">
          {days.map(({ day, talk_seconds: seconds }, index) => (
            <div key={day} className="bar-slot" title={`${utcDay(day)}: ${clock(seconds)}`}>
              {seconds > 0 && (
                <div
                  className="chart-bar"
                  style={{ height: `${Math.max(2, (seconds / most) * 100)}%` }}
                />
              )}
              {(days.length - 1 - index) % LABEL_EVERY === 0 && (
                <span className="bar-label">{utcDay(day)}</span>
              )}
            </div>
          ))}
        </div>
      </div>
      <details>
        <summary>As a table</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label="Usage by day">
          <table>
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                <th scope="col">Calls</th>
                <th scope="col">Talked</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {used.toReversed().map((row) => (
                <tr key={row.day}>
                  <th scope="row">{utcDay(row.day)}</th>
                  <td className="number">{row.sessions}</td>
                  <td className="number">{clock(row.talk_seconds)}</td>
                  <td className="number">{clock(row.card_seconds)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
};
