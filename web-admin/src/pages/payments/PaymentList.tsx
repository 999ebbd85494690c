import type { PaymentRow } from '../../core/rows.ts';
import { ListPage } from '../../parts/ListPage.tsx';
import { PAYMENT_COLUMNS } from './payment-columns.tsx';

const PaymentList = () => (
  <ListPage<PaymentRow>
    page="payments"
    title="Payments"
    columns={PAYMENT_COLUMNS}
    searchHint="E-mail, name, pi_…, ch_…, cs_…, re_…, du_… or payment id"
    filters={[
      {
        kind: 'choice',
        source: 'status',
        label: 'Status',
        choices: [
          'pending',
          'succeeded',
          'failed',
          'canceled',
          'partially_refunded',
          'refunded',
          'disputed',
        ],
      },
      {
        kind: 'choice',
        source: 'review_reason@not.is',
        label: 'Review',
        choices: [['null', 'To review']],
      },
      { kind: 'days', source: 'created_at', label: 'Begun' },
    ]}
    sort={{ field: 'created_at', order: 'DESC' }}
    empty="Nobody has bought anything yet."
  />
);

export default PaymentList;
