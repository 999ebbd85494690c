import type Stripe from 'stripe';
import { detailsOf } from './checkout.ts';
import { attemptPayment, finishAuthentication } from './confirm.ts';
import { createCustomer } from './customers.ts';
import type { Double } from './double.ts';
import { fromPage, idOf } from './double.ts';
import { invalidRequest } from './errors.ts';
import { intentOf, makeIntent } from './intent.ts';
import { makePaymentMethod } from './card-entry.ts';
import type { Decline, TestCard } from './test-cards.ts';

export interface Payer {
  card: TestCard;
  expMonth: number;
  expYear: number;
  name: string | null;
  /** Asked for when neither the session nor its customer has one. */
  email: string | null;
}

export type PayResult =
  | { kind: 'paid' }
  | { kind: 'authenticate' }
  | { kind: 'declined'; decline: Decline };

/** What the Pay button does: makes the payment intent (once per session) and tries to take the money. */
export function payCheckout(
  double: Double,
  session: Stripe.Checkout.Session,
  payer: Payer,
): PayResult {
  if (session.status !== 'open') {
    throw invalidRequest(`This Checkout Session has a status of ${session.status}.`);
  }
  const intent = sessionIntent(double, session, payer);
  const method = makePaymentMethod(double, payer.card, {
    expMonth: payer.expMonth,
    expYear: payer.expYear,
    hasCvc: true,
    allowRedisplay: intent.setup_future_usage === null ? 'unspecified' : 'limited',
    billing: { name: payer.name, email: emailOf(double, session) ?? payer.email },
  });
  session.customer_details = detailsOf(emailOf(double, session) ?? payer.email, payer.name);
  const decline = attemptPayment(double, intent, method, {
    isOffSession: false,
    returnUrl: `${double.baseUrl}/c/pay/${session.id}`,
    failOnAction: false,
    origin: fromPage,
  });
  return settled(double, session, intent, decline);
}

/** The customer approved or refused the payment on the authentication page. */
export function authenticateCheckout(
  double: Double,
  session: Stripe.Checkout.Session,
  isApproved: boolean,
): PayResult {
  const intent = intentOf(double, idOf(session.payment_intent) ?? '');
  if (session.status !== 'open' || intent.status !== 'requires_action') {
    throw invalidRequest('This payment is not waiting for authentication.');
  }
  return settled(
    double,
    session,
    intent,
    finishAuthentication(double, intent, isApproved, fromPage),
  );
}

/** The e-mail address that is known without asking. */
export function emailOf(double: Double, session: Stripe.Checkout.Session): string | null {
  const customer = double.store.get('customers', idOf(session.customer) ?? '');
  return customer?.email ?? session.customer_email;
}

export function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}

function sessionIntent(
  double: Double,
  session: Stripe.Checkout.Session,
  payer: Payer,
): Stripe.PaymentIntent {
  const existing = idOf(session.payment_intent);
  if (existing !== null) return intentOf(double, existing);
  const plan = double.store.get('checkout_plans', session.id);
  const wantsCustomer =
    session.customer_creation === 'always' || (plan?.setup_future_usage ?? null) !== null;
  if (session.customer === null && wantsCustomer) {
    session.customer = createCustomer(
      double,
      { email: session.customer_email ?? payer.email, name: payer.name },
      fromPage,
    ).id;
  }
  const intent = makeIntent(double, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: idOf(session.customer),
    description: plan?.description ?? null,
    metadata: { ...plan?.metadata },
    receipt_email: plan?.receipt_email ?? null,
    setup_future_usage: plan?.setup_future_usage ?? null,
  });
  session.payment_intent = intent.id;
  double.store.put('checkout_sessions', session.id, session);
  double.emit('payment_intent.created', intent, fromPage);
  return intent;
}

function settled(
  double: Double,
  session: Stripe.Checkout.Session,
  intent: Stripe.PaymentIntent,
  decline: Decline | undefined,
): PayResult {
  if (decline !== undefined) {
    double.store.put('checkout_sessions', session.id, session);
    return { kind: 'declined', decline };
  }
  if (intent.status !== 'succeeded') return { kind: 'authenticate' };
  session.status = 'complete';
  session.payment_status = 'paid';
  session.url = null;
  double.store.put('checkout_sessions', session.id, session);
  double.emit('checkout.session.completed', session, fromPage);
  return { kind: 'paid' };
}
