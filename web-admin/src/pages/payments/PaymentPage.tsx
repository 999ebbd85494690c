import Alert from '@mui/material/Alert';
import Link from '@mui/material/Link';
import { Act } from '../../acts/Act.tsx';
import { refund } from '../../acts/payments.tsx';
import { money, words } from '../../core/format.ts';
import type {
  AuditRow,
  DisputeRow,
  EntryRow,
  PaymentRow,
  RefundRequestRow,
  StripeEventRow,
} from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import type { FactList } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';
import { STRIPE_EVENT_COLUMNS } from '../business/stripe-event-columns.tsx';

const ENTRY_COLUMNS: readonly Column<EntryRow>[] = [
  { label: 'What', cell: ({ kind }) => words(kind) },
  {
    label: 'Amount',
    align: 'right',
    cell: ({ amount_cents, currency }) => money(amount_cents, currency),
  },
  { label: 'Known since', cell: ({ created_at }) => <Moment at={created_at} as="seconds" /> },
];

const DISPUTE_COLUMNS: readonly Column<DisputeRow>[] = [
  { label: 'Dispute', cell: ({ id }) => <CopyText text={id} label="dispute id" /> },
  { label: 'Status', cell: ({ status }) => <Status value={status} /> },
  { label: 'Reason', cell: ({ reason }) => (reason === null ? '–' : words(reason)) },
  {
    label: 'Amount',
    align: 'right',
    cell: ({ amount_cents, currency }) => money(amount_cents, currency),
  },
  { label: 'Opened', from: 'sm', cell: ({ created_at }) => <Moment at={created_at} /> },
];

const requestColumns = (currency: string): readonly Column<RefundRequestRow>[] => [
  { label: 'Asked', cell: ({ created_at }) => <Moment at={created_at} /> },
  { label: 'Status', cell: ({ status }) => <Status value={status} /> },
  { label: 'Amount', align: 'right', cell: ({ amount_cents }) => money(amount_cents, currency) },
  {
    label: 'Stripe',
    cell: ({ stripe_refund_id, failure }) =>
      failure ?? <CopyText text={stripe_refund_id} label="refund id" />,
  },
  { label: 'Act', cell: ({ audit_id }) => <RecordLink page="audit" id={audit_id} /> },
];

const PaymentPage = () => (
  <RecordPage<PaymentRow> page="payments" listName="Payments">
    {(payment) => <Payment payment={payment} />}
  </RecordPage>
);

const Payment = ({ payment }: { payment: PaymentRow }) => (
  <>
    <PageHead
      title={`${money(payment.amount_cents, payment.currency)} for ${payment.package_name}`}
      aside={<Status value={payment.status} />}
    >
      <Act spec={refund(payment)} />
    </PageHead>
    {payment.review_reason !== null && (
      <Alert severity="warning" variant="outlined" sx={{ mb: 2 }}>
        To review: {payment.review_reason}
      </Alert>
    )}
    <Section title="In short">
      <Facts facts={factsOf(payment)} />
    </Section>
    <Related<EntryRow>
      title="Money book"
      resource="payment-entries"
      filter={{ payment_id: payment.id }}
      columns={ENTRY_COLUMNS}
      empty="No money has come in yet."
    />
    <Related<RefundRequestRow>
      title="Refunds that admins asked for"
      resource="refund-requests"
      filter={{ payment_id: payment.id }}
      columns={requestColumns(payment.currency)}
      empty="None."
    />
    <Related<DisputeRow>
      title="Disputes"
      resource="disputes"
      filter={{ payment_id: payment.id }}
      columns={DISPUTE_COLUMNS}
      empty="None."
    />
    <Related<StripeEventRow>
      title="What Stripe sent"
      resource="stripe-events"
      page="stripe-events"
      filter={{ payment_id: payment.id }}
      sort={{ field: 'received_at', order: 'DESC' }}
      columns={STRIPE_EVENT_COLUMNS}
      empty="Nothing yet."
    />
    <Related<AuditRow>
      title="What admins did to it"
      resource="audit"
      page="audit"
      filter={{ subject_id: payment.id }}
      sort={{ field: 'id', order: 'DESC' }}
      columns={AUDIT_COLUMNS}
      empty="No admin has touched it."
    />
  </>
);

const factsOf = (payment: PaymentRow): FactList => ({
  User: (
    <RecordLink page="users" id={payment.user_id}>
      {payment.user_email}
    </RecordLink>
  ),
  'Time card': <RecordLink page="cards" id={payment.time_card_id} />,
  Refunded: money(payment.refunded_cents, payment.currency),
  'Left to refund': money(payment.refundable_cents, payment.currency),
  Begun: <Moment at={payment.created_at} as="seconds" />,
  Paid: <Moment at={payment.paid_at} as="seconds" none="not yet" />,
  Failed: payment.failed_at !== null ? <Moment at={payment.failed_at} as="seconds" /> : undefined,
  Because:
    payment.failure_message !== null
      ? `${payment.failure_message} (${payment.failure_code ?? 'no code'})`
      : undefined,
  Flow: words(payment.flow),
  Receipt:
    payment.receipt_url !== null ? (
      <Link href={payment.receipt_url} target="_blank" rel="noreferrer">
        at Stripe
      </Link>
    ) : undefined,
  'Stripe was last asked':
    payment.reconciled_at !== null ? <Moment at={payment.reconciled_at} /> : undefined,
  'Payment intent': <CopyText text={payment.stripe_payment_intent_id} label="payment intent" />,
  Charge: <CopyText text={payment.stripe_charge_id} label="charge" />,
  Checkout: <CopyText text={payment.stripe_checkout_session_id} label="checkout" />,
  Id: <CopyText text={payment.id} label="payment id" />,
});

export default PaymentPage;
