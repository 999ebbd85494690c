import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { useState } from 'react';
import { appError } from '../errors.ts';
import type { AppError } from '../errors.ts';
import { appAddress, showPayment } from '../routes.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  publishableKey: string;
  clientSecret: string;
  paymentId: string;
  onCancel: () => void;
}

/**
 * Stripe's Payment Element, with a publishable key only. It talks to Stripe itself, so it needs a real
 * (test) account: the local double has the hosted checkout page instead.
 * https://docs.stripe.com/payments/payment-element
 */
export const PaymentElementForm = ({ publishableKey, clientSecret, ...rest }: Props) => {
  const [stripe] = useState(() => loadStripe(publishableKey));
  return (
    <Elements stripe={stripe} options={{ clientSecret }}>
      <CardForm {...rest} />
    </Elements>
  );
};

const CardForm = ({ paymentId, onCancel }: Pick<Props, 'paymentId' | 'onCancel'>) => {
  const stripe = useStripe();
  const elements = useElements();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();

  const pay = async (): Promise<void> => {
    if (stripe === null || elements === null) return;
    setIsBusy(true);
    const back = new URLSearchParams({ checkout: 'success', payment_id: paymentId });
    const { error: refusal } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: `${appAddress()}?${back}` },
      redirect: 'if_required',
    });
    setIsBusy(false);
    if (refusal) setError(appError('card_declined', { hint: refusal.message }));
    else showPayment(paymentId);
  };

  return (
    <form
      className="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void pay();
      }}
    >
      <ErrorNote error={error} />
      <PaymentElement />
      <p className="row">
        <button className="primary" disabled={isBusy || stripe === null}>
          {isBusy ? 'Paying…' : 'Pay'}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  );
};
