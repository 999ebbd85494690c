import type { StripeEventRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

export const STRIPE_EVENT_COLUMNS: readonly Column<StripeEventRow>[] = [
  {
    label: 'Event',
    cell: ({ id, type }) => (
      <RecordLink page="stripe-events" id={id}>
        {type}
      </RecordLink>
    ),
  },
  {
    label: 'Outcome',
    cell: ({ outcome, processed_at }) => (
      <Status value={outcome ?? (processed_at === null ? 'waiting' : null)} />
    ),
  },
  { label: 'Error', from: 'md', cell: ({ last_error }) => last_error ?? '–' },
  {
    label: 'Payment',
    from: 'sm',
    cell: ({ payment_id }) => <RecordLink page="payments" id={payment_id} />,
  },
  { label: 'Attempts', align: 'right', from: 'lg', cell: ({ attempts }) => attempts },
  {
    label: 'Received',
    sortBy: 'received_at',
    from: 'sm',
    cell: ({ received_at }) => <Moment at={received_at} as="seconds" />,
  },
];
