import type Stripe from 'stripe';
import { z } from 'zod';
import { customerOf } from './customers.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest } from './errors.ts';
import type { StripeApiError } from './errors.ts';
import { refuseRemovedParams } from './intent.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { bool, changedMetadata, emptyable, metadata, read, text, url } from './params.ts';
import { paymentMethodData, paymentMethodFrom } from './card-entry.ts';
import { makeSetupIntent, setupIntentOf, unexpectedState } from './setup-intent.ts';
import { attemptSetup, declinedSetup } from './setup-life.ts';
import { usableMethod } from './usable-method.ts';

const ignored = z.record(z.string(), z.unknown()).optional();
const methodParams = {
  payment_method: text.optional(),
  payment_method_data: paymentMethodData.optional(),
  payment_method_options: ignored,
  mandate_data: ignored,
};
const confirmation = { return_url: url.optional(), use_stripe_sdk: bool.optional() };

const createParams = z.strictObject({
  ...methodParams,
  ...confirmation,
  allowed_payment_method_types: z.array(z.enum(['card'])).optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: bool, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  confirm: bool.optional(),
  customer: text.optional(),
  description: text.max(1000).optional(),
  metadata: metadata.optional(),
  usage: z.enum(['off_session', 'on_session']).optional(),
});
const updateParams = z.strictObject({
  ...methodParams,
  customer: text.optional(),
  description: emptyable(text.max(1000)).optional(),
  metadata: metadata.optional(),
});
const confirmParams = z.strictObject({ ...methodParams, ...confirmation });
const cancelParams = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'requested_by_customer']).optional(),
});
type MethodFields = Pick<z.infer<typeof confirmParams>, 'payment_method' | 'payment_method_data'>;

function create({ double, params, origin }: Call): object {
  refuseRemovedParams(params);
  const fields = read(createParams, params);
  if (fields.customer !== undefined) customerOf(double, fields.customer, 'customer');
  const method = methodFrom(double, fields, fields.customer ?? null);
  const automatic =
    fields.allowed_payment_method_types === undefined
      ? {
          enabled: fields.automatic_payment_methods?.enabled ?? true,
          allow_redirects: fields.automatic_payment_methods?.allow_redirects ?? 'always',
        }
      : null;
  if (fields.return_url !== undefined && fields.confirm !== true) {
    throw invalidRequest(
      'You cannot set `return_url` unless you also set `confirm` to true when you create a SetupIntent.',
      { param: 'return_url' },
    );
  }
  if (fields.confirm === true) {
    if (method === undefined) throw needsMethod();
    requireReturnUrl(automatic, fields.return_url);
  }
  const intent = makeSetupIntent(double, {
    automatic,
    allowed: fields.allowed_payment_method_types ?? null,
    customer: fields.customer ?? null,
    description: fields.description ?? null,
    metadata: changedMetadata({}, fields.metadata),
    method: method?.id ?? null,
    usage: fields.usage ?? 'off_session',
  });
  double.emit('setup_intent.created', intent, origin);
  if (fields.confirm === true && method !== undefined) {
    setUp(double, intent, method, fields.return_url, origin);
  }
  return intent;
}

function update({ double, params, path }: Call): object {
  refuseRemovedParams(params);
  const intent = setupIntentOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw unexpectedState(intent, 'update');
  }
  if (fields.customer !== undefined) customerOf(double, fields.customer, 'customer');
  const method = methodFrom(double, fields, fields.customer ?? idOf(intent.customer));
  intent.metadata = changedMetadata(intent.metadata ?? {}, fields.metadata);
  if (fields.customer !== undefined) intent.customer = fields.customer;
  if (fields.description !== undefined) intent.description = fields.description;
  if (method !== undefined) {
    intent.payment_method = method.id;
    intent.status = 'requires_confirmation';
    intent.next_action = null;
  }
  return double.store.put('setup_intents', intent.id, intent);
}

function confirm({ double, params, path, origin }: Call): object {
  refuseRemovedParams(params);
  const intent = setupIntentOf(double, path['id'] ?? '');
  const fields = read(confirmParams, params);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw unexpectedState(intent, 'confirm');
  }
  const kept = idOf(intent.payment_method);
  const wanted = fields.payment_method ?? (fields.payment_method_data === undefined ? kept : null);
  const method = methodFrom(
    double,
    { ...fields, payment_method: wanted ?? undefined },
    idOf(intent.customer),
  );
  if (method === undefined) throw needsMethod(intent);
  requireReturnUrl(intent.automatic_payment_methods, fields.return_url);
  setUp(double, intent, method, fields.return_url, origin);
  return intent;
}

function cancel({ double, params, path, origin }: Call): object {
  const intent = setupIntentOf(double, path['id'] ?? '');
  const fields = read(cancelParams, params);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw unexpectedState(intent, 'cancel');
  }
  intent.status = 'canceled';
  intent.cancellation_reason = fields.cancellation_reason ?? null;
  intent.next_action = null;
  double.store.put('setup_intents', intent.id, intent);
  double.emit('setup_intent.canceled', intent, origin);
  return intent;
}

function setUp(
  double: Double,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  returnUrl: string | undefined,
  origin: Origin,
): void {
  const decline = attemptSetup(double, intent, method, returnUrl ?? null, origin);
  if (decline !== undefined) throw declinedSetup(intent, decline);
}

function methodFrom(
  double: Double,
  fields: MethodFields,
  customer: string | null,
): Stripe.PaymentMethod | undefined {
  if (fields.payment_method_data !== undefined) {
    return paymentMethodFrom(double, fields.payment_method_data);
  }
  if (fields.payment_method === undefined) return undefined;
  return usableMethod(double, fields.payment_method, customer, 'SetupIntent');
}

function requireReturnUrl(
  automatic: Stripe.SetupIntent['automatic_payment_methods'],
  returnUrl: string | undefined,
): void {
  if (returnUrl !== undefined || automatic?.enabled !== true) return;
  if (automatic.allow_redirects !== 'always') return;
  throw invalidRequest(
    "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  );
}

function needsMethod(intent?: Stripe.SetupIntent): StripeApiError {
  return invalidRequest(
    "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
    intent === undefined
      ? { code: 'parameter_missing' }
      : { code: 'setup_intent_unexpected_state', setup_intent: structuredClone(intent) },
  );
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  customer: text.optional(),
  payment_method: text.optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('setup_intents').values(),
    want,
    '/v1/setup_intents',
    (intent) =>
      (want.customer === undefined || intent.customer === want.customer) &&
      (want.payment_method === undefined || intent.payment_method === want.payment_method) &&
      matchesCreated(intent.created, want.created),
  );
}

export const setupIntentRoutes: readonly Route[] = [
  ['POST', '/v1/setup_intents', create],
  ['GET', '/v1/setup_intents', list],
  ['GET', '/v1/setup_intents/:id', ({ double, path }) => setupIntentOf(double, path['id'] ?? '')],
  ['POST', '/v1/setup_intents/:id', update],
  ['POST', '/v1/setup_intents/:id/confirm', confirm],
  ['POST', '/v1/setup_intents/:id/cancel', cancel],
];
