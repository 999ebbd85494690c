import { useCallback } from 'react';
import { getPayment } from '../api/billing.ts';
import { listOpenCalls } from '../api/calls.ts';
import { getGift } from '../api/gifts.ts';
import type { PaymentRow } from '../database.ts';
import { money } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { usePoll } from '../hooks/use-poll.ts';
import { BalanceBox } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { GiftBought } from '../parts/GiftBought.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';
import type { CheckoutReturn, Route } from '../routes.ts';

export const CheckoutReturnPage = ({ checkout }: { checkout: CheckoutReturn }) => {
  if (checkout.outcome === 'cancelled') {
    return (
      <Page title="Nothing was bought">
        <p role="status">You left the checkout. You were not charged.</p>
        <p className="row">
          <Leave to="prices" text="Back to the prices" isPrimary />
          <Leave to="home" text="Home" />
        </p>
      </Page>
    );
  }
  return checkout.paymentId === undefined ? (
    <Page title="Thank you">
      <p role="status">Your time appears here as soon as the payment has arrived.</p>
      <BalanceBox />
      <Leave to="home" text="Home" isPrimary />
    </Page>
  ) : (
    <PaymentArrives paymentId={checkout.paymentId} />
  );
};

// Checkout comes back with success only once it was paid, so `failed` is an earlier attempt in it
// (a declined card) whose success is still on the way.
const isDecided = ({ status }: PaymentRow): boolean => status !== 'pending' && status !== 'failed';

/** The browser may be back before the webhook has landed: it waits for the payment's row. */
const PaymentArrives = ({ paymentId }: { paymentId: string }) => {
  const load = useCallback(() => getPayment(paymentId), [paymentId]);
  const { data, error, state, retry } = usePoll(load, isDecided);

  const hasFailed = data?.status === 'canceled' || (state === 'late' && data?.status === 'failed');

  if (error?.code === 'payment_not_found') {
    return (
      <Page title="No such payment">
        <ErrorNote error={error} />
        <Leave to="home" text="Home" isPrimary />
      </Page>
    );
  }
  if (state !== 'done' && !hasFailed) {
    return (
      <Page title={state === 'late' ? 'This takes longer than usual' : 'Waiting for your payment'}>
        <ErrorNote error={error} onRetry={retry} />
        <p role="status" className={state === 'waiting' ? 'waiting' : undefined}>
          {state === 'waiting'
            ? 'Your payment is being confirmed. This takes a few seconds.'
            : 'Your payment is safe. Your time is credited as soon as the confirmation arrives; you need not stay here.'}
        </p>
        {state === 'late' && (
          <p className="row">
            <button type="button" className="primary" onClick={retry}>
              Look again
            </button>
            <Leave to="home" text="Home" />
          </p>
        )}
      </Page>
    );
  }
  if (hasFailed || data === undefined) {
    return (
      <Page title="The payment did not go through">
        <p role="status">{data?.failure_message ?? 'You were not charged.'}</p>
        <Leave to="prices" text="Try again" isPrimary />
      </Page>
    );
  }
  return <Paid payment={data} />;
};

const Paid = ({ payment }: { payment: PaymentRow }) => {
  const gift = useLoad(useCallback(() => getGift(payment.time_card_id), [payment.time_card_id]));
  const open = useLoad(listOpenCalls);
  if (gift.data === undefined && gift.error === undefined) return null;
  if (gift.data) return <GiftBought payment={payment} card={gift.data} />;
  const isInCall = (open.data?.length ?? 0) > 0;
  return (
    <Page title="Thank you">
      <p className="lead" role="status">
        Your payment of {money(payment.amount_cents, payment.currency)} has arrived and your time is
        there.
      </p>
      <BalanceBox />
      {isInCall && (
        <p className="note good">
          Your call goes on in the other window and has the new time within seconds. You can close
          this one.
        </p>
      )}
      <p className="row">
        {!isInCall && <Leave to="home" text="Talk" isPrimary />}
        <Leave to="history" text="See your cards" />
        {payment.receipt_url && (
          <a className="button" href={payment.receipt_url} target="_blank" rel="noopener">
            Receipt
          </a>
        )}
      </p>
    </Page>
  );
};

interface LeaveProps {
  to: Route;
  text: string;
  isPrimary?: boolean;
}

const Leave = ({ to, text, isPrimary = false }: LeaveProps) => (
  <a className={isPrimary ? 'button primary' : 'button'} href={routes[to]}>
    {text}
  </a>
);
