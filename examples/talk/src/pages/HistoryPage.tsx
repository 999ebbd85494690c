import { isSettled, listCalls, listCards } from '../api/calls.ts';
import type { TimeCardRow, VoiceSessionRow } from '../database.ts';
import { clock, day, dayAndTime } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';

export const HistoryPage = () => {
  const cards = useLoad(listCards);
  const calls = useLoad(listCalls);
  return (
    <Page title="History">
      <h2>Your cards</h2>
      <ErrorNote error={cards.error} onRetry={cards.reload} />
      {cards.data?.length === 0 && <p className="help">No cards yet.</p>}
      {cards.data && cards.data.length > 0 && <Cards rows={cards.data} />}
      <h2>Your calls</h2>
      <ErrorNote error={calls.error} onRetry={calls.reload} />
      {calls.data?.length === 0 && <p className="help">No calls yet.</p>}
      {calls.data && calls.data.length > 0 && <Calls rows={calls.data} />}
    </Page>
  );
};

const CARD_STATUS: Readonly<Record<TimeCardRow['status'], string>> = {
  pending: 'waiting for payment',
  active: 'active',
  used: 'used up',
  expired: 'expired',
  revoked: 'taken back',
  frozen: 'on hold',
};

const Cards = ({ rows }: { rows: TimeCardRow[] }) => (
  <div className="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Since</th>
          <th scope="col">State</th>
          <th scope="col">Left</th>
          <th scope="col">Of</th>
          <th scope="col">Expires</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((card) => (
          <tr key={card.id}>
            <td>{day(card.created_at)}</td>
            <td>{CARD_STATUS[card.status]}</td>
            <td className="number">{clock(card.remaining_seconds + card.held_seconds)}</td>
            <td className="number">{clock(card.total_seconds)}</td>
            <td>{card.expires_at ? day(card.expires_at) : 'never'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const CALL_STATUS: Readonly<Record<VoiceSessionRow['status'], string>> = {
  pending: 'not joined',
  active: 'going on',
  completed: 'over',
  error: 'broken off',
};

const Calls = ({ rows }: { rows: VoiceSessionRow[] }) => (
  <div className="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">State</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((call) => (
          <tr key={call.id}>
            <td>{dayAndTime(call.created_at)}</td>
            <td>{CALL_STATUS[call.status]}</td>
            <td className="number">{isSettled(call) ? clock(call.billed_seconds) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
