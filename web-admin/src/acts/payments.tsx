import Skeleton from '@mui/material/Skeleton';
import { textOfError } from '../core/error-texts.ts';
import { centsOf, durationInWords, money, typedAmount } from '../core/format.ts';
import type { PaymentRow } from '../core/rows.ts';
import { useAnswer } from '../core/use-answer.ts';
import type { ActSpec } from './act.ts';
import { callAct, invokeAct } from './call.ts';
import { TextInput } from './fields.tsx';

type Payment = Pick<
  PaymentRow,
  'id' | 'status' | 'user_email' | 'package_name' | 'refundable_cents' | 'currency'
>;

interface Refunded {
  payment_id: string;
  status: string;
  refunded_cents: number;
  currency: string;
}

const refundBlock = (payment: Payment): string | false => {
  if (payment.status === 'disputed') return 'It is disputed: the bank decides about the money.';
  return (
    !['succeeded', 'partially_refunded'].includes(payment.status) &&
    'There is no money of this payment to give back.'
  );
};

export const refund = (payment: Payment): ActSpec<{ amount_cents: string }, Refunded> => {
  const cents = (typed: string): number | undefined => {
    const amount = centsOf(typed, payment.currency);
    return amount !== undefined && amount > 0 ? amount : undefined;
  };
  return {
    button: 'Refund',
    title: `Refund ${payment.package_name} to ${payment.user_email}`,
    initial: { amount_cents: typedAmount(payment.refundable_cents, payment.currency) },
    fields: ({ values, set, problem }) => (
      <TextInput
        label={`Amount in ${payment.currency.toUpperCase()}`}
        value={values.amount_cents}
        onChange={(amount_cents) => set({ amount_cents })}
        problem={problem('amount_cents')}
        hint={`At most ${money(payment.refundable_cents, payment.currency)}, which is all that is left.`}
      />
    ),
    consequence: ({ amount_cents }) => {
      const amount = cents(amount_cents);
      return amount === undefined ? undefined : <Preview payment={payment} amountCents={amount} />;
    },
    confirm: 'Refund',
    isDangerous: true,
    run: ({ amount_cents }, reason) =>
      invokeAct<Refunded>('admin-refund', {
        payment_id: payment.id,
        amount_cents: cents(amount_cents),
        reason,
      }),
    answer: (after) =>
      `Stripe has made the refund. ${money(after.refunded_cents, after.currency)} of this payment are refunded now.`,
    audit: {
      action: 'admin_begin_refund',
      table: 'payments',
      subject: ({ payment_id }) => payment_id,
    },
    blocked: refundBlock(payment),
  };
};

/** What the database says that a refund of so much would take back. */
const Preview = ({ payment, amountCents }: { payment: Payment; amountCents: number }) => {
  const { data, error } = useAnswer(`${payment.id} ${amountCents}`, () =>
    callAct('admin_preview_refund', { payment_id: payment.id, amount_cents: amountCents }),
  );
  if (error) return <>{textOfError(error)}</>;
  if (data === undefined) return <Skeleton width="80%" />;
  const owed = data.owed_seconds ?? 0;
  return (
    <>
      <strong>{money(amountCents, payment.currency)}</strong> go back to {payment.user_email}.{' '}
      <strong>{durationInWords(data.taken_back_seconds ?? 0)}</strong> of unused time are taken back
      {owed > 0 &&
        `; ${durationInWords(owed)} are held by a call or were talked already, and can be taken back only as far as they return`}
      .
      {data.is_card_revoked === true &&
        ' The card is revoked, because nothing of its price is left.'}
    </>
  );
};
