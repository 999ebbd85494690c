/** Stripe's objects as its webhooks carry them, for payments of the reference model. */
import type { StripeReport } from './commands.ts';
import type { Report } from './money.ts';
import type { Payment } from './state.ts';

type Json = Record<string, unknown>;

const intentId = (payment: Payment) => `pi_${payment.id}`;
const chargeId = (payment: Payment) => `ch_${payment.id}`;

function intent(payment: Payment, status: string): Json {
  return {
    id: intentId(payment),
    object: 'payment_intent',
    status,
    amount: payment.amountCents,
    amount_received: status === 'succeeded' ? payment.amountCents : 0,
    currency: 'usd',
    metadata: { payment_id: payment.id },
    ...(status === 'succeeded' ? { latest_charge: chargeId(payment) } : {}),
    ...(status === 'requires_payment_method'
      ? { last_payment_error: { code: 'card_declined', message: 'No.' } }
      : {}),
  };
}

function checkout(payment: Payment, status: string, paymentStatus: string): Json {
  return {
    id: `cs_${payment.id}`,
    object: 'checkout.session',
    status,
    payment_status: paymentStatus,
    amount_total: payment.amountCents,
    currency: 'usd',
    client_reference_id: payment.id,
    payment_intent: paymentStatus === 'paid' ? intentId(payment) : null,
    metadata: {},
  };
}

export function charge(payment: Payment, refundedCents: number): Json {
  return {
    id: chargeId(payment),
    object: 'charge',
    status: 'succeeded',
    paid: true,
    captured: true,
    amount: payment.amountCents,
    amount_captured: payment.amountCents,
    amount_refunded: refundedCents,
    refunded: refundedCents === payment.amountCents,
    currency: 'usd',
    payment_intent: intentId(payment),
    receipt_url: 'https://pay.example/receipt',
    metadata: { payment_id: payment.id },
  };
}

export function dispute(payment: Payment, number: number, state: 'open' | 'won' | 'lost'): Json {
  return {
    id: `dp_${payment.id}_${number}`,
    object: 'dispute',
    status: state === 'open' ? 'needs_response' : state,
    amount: payment.amountCents,
    currency: 'usd',
    reason: 'fraudulent',
    charge: chargeId(payment),
    payment_intent: intentId(payment),
    metadata: {},
  };
}

/** An object that reports so of a payment, and what it says in the model's words. */
export function reporting(payment: Payment, report: StripeReport): { object: Json; says: Report } {
  switch (report) {
    case 'intent_succeeded':
      return { object: intent(payment, 'succeeded'), says: 'paid' };
    case 'intent_declined':
      return { object: intent(payment, 'requires_payment_method'), says: 'refused' };
    case 'intent_canceled':
      return { object: intent(payment, 'canceled'), says: 'given_up' };
    case 'intent_processing':
      return { object: intent(payment, 'processing'), says: 'undecided' };
    case 'checkout_paid':
      return { object: checkout(payment, 'complete', 'paid'), says: 'paid' };
    case 'checkout_unpaid':
      return { object: checkout(payment, 'complete', 'unpaid'), says: 'undecided' };
    case 'checkout_expired':
      return { object: checkout(payment, 'expired', 'unpaid'), says: 'given_up' };
    case 'charge':
      return { object: charge(payment, 0), says: 'paid' };
  }
}
