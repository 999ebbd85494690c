import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStripe } from '../_shared/stripe.ts';
import { callerOf } from '../_shared/testing/calls.ts';
import { deadUrl } from '../_shared/testing/server.ts';
import type { Answer } from '../_shared/testing/server.ts';
import { startFakeStripe, stripeError } from '../_shared/testing/stripe.ts';
import type { FakeStripe } from '../_shared/testing/stripe.ts';
import { raised, startFakeSupabase, USER_ID } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createPurchaseHandler } from './handler.ts';

const PAYMENT_ID = '6f1c2f80-0000-4000-8000-00000000000a';
const CARD_ID = '6f1c2f80-0000-4000-8000-00000000000b';
const APP_URL = 'http://127.0.0.1:54328';

let supabase: FakeSupabase;
let fake: FakeStripe;
let row: Record<string, unknown>;
let created: Record<string, unknown> | undefined;
let attached: Record<string, unknown> | undefined;

beforeEach(async () => {
  [supabase, fake] = await Promise.all([startFakeSupabase(), startFakeStripe()]);
  row = {
    payment_id: PAYMENT_ID,
    time_card_id: CARD_ID,
    status: 'pending',
    amount_cents: 999,
    currency: 'usd',
    package_name: 'Starter',
    email: 'ada@example.com',
    full_name: 'Ada',
    stripe_customer_id: null,
    stripe_checkout_session_id: null,
    stripe_payment_intent_id: null,
    is_replay: false,
  };
  created = undefined;
  attached = undefined;
  supabase.rpcs['create_purchase'] = (args) => {
    created = args;
    return { body: row };
  };
  supabase.rpcs['set_stripe_customer'] = () => ({ body: { stripe_customer_id: 'cus_kept' } });
  supabase.rpcs['attach_stripe_objects'] = (args) => {
    attached = args;
    return { body: { payment_id: PAYMENT_ID, status: row['status'] } };
  };
  fake.routes['POST /v1/customers'] = () => ({ body: { id: 'cus_new', object: 'customer' } });
  fake.routes['POST /v1/checkout/sessions'] = () => ({
    body: { id: 'cs_1', object: 'checkout.session', url: 'https://pay.example/cs_1' },
  });
  fake.routes['POST /v1/payment_intents'] = () => ({ body: intent('requires_payment_method') });
});
afterEach(async () => {
  await Promise.all([supabase.close(), fake.close()]);
});

function intent(status: string, more: Record<string, unknown> = {}) {
  return { id: 'pi_1', object: 'payment_intent', client_secret: 'pi_1_secret_2', status, ...more };
}

/** Stripe takes a payment method with the intent, and this is what confirming it answers. */
function onConfirm(answer: Answer) {
  fake.routes['POST /v1/payment_intents'] = () => ({ body: intent('requires_confirmation') });
  fake.routes['POST /v1/payment_intents/pi_1/confirm'] = () => answer;
}

function purchase(body: unknown, headers: Record<string, string> = {}, stripe = fake.stripe) {
  const { call, lines } = callerOf(
    createPurchaseHandler({
      auth: supabase.db.auth,
      db: supabase.db,
      stripe,
      appUrl: APP_URL,
      allowedOrigins: [APP_URL, 'https://app.example'],
    }),
  );
  const answer = call({
    body,
    headers: { authorization: `Bearer ${supabase.userToken}`, ...headers },
  });
  return Object.assign(answer, { lines });
}

const created201 = {
  payment_id: PAYMENT_ID,
  time_card_id: CARD_ID,
  status: 'pending',
  amount_cents: 999,
  currency: 'usd',
};

test('opens a checkout at the price of the price list, whatever the client says', async () => {
  const { status, body } = await purchase({
    package_id: 'starter_1h',
    amount_cents: 1,
    currency: 'xxx',
  });
  expect(status).toBe(201);
  expect(body).toEqual({ ...created201, checkout_url: 'https://pay.example/cs_1' });
  const [request] = fake.requests['POST /v1/checkout/sessions'] ?? [];
  expect(request?.idempotencyKey).toBe(`purchase-${PAYMENT_ID}`);
  expect(Object.fromEntries(request?.params ?? [])).toEqual({
    mode: 'payment',
    ui_mode: 'hosted_page',
    customer: 'cus_kept',
    client_reference_id: PAYMENT_ID,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': '999',
    'line_items[0][price_data][product_data][name]': 'Starter',
    'metadata[payment_id]': PAYMENT_ID,
    'metadata[user_id]': USER_ID,
    'metadata[package_id]': 'starter_1h',
    'payment_intent_data[metadata][payment_id]': PAYMENT_ID,
    'payment_intent_data[metadata][user_id]': USER_ID,
    'payment_intent_data[metadata][package_id]': 'starter_1h',
    success_url: `${APP_URL}/?checkout=success&payment_id=${PAYMENT_ID}`,
    cancel_url: `${APP_URL}/?checkout=cancelled&payment_id=${PAYMENT_ID}`,
  });
  expect(attached).toMatchObject({ payment_id: PAYMENT_ID, stripe_checkout_session_id: 'cs_1' });
});

test('answers the code of a gift when it is made, and keeps it out of the log', async () => {
  row['activation_code'] = 'AAAA-BBBB-CCCC-DDDD-E';
  const call = purchase({ package_id: 'starter_1h', gift: true });
  expect((await call).body).toEqual({
    ...created201,
    checkout_url: 'https://pay.example/cs_1',
    activation_code: 'AAAA-BBBB-CCCC-DDDD-E',
  });
  expect(created).toMatchObject({ is_gift: true });
  expect(JSON.stringify(call.lines)).not.toContain('AAAA');
  row['activation_code'] = null;
  expect((await purchase({ package_id: 'starter_1h', gift: true })).body).not.toHaveProperty(
    'activation_code',
  );
});

test.each([
  ['checkout', 'POST /v1/checkout/sessions', 'payment_intent_data[setup_future_usage]'],
  ['payment_intent', 'POST /v1/payment_intents', 'setup_future_usage'],
])('saves the payment method of a %s when asked to, and only then', async (flow, route, param) => {
  await purchase({ package_id: 'starter_1h', flow });
  await purchase({ package_id: 'starter_1h', flow, save_payment_method: true });
  const asked = fake.requests[route]?.map(({ params }) => params.get(param));
  expect(asked).toEqual([null, 'off_session']);
});

test('makes the Stripe customer once per user', async () => {
  await purchase({ package_id: 'starter_1h' });
  expect(fake.requests['POST /v1/customers']?.[0]?.idempotencyKey).toBe(`customer-${PAYMENT_ID}`);
  row['stripe_customer_id'] = 'cus_kept';
  await purchase({ package_id: 'starter_1h' });
  expect(fake.requests['POST /v1/customers']).toHaveLength(1);
});

test('sells to a user whose Stripe customer is unknown to Stripe', async () => {
  row['stripe_customer_id'] = 'cus_of_another_account';
  fake.routes['POST /v1/checkout/sessions'] = ({ params }) =>
    params.has('customer')
      ? stripeError(400, {
          type: 'invalid_request_error',
          code: 'resource_missing',
          param: 'customer',
        })
      : { body: { id: 'cs_1', url: 'https://pay.example/cs_1' } };
  expect((await purchase({ package_id: 'starter_1h' })).status).toBe(201);
  const [, second] = fake.requests['POST /v1/checkout/sessions'] ?? [];
  expect(second?.params.get('customer_email')).toBe('ada@example.com');
  expect(second?.idempotencyKey).toBe(`purchase-${PAYMENT_ID}-no-customer`);
});

test('creates a payment intent to be confirmed in the browser', async () => {
  const { status, body } = await purchase({ package_id: 'starter_1h', flow: 'payment_intent' });
  expect(status).toBe(201);
  expect(body).toEqual({ ...created201, client_secret: 'pi_1_secret_2' });
  const { params } = fake.requests['POST /v1/payment_intents']?.[0] ?? {};
  expect(params?.get('amount')).toBe('999');
  expect(params?.get('automatic_payment_methods[enabled]')).toBe('true');
  expect(params?.has('confirm')).toBe(false);
  expect(supabase.calls).not.toContain('apply_stripe_object');
});

test('confirms a payment method at once and credits it without waiting for a webhook', async () => {
  onConfirm({ body: intent('succeeded') });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'credited' } });
  const { status, body } = await purchase({
    package_id: 'starter_1h',
    payment_method_id: 'pm_card_visa',
  });
  expect(status).toBe(201);
  expect(body).toEqual({ ...created201, status: 'succeeded', client_secret: 'pi_1_secret_2' });
  const { params } = fake.requests['POST /v1/payment_intents']?.[0] ?? {};
  expect(params?.has('confirm')).toBe(false);
  expect(params?.get('payment_method')).toBe('pm_card_visa');
  expect(params?.get('automatic_payment_methods[allow_redirects]')).toBe('never');
  expect(created).toMatchObject({ flow: 'payment_intent' });
});

test('ties the intent to the payment before it charges, so that no charge is lost', async () => {
  onConfirm({ status: 500, body: { error: { type: 'api_error' } } });
  let attachedBefore: unknown;
  const confirm = fake.routes['POST /v1/payment_intents/pi_1/confirm'];
  fake.routes['POST /v1/payment_intents/pi_1/confirm'] = (request) => {
    attachedBefore = attached;
    return confirm?.(request) ?? {};
  };
  const { status } = await purchase({
    package_id: 'starter_1h',
    payment_method_id: 'pm_card_visa',
  });
  expect(status).toBe(502);
  expect(attachedBefore).toMatchObject({ stripe_payment_intent_id: 'pi_1' });
});

test('confirms after a replay the intent that was never confirmed', async () => {
  Object.assign(row, { is_replay: true, stripe_payment_intent_id: 'pi_1' });
  onConfirm({ body: intent('succeeded') });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent('requires_confirmation') });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'credited' } });
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_x' });
  expect(body['status']).toBe('succeeded');
  expect(fake.requests['POST /v1/payment_intents']).toBeUndefined();
});

test('confirms again under another key what Stripe answered with a 500, which it repeats for a day', async () => {
  Object.assign(row, { is_replay: true, stripe_payment_intent_id: 'pi_1' });
  let burnt: string | undefined;
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent('requires_confirmation') });
  fake.routes['POST /v1/payment_intents/pi_1/confirm'] = ({ idempotencyKey }) => {
    burnt ??= idempotencyKey;
    return idempotencyKey === burnt
      ? stripeError(500, { type: 'api_error' })
      : { body: intent('succeeded') };
  };
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'credited' } });
  const request = { package_id: 'starter_1h', payment_method_id: 'pm_x' };
  expect((await purchase(request)).status).toBe(502);
  expect((await purchase(request)).body['status']).toBe('succeeded');
});

test('a replay credits what Stripe has as paid, whatever the payment was taken for', async () => {
  Object.assign(row, { is_replay: true, status: 'failed', stripe_payment_intent_id: 'pi_1' });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent('succeeded') });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'credited' } });
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_x' });
  expect(body['status']).toBe('succeeded');
  expect(body).not.toHaveProperty('failure_code');
});

test.each([
  [{}, { checkout_url: null }],
  [{ payment_method_id: 'pm_x' }, { client_secret: null }],
])('begins nothing for a purchase that was given up (%j)', async (more, nothing) => {
  Object.assign(row, { is_replay: true, status: 'canceled' });
  const { status, body } = await purchase({ package_id: 'starter_1h', ...more });
  expect(status).toBe(201);
  expect(body).toEqual({ ...created201, status: 'canceled', ...nothing });
  expect(fake.calls).toEqual([]);
});

test('asks what became of an intent that another request confirmed meanwhile', async () => {
  onConfirm(
    stripeError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: 'It has succeeded already.',
    }),
  );
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent('succeeded') });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'credited' } });
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_card_visa' });
  expect(body['status']).toBe('succeeded');
});

test('answers succeeded when the webhook was faster', async () => {
  onConfirm({ body: intent('succeeded') });
  supabase.rpcs['apply_stripe_object'] = () => {
    row['status'] = 'succeeded';
    return { body: { outcome: 'duplicate' } };
  };
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_card_visa' });
  expect(body['status']).toBe('succeeded');
});

test('answers a declined card as a failed payment', async () => {
  const declined = intent('requires_payment_method', {
    last_payment_error: {
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Declined.',
    },
  });
  onConfirm(
    stripeError(402, { type: 'card_error', code: 'card_declined', payment_intent: declined }),
  );
  let applied: unknown;
  supabase.rpcs['apply_stripe_object'] = ({ object }) => {
    applied = object;
    return { body: { outcome: 'failed' } };
  };
  const { status, body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_x' });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    status: 'failed',
    failure_code: 'generic_decline',
    failure_message: 'Declined.',
  });
  expect(applied).toEqual(declined);
});

test('answers a card that asks for authentication as pending, with its client secret', async () => {
  onConfirm({ body: intent('requires_action') });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'ignored' } });
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_x' });
  expect(body).toMatchObject({ status: 'pending', client_secret: 'pi_1_secret_2' });
});

const refusedMethod = stripeError(400, {
  type: 'invalid_request_error',
  code: 'resource_missing',
  param: 'payment_method',
});

const usedUp = stripeError(400, {
  type: 'invalid_request_error',
  message: 'The provided PaymentMethod was detached from a Customer. It may not be used again.',
});

test.each([
  [
    'will not have the payment method again',
    () => void (fake.routes['POST /v1/payment_intents'] = () => usedUp),
  ],
  [
    'does not know the payment method',
    () => void (fake.routes['POST /v1/payment_intents'] = () => refusedMethod),
  ],
  ['refuses it when it is to be charged', () => onConfirm(refusedMethod)],
])('names the field when Stripe %s', async (_, arrange) => {
  arrange();
  const { status, body } = await purchase({
    package_id: 'starter_1h',
    payment_method_id: 'pm_nope',
  });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    message: 'invalid_input',
    details: { payment_method_id: ['cannot be used'] },
  });
});

test('answers a replay with the objects that are attached', async () => {
  Object.assign(row, { is_replay: true, stripe_checkout_session_id: 'cs_1' });
  fake.routes['GET /v1/checkout/sessions/cs_1'] = () => ({
    body: { id: 'cs_1', url: 'https://pay.example/cs_1' },
  });
  const { status, body } = await purchase({ package_id: 'starter_1h' }, { 'idempotency-key': 'k' });
  expect(status).toBe(201);
  expect(body['checkout_url']).toBe('https://pay.example/cs_1');
  expect(fake.calls).toEqual(['GET /v1/checkout/sessions/cs_1']);
});

test('answers a replay of a declined payment as it was', async () => {
  Object.assign(row, { is_replay: true, status: 'failed', stripe_payment_intent_id: 'pi_1' });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({
    body: intent('requires_payment_method', {
      last_payment_error: { code: 'expired_card', message: 'Old.' },
    }),
  });
  const { body } = await purchase({ package_id: 'starter_1h', payment_method_id: 'pm_x' });
  expect(body).toMatchObject({ status: 'failed', failure_code: 'expired_card' });
  expect(supabase.calls).not.toContain('apply_stripe_object');
});

test('goes on with the same Stripe idempotency key after a replay without attached objects', async () => {
  Object.assign(row, { is_replay: true });
  await purchase({ package_id: 'starter_1h' }, { 'idempotency-key': 'k' });
  expect(fake.requests['POST /v1/checkout/sessions']?.[0]?.idempotencyKey).toBe(
    `purchase-${PAYMENT_ID}`,
  );
});

test('fingerprints what was understood, not how it was written', async () => {
  const prints: unknown[] = [];
  for (const body of [
    '{"package_id":"starter_1h","flow":"checkout"}',
    ' {"amount_cents":1,"gift":false, "package_id":"starter_1h"}',
    '{"package_id":"pro_10h"}',
  ]) {
    await purchase(body, { 'idempotency-key': 'k' });
    prints.push(created?.['request_fingerprint']);
  }
  expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(prints[1]).toBe(prints[0]);
  expect(prints[2]).not.toBe(prints[0]);
});

test('passes an idempotency conflict on', async () => {
  supabase.rpcs['create_purchase'] = () => raised(409, 'idempotency_conflict');
  const { status, body } = await purchase({ package_id: 'starter_1h' }, { 'idempotency-key': 'k' });
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'PT409', message: 'idempotency_conflict' });
  expect(fake.calls).toEqual([]);
});

test.each(['', 'x'.repeat(256), 'caf\u00e9'])('refuses the idempotency key %j', async (key) => {
  const { status, body } = await purchase({ package_id: 'starter_1h' }, { 'idempotency-key': key });
  expect(status).toBe(400);
  expect(body['details']).toHaveProperty('Idempotency-Key');
});

test.each([
  [{}, 'package_id'],
  [{ package_id: 7 }, 'package_id'],
  [{ package_id: 'a\u0000b' }, 'package_id'],
  [{ package_id: 'a\ud800' }, 'package_id'],
  [{ package_id: 'x'.repeat(101) }, 'package_id'],
  [{ package_id: 'a', flow: 'free' }, 'flow'],
  [{ package_id: 'a', gift: 'yes' }, 'gift'],
  [{ package_id: 'a', save_payment_method: 1 }, 'save_payment_method'],
  [{ package_id: 'a', payment_method_id: '../pm' }, 'payment_method_id'],
  [{ package_id: 'a', success_url: '/relative' }, 'success_url'],
  [{ package_id: 'a', success_url: 'javascript:alert(1)' }, 'success_url'],
  [{ package_id: 'a', success_url: 'http://app.example/' }, 'success_url'],
  [{ package_id: 'a', success_url: 'https://app.example.evil.test/' }, 'success_url'],
  [{ package_id: 'a', success_url: 'https://app.example@evil.test/' }, 'success_url'],
  [{ package_id: 'a', success_url: 'https:\\\\app.example/' }, 'success_url'],
  [{ package_id: 'a', cancel_url: 'https://app.example:8443/' }, 'cancel_url'],
])('refuses %j and names the field', async (body, field) => {
  const answer = await purchase(body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(Object.keys(answer.body['details'] as object)).toEqual([field]);
  expect(supabase.calls).toEqual([]);
});

test('sends the customer back to a page of an allowed origin, template and all', async () => {
  const success_url = 'https://app.example/done?id={CHECKOUT_SESSION_ID}#x';
  await purchase({ package_id: 'starter_1h', success_url });
  const { params } = fake.requests['POST /v1/checkout/sessions']?.[0] ?? {};
  expect(params?.get('success_url')).toBe(success_url);
});

test.each([429, 500, 503, 401])('answers 502 when Stripe answers %i', async (status) => {
  fake.routes['POST /v1/checkout/sessions'] = () =>
    stripeError(status, { type: 'api_error', message: 'The reason.' });
  const call = purchase({ package_id: 'starter_1h' });
  const answer = await call;
  expect(call.lines[0]?.['error']).toContain('The reason.');
  expect(JSON.stringify(answer.body)).not.toContain('The reason.');
  expect(answer.status).toBe(502);
  expect(answer.body).toMatchObject({ code: 'PT502', message: 'payment_provider_unavailable' });
  expect(attached).toBeUndefined();
});

test('answers 502 when Stripe cannot be reached', async () => {
  const stripe = createStripe({
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    apiBase: new URL(await deadUrl()),
  });
  const answer = await purchase({ package_id: 'starter_1h' }, {}, stripe);
  expect(answer.status).toBe(502);
});

test('sells nothing to somebody who is not signed in', async () => {
  const { status, body } = await purchase(
    { package_id: 'starter_1h' },
    { authorization: 'Bearer sb_publishable_x' },
  );
  expect(status).toBe(401);
  expect(body['message']).toBe('not_authenticated');
  expect(supabase.calls).toEqual([]);
});

test('logs no client secret', async () => {
  const call = purchase({ package_id: 'starter_1h', flow: 'payment_intent' });
  await call;
  expect(call.lines[0]).toMatchObject({ payment_id: PAYMENT_ID, payment_status: 'pending' });
  expect(JSON.stringify(call.lines)).not.toMatch(/secret/);
});
