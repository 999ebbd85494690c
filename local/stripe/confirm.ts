import type Stripe from 'stripe';
import { markSetUp, useUp } from './card-file.ts';
import { makeCharge } from './charges.ts';
import type { Double, Origin } from './double.ts';
import { idOf } from './double.ts';
import { StripeApiError, docUrl } from './errors.ts';
import { attachTo, cardOf, paymentMethodOf } from './payment-methods.ts';
import type { Decline } from './test-cards.ts';

/**
 * The path of a payment intent from its confirmation to its end
 * (https://docs.stripe.com/payments/paymentintents/lifecycle): `requires_action` when the card
 * wants authentication, `succeeded` when charged, back to `requires_payment_method` when declined.
 */

export interface Attempt {
  isOffSession: boolean;
  returnUrl: string | null;
  /** For `error_on_requires_action`. */
  failOnAction: boolean;
  origin: Origin;
}

const authenticationRequired: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

const authenticationFailed: Decline = {
  code: 'payment_intent_authentication_failure',
  message:
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** Tries to take the money. Answers the decline, or undefined when it succeeded or waits for the customer. */
export function attemptPayment(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  attempt: Attempt,
): Decline | undefined {
  const card = cardOf(double, method);
  intent.payment_method = method.id;
  intent.last_payment_error = null;
  if (attempt.isOffSession && mustAuthenticate(double, method)) {
    return declinePayment(double, intent, method, authenticationRequired, attempt.origin);
  }
  const asks = card.authentication !== undefined && !attempt.isOffSession;
  if (asks && attempt.failOnAction) {
    const decline: Decline = {
      code: 'authentication_required',
      message:
        'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
    };
    return declinePayment(double, intent, method, decline, attempt.origin, false);
  }
  if (asks) {
    intent.status = 'requires_action';
    const url = `${double.baseUrl}/c/authenticate/${intent.id}?client_secret=${intent.client_secret}`;
    intent.next_action =
      attempt.returnUrl === null
        ? {
            type: 'use_stripe_sdk',
            use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url },
          }
        : {
            type: 'redirect_to_url',
            redirect_to_url: { return_url: attempt.returnUrl, url },
          };
    double.store.put('payment_intents', intent.id, intent);
    double.emit('payment_intent.requires_action', intent, attempt.origin);
    return undefined;
  }
  if (card.decline !== undefined) {
    return declinePayment(double, intent, method, card.decline, attempt.origin);
  }
  succeed(double, intent, method, false, attempt.origin);
  return undefined;
}

/** What the customer said on the authentication page. */
export function finishAuthentication(
  double: Double,
  intent: Stripe.PaymentIntent,
  isApproved: boolean,
  origin: Origin,
): Decline | undefined {
  const method = paymentMethodOf(double, idOf(intent.payment_method) ?? '');
  const { decline } = cardOf(double, method);
  if (!isApproved) {
    return declinePayment(double, intent, method, authenticationFailed, origin, false);
  }
  if (decline !== undefined) return declinePayment(double, intent, method, decline, origin);
  succeed(double, intent, method, true, origin);
  return undefined;
}

/** The 402 that a declined confirmation is answered with; the intent is inside. */
export function declinedAnswer(intent: Stripe.PaymentIntent): StripeApiError {
  const error = intent.last_payment_error;
  const details = {
    ...(error?.advice_code === undefined ? {} : { advice_code: error.advice_code }),
    ...(error?.charge === undefined ? {} : { charge: error.charge }),
    ...(error?.code === undefined ? {} : { code: error.code }),
    ...(error?.decline_code === undefined ? {} : { decline_code: error.decline_code }),
    payment_intent: structuredClone(intent),
    payment_method: structuredClone(error?.payment_method),
  };
  return new StripeApiError(
    402,
    'card_error',
    error?.message ?? 'Your card was declined.',
    details,
  );
}

export function cancelPayment(
  double: Double,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
  origin: Origin,
): void {
  intent.status = 'canceled';
  intent.canceled_at = double.now();
  intent.cancellation_reason = reason;
  intent.next_action = null;
  double.store.put('payment_intents', intent.id, intent);
  double.emit('payment_intent.canceled', intent, origin);
}

function succeed(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  isAuthenticated: boolean,
  origin: Origin,
): void {
  const charge = makeCharge(double, intent, method, undefined, isAuthenticated, origin);
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  intent.latest_charge = charge.id;
  intent.next_action = null;
  intent.last_payment_error = null;
  double.store.put('payment_intents', intent.id, intent);
  double.emit('payment_intent.succeeded', intent, origin);
  if (cardOf(double, method).dispute !== undefined) double.later.add('dispute_opens', charge.id);
  afterUse(double, intent, method, origin);
}

/** Saves the method for later where that was asked for; one that belongs to nobody can be used once. */
function afterUse(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  origin: Origin,
): void {
  const customer = idOf(intent.customer);
  if (intent.setup_future_usage === 'off_session') markSetUp(double, method);
  if (intent.setup_future_usage !== null) {
    // Without a customer it can still be attached to one afterwards.
    if (customer !== null) attachTo(double, method, customer, origin);
  } else if (method.customer === null) {
    useUp(double, method);
  }
}

/** Whether this card is refused off session until its owner has been there. */
function mustAuthenticate(double: Double, method: Stripe.PaymentMethod): boolean {
  const { authentication } = cardOf(double, method);
  if (authentication === 'always') return true;
  const isSetUp = double.store.get('cards_on_file', method.id)?.is_set_up === true;
  return authentication === 'unless_set_up' && !isSetUp;
}

function declinePayment(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
  origin: Origin,
  reachedTheBank = true,
): Decline {
  const charge = reachedTheBank
    ? makeCharge(double, intent, method, decline, false, origin)
    : undefined;
  const { message, code, ...codes } = decline;
  intent.status = 'requires_payment_method';
  // A declined payment method is taken off the intent, and found in the error instead.
  intent.payment_method = null;
  intent.next_action = null;
  if (charge !== undefined) intent.latest_charge = charge.id;
  intent.last_payment_error = {
    ...codes,
    ...(charge === undefined ? {} : { charge: charge.id }),
    code,
    doc_url: docUrl(code),
    message,
    payment_method: structuredClone(method),
    type: decline === authenticationFailed ? 'invalid_request_error' : 'card_error',
  };
  double.store.put('payment_intents', intent.id, intent);
  double.emit('payment_intent.payment_failed', intent, origin);
  return decline;
}
