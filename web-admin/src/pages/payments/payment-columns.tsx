import Chip from '@mui/material/Chip';
import { money } from '../../core/format.ts';
import type { PaymentRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const payment: Column<PaymentRow> = {
  label: 'Payment',
  sortBy: 'created_at',
  cell: ({ id, created_at }) => (
    <RecordLink page="payments" id={id}>
      <Moment at={created_at} />
    </RecordLink>
  ),
};
const user: Column<PaymentRow> = {
  label: 'User',
  cell: ({ user_id, user_email }) => (
    <RecordLink page="users" id={user_id}>
      {user_email}
    </RecordLink>
  ),
};
const rest: readonly Column<PaymentRow>[] = [
  {
    label: 'Status',
    cell: ({ status, review_reason }) => (
      <>
        <Status value={status} />{' '}
        {review_reason !== null && (
          <Chip label="To review" color="warning" variant="outlined" sx={{ height: 22 }} />
        )}
      </>
    ),
  },
  {
    label: 'Amount',
    align: 'right',
    sortBy: 'amount_cents',
    cell: ({ amount_cents, currency }) => money(amount_cents, currency),
  },
  {
    label: 'Refunded',
    align: 'right',
    from: 'md',
    cell: ({ refunded_cents, currency }) =>
      refunded_cents === 0 ? '–' : money(refunded_cents, currency),
  },
  { label: 'Package', from: 'md', cell: ({ package_name }) => package_name },
  {
    label: 'Stripe',
    from: 'lg',
    cell: ({ stripe_payment_intent_id, stripe_checkout_session_id }) => (
      <code style={{ fontSize: '0.75rem' }}>
        {(stripe_payment_intent_id ?? stripe_checkout_session_id)?.slice(0, 18) ?? '–'}
      </code>
    ),
  },
];

export const PAYMENT_COLUMNS: readonly Column<PaymentRow>[] = [payment, user, ...rest];
/** On the page of who paid. */
export const OWN_PAYMENT_COLUMNS: readonly Column<PaymentRow>[] = [payment, ...rest];
