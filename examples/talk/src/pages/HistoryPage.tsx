import { listPayments } from '../api/billing.ts';
import { isSettled, listAgents } from '../api/calls.ts';
import { listGifts } from '../api/gifts.ts';
import { listCalls, listCards } from '../api/history.ts';
import type { AgentTypeRow, PaymentRow, TimeCardRow, VoiceSessionRow } from '../database.ts';
import { clock, day, dayAndTime, money } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { HistoryTable } from '../parts/HistoryTable.tsx';
import type { Column } from '../parts/HistoryTable.tsx';
import { NewGiftCode } from '../parts/NewGiftCode.tsx';
import { Page } from '../parts/Page.tsx';
import { UsageChart } from '../parts/UsageChart.tsx';

export const HistoryPage = () => {
  const cards = useLoad(listCards);
  const calls = useLoad(listCalls);
  const payments = useLoad(listPayments);
  const gifts = useLoad(listGifts);
  const agents = useLoad(listAgents);
  const isNamed = agents.data !== undefined || agents.error !== undefined;
  return (
    <Page title="History">
      <div className="stack">
        <UsageChart />
        <HistoryTable title="Your cards" empty="No cards yet." rows={cards} columns={CARDS} />
        {isNamed && (
          <HistoryTable
            title="Your calls"
            empty="No calls yet."
            rows={calls}
            columns={callColumns(agents.data ?? [])}
          />
        )}
        <HistoryTable
          title="Your payments"
          empty="No payments yet."
          rows={payments}
          columns={PAYMENTS}
        />
        <HistoryTable title="Gifts you gave" empty={undefined} rows={gifts} columns={GIFTS} />
      </div>
    </Page>
  );
};

const CARD_STATUS: Readonly<Record<TimeCardRow['status'], string>> = {
  pending: 'Waiting for payment',
  active: 'Active',
  used: 'Used up',
  expired: 'Expired',
  revoked: 'Taken back',
  frozen: 'On hold',
};

const CARD_SOURCE: Readonly<Record<TimeCardRow['source'], string>> = {
  purchase: 'Bought',
  gift: 'Gift',
  grant: 'From us',
  promo: 'Code',
  trial: 'Trial',
};

const CARDS: readonly Column<TimeCardRow>[] = [
  { title: 'Since', cell: (card) => day(card.created_at) },
  { title: 'From', cell: (card) => CARD_SOURCE[card.source] },
  { title: 'State', cell: (card) => CARD_STATUS[card.status] },
  { title: 'Left', cell: leftOn, isNumber: true },
  { title: 'Expires', cell: expiryOf },
];

/** Time that is not paid for is nobody's yet. */
const isOwned = (card: TimeCardRow): boolean => card.status !== 'pending';

function expiryOf(card: TimeCardRow) {
  if (!isOwned(card)) return '–';
  return card.expires_at ? day(card.expires_at) : 'never';
}

function leftOn(card: TimeCardRow) {
  if (!isOwned(card)) return '–';
  const left = card.remaining_seconds + card.held_seconds;
  return (
    <>
      {clock(left)} <span className="help">of {clock(card.total_seconds)}</span>
      {card.total_seconds > 0 && (
        <meter className="left" min={0} max={card.total_seconds} value={left} aria-hidden="true" />
      )}
    </>
  );
}

const CALL_STATUS: Readonly<Record<VoiceSessionRow['status'], string>> = {
  pending: 'Not joined',
  active: 'Going on',
  completed: 'Over',
  error: 'Broken off',
};

const callColumns = (agents: readonly AgentTypeRow[]): readonly Column<VoiceSessionRow>[] => [
  { title: 'When', cell: (call) => dayAndTime(call.created_at) },
  {
    title: 'Agent',
    // One that cannot be talked to any more has no name here.
    cell: ({ agent_type_id: id }) => (
      <span className="agent-name">{agents.find((agent) => agent.id === id)?.name ?? id}</span>
    ),
  },
  { title: 'State', cell: (call) => CALL_STATUS[call.status] },
  { title: 'Talked', cell: (call) => clock(call.used_seconds), isNumber: true },
  {
    title: 'Cost',
    cell: (call) => (isSettled(call) ? clock(call.billed_seconds) : '–'),
    isNumber: true,
  },
  { title: 'Rating', cell: ({ rating }) => (rating === null ? '–' : `${rating} of 5`) },
];

const PAYMENT_STATUS: Readonly<Record<PaymentRow['status'], string>> = {
  pending: 'Not paid yet',
  succeeded: 'Paid',
  failed: 'Declined',
  canceled: 'Canceled',
  partially_refunded: 'Partly refunded',
  refunded: 'Refunded',
  disputed: 'Disputed',
};

const PAYMENTS: readonly Column<PaymentRow>[] = [
  { title: 'When', cell: (payment) => dayAndTime(payment.created_at) },
  {
    title: 'Amount',
    cell: ({ amount_cents: amount, refunded_cents: refunded, currency }) =>
      refunded > 0
        ? `${money(amount, currency)}, ${money(refunded, currency)} back`
        : money(amount, currency),
    isNumber: true,
  },
  { title: 'State', cell: (payment) => PAYMENT_STATUS[payment.status] },
  {
    title: 'Receipt',
    cell: ({ receipt_url: url, created_at: at }) =>
      url === null ? (
        '–'
      ) : (
        <a href={url} target="_blank" rel="noopener" aria-label={`Receipt of ${dayAndTime(at)}`}>
          Receipt
        </a>
      ),
  },
];

const giftState = (card: TimeCardRow): string => {
  if (card.owner_id !== null) return 'Redeemed';
  return card.status === 'revoked'
    ? 'Taken back'
    : `Waiting, code ends in ${card.code_hint ?? '?'}`;
};

const GIFTS: readonly Column<TimeCardRow>[] = [
  { title: 'Bought', cell: (card) => day(card.created_at) },
  { title: 'Time', cell: (card) => clock(card.total_seconds), isNumber: true },
  { title: 'State', cell: giftState },
  {
    title: 'Lost the code?',
    cell: (card) =>
      card.owner_id === null && card.status === 'pending' ? <NewGiftCode card={card} /> : '–',
  },
];
