import type { StripeEventRow } from '../../core/rows.ts';
import { ListPage } from '../../parts/ListPage.tsx';
import { STRIPE_EVENT_COLUMNS } from './stripe-event-columns.tsx';

const OUTCOMES = [
  'credited',
  'failed',
  'canceled',
  'refunded',
  'disputed',
  'dispute_won',
  'dispute_lost',
  'duplicate',
  'ignored',
  'flagged',
  'error',
] as const;

const TYPES = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'checkout.session.completed',
  'checkout.session.expired',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.closed',
] as const;

const StripeEventList = () => (
  <ListPage<StripeEventRow>
    page="stripe-events"
    title="Stripe events"
    columns={STRIPE_EVENT_COLUMNS}
    searchHint="evt_…, the id of its object, or a payment id"
    filters={[
      { kind: 'choice', source: 'outcome', label: 'Outcome', choices: OUTCOMES },
      { kind: 'choice', source: 'type', label: 'Type', choices: TYPES.map((t) => [t, t] as const) },
      { kind: 'days', source: 'received_at', label: 'Received' },
    ]}
    sort={{ field: 'received_at', order: 'DESC' }}
    empty="Stripe has not sent anything yet."
  />
);

export default StripeEventList;
