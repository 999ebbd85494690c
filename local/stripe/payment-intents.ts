import type Stripe from 'stripe';
import { z } from 'zod';
import { checkAmount } from './amounts.ts';
import { attemptPayment, cancelPayment, declinedAnswer } from './confirm.ts';
import { customerOf } from './customers.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest } from './errors.ts';
import { intentOf, makeIntent, refuseRemovedParams, unexpectedState } from './intent.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import {
  bool,
  changedMetadata,
  currency,
  email,
  emptyable,
  metadata,
  positiveInteger,
  read,
  text,
  url,
} from './params.ts';
import { paymentMethodData, paymentMethodFrom } from './card-entry.ts';
import { usableMethod } from './usable-method.ts';

const cardOnly = z.array(z.enum(['card'])).min(1);

/** Parameters of create, update and confirm alike. */
const shared = {
  payment_method: text.optional(),
  payment_method_data: paymentMethodData.optional(),
  // Accepted, without effect here: a card knows no options that this double plays.
  payment_method_options: z.record(z.string(), z.unknown()).optional(),
  allowed_payment_method_types: cardOnly.optional(),
  receipt_email: emptyable(email).optional(),
  setup_future_usage: emptyable(z.enum(['off_session', 'on_session'])).optional(),
};
const confirmation = {
  off_session: z.enum(['true', 'false', 'one_off', 'recurring']).optional(),
  return_url: url.optional(),
  error_on_requires_action: bool.optional(),
  use_stripe_sdk: bool.optional(),
  mandate_data: z.record(z.string(), z.unknown()).optional(),
};
const description = text.max(1000);

const createParams = z.strictObject({
  ...shared,
  ...confirmation,
  amount: positiveInteger,
  currency,
  automatic_payment_methods: z
    .strictObject({ enabled: bool, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  confirm: bool.optional(),
  confirmation_method: z.enum(['automatic', 'manual']).optional(),
  customer: text.optional(),
  description: description.optional(),
  metadata: metadata.optional(),
  statement_descriptor_suffix: text.max(22).optional(),
});
const updateParams = z.strictObject({
  ...shared,
  amount: positiveInteger.optional(),
  currency: currency.optional(),
  customer: text.optional(),
  description: emptyable(description).optional(),
  metadata: metadata.optional(),
});
const confirmParams = z.strictObject({ ...shared, ...confirmation });
const cancelParams = z.strictObject({
  cancellation_reason: z
    .enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'])
    .optional(),
});

function create({ double, params, origin }: Call): object {
  refuseRemovedParams(params);
  const fields = read(createParams, params);
  checkAmount(fields.amount, fields.currency, 'amount');
  const confirmOnly = ['off_session', 'error_on_requires_action', 'return_url'] as const;
  for (const name of confirmOnly) {
    if (fields[name] !== undefined && fields.confirm !== true) {
      throw invalidRequest(
        `You cannot set \`${name}\` unless you also set \`confirm\` to true when you create a PaymentIntent.`,
        { param: name },
      );
    }
  }
  if (fields.customer !== undefined) customerOf(double, fields.customer, 'customer');
  const method = methodFrom(double, fields, fields.customer ?? null);
  // Checked before anything is stored: a call that is refused leaves nothing behind.
  const automatic =
    fields.allowed_payment_method_types === undefined
      ? {
          enabled: fields.automatic_payment_methods?.enabled ?? true,
          allow_redirects: fields.automatic_payment_methods?.allow_redirects ?? 'always',
        }
      : null;
  if (fields.confirm === true) {
    if (method === undefined) throw needsMethod();
    requireReturnUrl(automatic?.enabled === true && automatic.allow_redirects === 'always', fields);
  }
  const intent = makeIntent(double, {
    amount: fields.amount,
    currency: fields.currency,
    customer: fields.customer ?? null,
    description: fields.description ?? null,
    metadata: changedMetadata({}, fields.metadata),
    receipt_email: fields.receipt_email ?? null,
    setup_future_usage: fields.setup_future_usage ?? null,
  });
  intent.automatic_payment_methods = automatic;
  intent.allowed_payment_method_types = fields.allowed_payment_method_types ?? null;
  if (fields.capture_method !== undefined) intent.capture_method = fields.capture_method;
  if (fields.confirmation_method !== undefined) {
    intent.confirmation_method = fields.confirmation_method;
  }
  if (method !== undefined) {
    intent.payment_method = method.id;
    intent.status = 'requires_confirmation';
  }
  double.emit('payment_intent.created', intent, origin);
  if (fields.confirm === true && method !== undefined) pay(double, intent, method, fields, origin);
  return intent;
}

function update({ double, params, path }: Call): object {
  refuseRemovedParams(params);
  const intent = intentOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    const closed = (['amount', 'currency', 'customer', 'payment_method'] as const).find(
      (name) => fields[name] !== undefined,
    );
    if (closed !== undefined) {
      throw unexpectedState(
        intent,
        `This PaymentIntent's ${closed} could not be updated because it has a status of ${intent.status}. You may only update the ${closed} of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.`,
      );
    }
  }
  const amount = fields.amount ?? intent.amount;
  const money = fields.currency ?? intent.currency;
  checkAmount(amount, money, 'amount');
  if (fields.customer !== undefined) customerOf(double, fields.customer, 'customer');
  const method = methodFrom(double, fields, fields.customer ?? idOf(intent.customer));
  intent.metadata = changedMetadata(intent.metadata, fields.metadata);
  intent.amount = amount;
  intent.currency = money;
  if (fields.customer !== undefined) intent.customer = fields.customer;
  if (fields.description !== undefined) intent.description = fields.description;
  applyShared(intent, fields);
  if (method !== undefined) {
    intent.payment_method = method.id;
    intent.status = 'requires_confirmation';
    intent.next_action = null;
  }
  return double.store.put('payment_intents', intent.id, intent);
}

function confirm({ double, params, path, origin }: Call): object {
  refuseRemovedParams(params);
  const intent = intentOf(double, path['id'] ?? '');
  const fields = read(confirmParams, params);
  if (intent.status === 'succeeded') {
    throw unexpectedState(
      intent,
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    );
  }
  if (intent.status === 'canceled') {
    throw unexpectedState(
      intent,
      'You cannot confirm this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.',
    );
  }
  const given = fields.payment_method ?? fields.payment_method_data;
  // The kept one is checked again: it may have been detached since.
  const kept = given === undefined ? idOf(intent.payment_method) : null;
  const method = methodFrom(
    double,
    kept === null ? fields : { payment_method: kept },
    idOf(intent.customer),
  );
  if (method === undefined) throw needsMethod(intent);
  const automatic = intent.automatic_payment_methods;
  requireReturnUrl(automatic?.enabled === true && automatic.allow_redirects === 'always', fields);
  applyShared(intent, fields);
  pay(double, intent, method, fields, origin);
  return intent;
}

function cancel({ double, params, path, origin }: Call): object {
  const intent = intentOf(double, path['id'] ?? '');
  const fields = read(cancelParams, params);
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
    );
  }
  for (const session of double.store.all('checkout_sessions').values()) {
    if (session.payment_intent !== intent.id) continue;
    // https://docs.stripe.com/api/payment_intents/cancel
    throw unexpectedState(
      intent,
      'You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the Checkout Session instead.',
    );
  }
  cancelPayment(double, intent, fields.cancellation_reason ?? null, origin);
  return intent;
}

function capture({ double, path }: Call): object {
  const intent = intentOf(double, path['id'] ?? '');
  throw unexpectedState(
    intent,
    `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
  );
}

function pay(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  fields: z.infer<typeof confirmParams>,
  origin: Origin,
): void {
  const decline = attemptPayment(double, intent, method, {
    isOffSession: fields.off_session !== undefined && fields.off_session !== 'false',
    returnUrl: fields.return_url ?? null,
    failOnAction: fields.error_on_requires_action === true,
    origin,
  });
  if (decline !== undefined) throw declinedAnswer(intent);
}

function methodFrom(
  double: Double,
  fields: Pick<z.infer<typeof confirmParams>, 'payment_method' | 'payment_method_data'>,
  customer: string | null,
): Stripe.PaymentMethod | undefined {
  if (fields.payment_method_data !== undefined) {
    return paymentMethodFrom(double, fields.payment_method_data);
  }
  if (fields.payment_method === undefined) return undefined;
  return usableMethod(double, fields.payment_method, customer, 'PaymentIntent');
}

function applyShared(
  intent: Stripe.PaymentIntent,
  fields: Pick<z.infer<typeof confirmParams>, 'receipt_email' | 'setup_future_usage'>,
): void {
  if (fields.receipt_email !== undefined) intent.receipt_email = fields.receipt_email;
  if (fields.setup_future_usage !== undefined) {
    intent.setup_future_usage = fields.setup_future_usage;
  }
}

/** Since 2023-08-16 (https://docs.stripe.com/changelog/2023-08-16/automatic-payment-methods). */
function requireReturnUrl(
  mayRedirect: boolean,
  fields: Pick<z.infer<typeof confirmParams>, 'off_session' | 'return_url'>,
): void {
  if (!mayRedirect || fields.return_url !== undefined) return;
  if (fields.off_session !== undefined && fields.off_session !== 'false') return;
  throw invalidRequest(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
  );
}

function needsMethod(intent?: Stripe.PaymentIntent) {
  return invalidRequest(
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    {
      code: intent === undefined ? 'parameter_missing' : 'payment_intent_unexpected_state',
      ...(intent === undefined ? {} : { payment_intent: structuredClone(intent) }),
    },
  );
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  customer: text.optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('payment_intents').values(),
    want,
    '/v1/payment_intents',
    (intent) =>
      (want.customer === undefined || intent.customer === want.customer) &&
      matchesCreated(intent.created, want.created),
  );
}

export const paymentIntentRoutes: readonly Route[] = [
  ['POST', '/v1/payment_intents', create],
  ['GET', '/v1/payment_intents', list],
  ['GET', '/v1/payment_intents/:id', ({ double, path }) => intentOf(double, path['id'] ?? '')],
  ['POST', '/v1/payment_intents/:id', update],
  ['POST', '/v1/payment_intents/:id/confirm', confirm],
  ['POST', '/v1/payment_intents/:id/cancel', cancel],
  ['POST', '/v1/payment_intents/:id/capture', capture],
];
