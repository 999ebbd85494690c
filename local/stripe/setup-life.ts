import type Stripe from 'stripe';
import { markSetUp } from './card-file.ts';
import type { Double, Origin } from './double.ts';
import { idOf } from './double.ts';
import { StripeApiError, docUrl } from './errors.ts';
import { attachTo, cardOf, paymentMethodOf } from './payment-methods.ts';
import type { Decline } from './test-cards.ts';

/** The path of a setup intent, which saves a card without a payment (https://docs.stripe.com/payments/setupintents/lifecycle). */

const authenticationFailed: Decline = {
  code: 'setup_intent_authentication_failure',
  message:
    'The latest attempt to set up the payment method has failed because authentication failed.',
};

/** Tries to save the card. Answers the decline, or undefined when it succeeded or waits for the customer. */
export function attemptSetup(
  double: Double,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  returnUrl: string | null,
  origin: Origin,
): Decline | undefined {
  const card = cardOf(double, method);
  intent.payment_method = method.id;
  intent.last_setup_error = null;
  if (card.authentication === 'always' || card.authentication === 'unless_set_up') {
    intent.status = 'requires_action';
    const url = `${double.baseUrl}/c/authenticate/${intent.id}?client_secret=${intent.client_secret}`;
    intent.next_action =
      returnUrl === null
        ? {
            type: 'use_stripe_sdk',
            use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url },
          }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
    double.store.put('setup_intents', intent.id, intent);
    double.emit('setup_intent.requires_action', intent, origin);
    return undefined;
  }
  if (card.decline !== undefined && card.attachable !== true) {
    return decline(double, intent, method, card.decline, origin);
  }
  succeed(double, intent, method, origin);
  return undefined;
}

/** What the customer said on the authentication page. */
export function finishSetup(
  double: Double,
  intent: Stripe.SetupIntent,
  isApproved: boolean,
  origin: Origin,
): Decline | undefined {
  const method = paymentMethodOf(double, idOf(intent.payment_method) ?? '');
  if (!isApproved) return decline(double, intent, method, authenticationFailed, origin);
  succeed(double, intent, method, origin);
  return undefined;
}

/** The 402 that a declined confirmation is answered with; the intent is inside. */
export function declinedSetup(intent: Stripe.SetupIntent, why: Decline): StripeApiError {
  const { message, ...codes } = why;
  return new StripeApiError(402, 'card_error', message, {
    ...codes,
    payment_method: structuredClone(intent.last_setup_error?.payment_method),
    setup_intent: structuredClone(intent),
  });
}

function succeed(
  double: Double,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  origin: Origin,
): void {
  intent.status = 'succeeded';
  intent.next_action = null;
  double.store.put('setup_intents', intent.id, intent);
  if (intent.usage === 'off_session') markSetUp(double, method);
  const customer = idOf(intent.customer);
  if (customer !== null) attachTo(double, method, customer, origin);
  double.emit('setup_intent.succeeded', intent, origin);
}

function decline(
  double: Double,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  why: Decline,
  origin: Origin,
): Decline {
  const { message, code, ...codes } = why;
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_setup_error = {
    ...codes,
    code,
    doc_url: docUrl(code),
    message,
    payment_method: structuredClone(method),
    type: why === authenticationFailed ? 'invalid_request_error' : 'card_error',
  };
  double.store.put('setup_intents', intent.id, intent);
  double.emit('setup_intent.setup_failed', intent, origin);
  return why;
}
