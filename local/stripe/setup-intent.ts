import type Stripe from 'stripe';
import type { Double } from './double.ts';
import { invalidRequest, noSuch } from './errors.ts';
import type { StripeApiError } from './errors.ts';
import { newId } from './ids.ts';

export interface NewSetupIntent {
  automatic: { enabled: boolean; allow_redirects: 'always' | 'never' } | null;
  allowed: 'card'[] | null;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  /** The id of the payment method. */
  method: string | null;
  usage: 'off_session' | 'on_session';
}

/** Stores a new setup intent that waits to be confirmed. The caller tells of it. */
export function makeSetupIntent(double: Double, fields: NewSetupIntent): Stripe.SetupIntent {
  const id = newId('seti_1', 23);
  const intent: Stripe.SetupIntent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: fields.allowed,
    application: null,
    automatic_payment_methods: fields.automatic,
    cancellation_reason: null,
    client_secret: `${id}_secret_${newId('', 25)}`,
    created: double.now(),
    customer: fields.customer,
    customer_account: null,
    description: fields.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: fields.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: fields.method,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: fields.method === null ? 'requires_payment_method' : 'requires_confirmation',
    usage: fields.usage,
  };
  return double.store.put('setup_intents', id, intent);
}

export function setupIntentOf(double: Double, id: string): Stripe.SetupIntent {
  const intent = double.store.get('setup_intents', id);
  if (intent === undefined) throw noSuch('setupintent', id);
  return intent;
}

/** The 400 for what cannot be done in this status; the intent is inside. */
export function unexpectedState(intent: Stripe.SetupIntent, what: string): StripeApiError {
  return invalidRequest(
    `You cannot ${what} this SetupIntent because it has a status of ${intent.status}.`,
    { code: 'setup_intent_unexpected_state', setup_intent: structuredClone(intent) },
  );
}
