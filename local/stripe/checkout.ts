import type Stripe from 'stripe';
import { z } from 'zod';
import { checkLineItems, lineItem, makeLineItem } from './checkout-items.ts';
import { cancelPayment } from './confirm.ts';
import { customerOf } from './customers.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest, noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import {
  bool,
  changedMetadata,
  currency,
  email,
  emptyable,
  integer,
  metadata,
  read,
  text,
  url,
} from './params.ts';
import { refuseRemovedParams } from './intent.ts';

const ignored = z.unknown().optional();

const createParams = z.strictObject({
  allowed_payment_method_types: z.array(z.enum(['card'])).optional(),
  cancel_url: url.optional(),
  client_reference_id: text.max(200).optional(),
  currency: currency.optional(),
  customer: text.optional(),
  customer_creation: z.enum(['always', 'if_required']).optional(),
  customer_email: email.optional(),
  expires_at: integer.optional(),
  line_items: z.array(lineItem).min(1).max(100),
  metadata: metadata.optional(),
  mode: z.enum(['payment']),
  payment_intent_data: z
    .strictObject({
      capture_method: z.enum(['automatic', 'automatic_async']).optional(),
      description: text.max(1000).optional(),
      metadata: metadata.optional(),
      receipt_email: email.optional(),
      setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
      statement_descriptor_suffix: text.max(22).optional(),
    })
    .optional(),
  success_url: url,
  ui_mode: z.enum(['hosted_page']).optional(),
  // Looks only, or things that are off here: accepted without effect.
  allow_promotion_codes: bool.optional(),
  automatic_tax: ignored,
  billing_address_collection: ignored,
  branding_settings: ignored,
  custom_text: ignored,
  customer_update: ignored,
  locale: ignored,
  payment_method_options: ignored,
  saved_payment_method_options: ignored,
  submit_type: z.enum(['auto', 'book', 'donate', 'pay', 'subscribe']).optional(),
});
const updateParams = z.strictObject({ metadata: emptyable(metadata).optional() });

const leastLifeSeconds = 30 * 60;
const mostLifeSeconds = 24 * 3600;

export function sessionOf(double: Double, id: string): Stripe.Checkout.Session {
  const session = double.store.get('checkout_sessions', id);
  if (session === undefined) throw noSuch('checkout.session', id);
  expireIfDue(double, session);
  return session;
}

function create({ double, params, origin }: Call): object {
  refuseRemovedParams(params);
  const fields = read(createParams, params);
  if (fields.customer !== undefined && fields.customer_email !== undefined) {
    throw invalidRequest(
      'You may only specify one of these parameters: customer, customer_email.',
      { code: 'parameters_exclusive', param: 'customer' },
    );
  }
  const customer =
    fields.customer === undefined ? undefined : customerOf(double, fields.customer, 'customer');
  const now = double.now();
  const expiresAt = fields.expires_at ?? now + mostLifeSeconds;
  if (expiresAt < now + leastLifeSeconds || expiresAt > now + mostLifeSeconds) {
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
      { param: 'expires_at' },
    );
  }
  checkLineItems(double, fields.line_items);
  const items = fields.line_items.map((item) => makeLineItem(double, item, origin));
  const money = items[0]?.currency ?? 'usd';
  const total = items.reduce((sum, item) => sum + item.amount_total, 0);
  const id = newId('cs_test_a1', 58);
  const data = fields.payment_intent_data;
  double.store.put('checkout_plans', id, {
    line_items: items,
    metadata: changedMetadata({}, data?.metadata),
    description: data?.description ?? null,
    receipt_email: data?.receipt_email ?? null,
    setup_future_usage: data?.setup_future_usage ?? null,
  });
  return double.store.put('checkout_sessions', id, {
    ...unusedFields,
    id,
    object: 'checkout.session',
    allow_promotion_codes: fields.allow_promotion_codes ?? null,
    allowed_payment_method_types: fields.allowed_payment_method_types ?? null,
    amount_subtotal: total,
    amount_total: total,
    cancel_url: fields.cancel_url ?? null,
    client_reference_id: fields.client_reference_id ?? null,
    created: now,
    currency: money,
    customer: customer?.id ?? null,
    customer_creation: customer === undefined ? (fields.customer_creation ?? 'if_required') : null,
    customer_details: detailsOf(customer?.email ?? fields.customer_email ?? null, customer?.name),
    customer_email: fields.customer_email ?? null,
    expires_at: expiresAt,
    metadata: changedMetadata({}, fields.metadata),
    mode: 'payment',
    // Made when the session is paid, since API version 2022-08-01
    // (https://docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session).
    payment_intent: null,
    payment_status: 'unpaid',
    status: 'open',
    submit_type: fields.submit_type ?? null,
    success_url: fields.success_url,
    ui_mode: 'hosted_page',
    url: pageUrl(double, id),
  });
}

export function pageUrl(double: Double, sessionId: string): string {
  return `${double.baseUrl}/c/pay/${sessionId}`;
}

export function detailsOf(
  address: string | null,
  name: string | null | undefined,
): Stripe.Checkout.Session.CustomerDetails | null {
  if (address === null && (name === null || name === undefined)) return null;
  return {
    address: null,
    business_name: null,
    email: address,
    individual_name: null,
    name: name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

/** Ends an open session; its unpaid payment intent goes with it. */
export function expireSession(
  double: Double,
  session: Stripe.Checkout.Session,
  origin: Origin,
): void {
  session.status = 'expired';
  session.url = null;
  double.store.put('checkout_sessions', session.id, session);
  const intent = double.store.get('payment_intents', idOf(session.payment_intent) ?? '');
  if (intent !== undefined && intent.status !== 'succeeded' && intent.status !== 'canceled') {
    cancelPayment(double, intent, 'expired', origin);
  }
  double.emit('checkout.session.expired', session, origin);
}

function expireIfDue(double: Double, session: Stripe.Checkout.Session): void {
  if (session.status !== 'open' || session.expires_at > double.now()) return;
  expireSession(double, session, { id: null, idempotency_key: null });
}

/** Ends every session whose time is over. */
export function expireDueSessions(double: Double): void {
  for (const session of double.store.all('checkout_sessions').values())
    expireIfDue(double, session);
}

function expire({ double, path, origin }: Call): object {
  const session = sessionOf(double, path['id'] ?? '');
  if (session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Session has a status of ${session.status}.`,
    );
  }
  expireSession(double, session, origin);
  return session;
}

function update({ double, params, path }: Call): object {
  const session = sessionOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  session.metadata = changedMetadata(session.metadata ?? {}, fields.metadata ?? undefined);
  return double.store.put('checkout_sessions', session.id, session);
}

function lineItems({ double, params, path }: Call): object {
  const session = sessionOf(double, path['id'] ?? '');
  const items = double.store.get('checkout_plans', session.id)?.line_items ?? [];
  // Line items are listed as they were given, not newest first.
  return listOf(
    items.toReversed(),
    read(z.strictObject(pageParams), params),
    `/v1/checkout/sessions/${session.id}/line_items`,
  );
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  customer: text.optional(),
  payment_intent: text.optional(),
  status: z.enum(['complete', 'expired', 'open']).optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  expireDueSessions(double);
  return listOf(
    double.store.all('checkout_sessions').values(),
    want,
    '/v1/checkout/sessions',
    (session) =>
      (want.customer === undefined || session.customer === want.customer) &&
      (want.payment_intent === undefined || session.payment_intent === want.payment_intent) &&
      (want.status === undefined || session.status === want.status) &&
      matchesCreated(session.created, want.created),
  );
}

/** What a session has besides, as Stripe answers it when none of it is asked for. */
const unusedFields = {
  adaptive_pricing: { enabled: false },
  after_expiration: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  invoice: null,
  invoice_creation: null,
  livemode: false,
  locale: null,
  managed_payments: null,
  origin_context: null,
  payment_link: null,
  payment_method_collection: 'if_required',
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_method_types: ['card'],
  permissions: null,
  phone_number_collection: { enabled: false },
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  subscription: null,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  wallet_options: null,
} satisfies Partial<Stripe.Checkout.Session>;

export const checkoutRoutes: readonly Route[] = [
  ['POST', '/v1/checkout/sessions', create],
  ['GET', '/v1/checkout/sessions', list],
  ['GET', '/v1/checkout/sessions/:id', ({ double, path }) => sessionOf(double, path['id'] ?? '')],
  ['POST', '/v1/checkout/sessions/:id', update],
  ['POST', '/v1/checkout/sessions/:id/expire', expire],
  ['GET', '/v1/checkout/sessions/:id/line_items', lineItems],
];
