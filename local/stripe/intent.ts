import type Stripe from 'stripe';
import type { Double } from './double.ts';
import { invalidParams, invalidRequest, noSuch } from './errors.ts';
import type { StripeApiError } from './errors.ts';
import { newId } from './ids.ts';

export interface NewIntent {
  amount: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  receipt_email: string | null;
  setup_future_usage: 'off_session' | 'on_session' | null;
}

/** Stores a new intent that waits for a payment method. The caller tells of it. */
export function makeIntent(double: Double, fields: NewIntent): Stripe.PaymentIntent {
  const id = newId('pi_3', 23);
  const intent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: fields.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${newId('', 25)}`,
    confirmation_method: 'automatic',
    created: double.now(),
    currency: fields.currency,
    customer: fields.customer,
    customer_account: null,
    description: fields.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: fields.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } as never },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: fields.receipt_email,
    review: null,
    setup_future_usage: fields.setup_future_usage,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  double.store.put('payment_intents', id, intent);
  return intent;
}

export function intentOf(double: Double, id: string): Stripe.PaymentIntent {
  const intent = double.store.get('payment_intents', id);
  if (intent === undefined) throw noSuch('payment_intent', id, 'intent');
  return intent;
}

/**
 * Removed from the API in 2026-09-30.endive
 * (https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents).
 */
export function refuseRemovedParams(params: unknown): void {
  if (typeof params === 'object' && params !== null && 'payment_method_types' in params) {
    throw invalidParams(
      'The `payment_method_types` parameter is no longer supported. Use dynamic payment methods, or `allowed_payment_method_types`.',
      { code: 'payment_method_types_no_longer_supported', param: 'payment_method_types' },
    );
  }
}

/** The 400 for what cannot be done in this status; the intent is inside. */
export function unexpectedState(intent: Stripe.PaymentIntent, message: string): StripeApiError {
  return invalidRequest(message, {
    code: 'payment_intent_unexpected_state',
    payment_intent: structuredClone(intent),
  });
}
