import { afterEach, beforeEach, expect, test } from 'vitest';
import { callerOf } from '../_shared/testing/calls.ts';
import { startFakeStripe, stripeError } from '../_shared/testing/stripe.ts';
import type { FakeStripe } from '../_shared/testing/stripe.ts';
import { startFakeSupabase, USER_ID } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createPaymentMethodsHandler } from './handler.ts';

const LIST = 'GET /v1/customers/cus_1/payment_methods';

let supabase: FakeSupabase;
let fake: FakeStripe;
let forgotten: unknown[];
beforeEach(async () => {
  [supabase, fake] = await Promise.all([startFakeSupabase(), startFakeStripe()]);
  supabase.tables['profiles'] = { body: [{ stripe_customer_id: 'cus_1' }] };
  forgotten = [];
  supabase.rpcs['forget_payment_method'] = (args) => {
    forgotten.push(args);
    return { body: { is_auto_top_up_switched_off: true } };
  };
  fake.routes['GET /v1/payment_methods/pm_1'] = () => ({ body: { id: 'pm_1', customer: 'cus_1' } });
  fake.routes['POST /v1/payment_methods/pm_1/detach'] = () => ({ body: { id: 'pm_1' } });
});
afterEach(async () => {
  await Promise.all([supabase.close(), fake.close()]);
});

function ask(method: 'GET' | 'DELETE', body?: unknown, token = supabase.userToken) {
  const handler = createPaymentMethodsHandler({
    auth: supabase.db.auth,
    db: supabase.db,
    stripe: fake.stripe,
  });
  return callerOf(handler, ['GET', 'DELETE']).call({
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });
}

test('lists the saved cards, and of each no more than tells it from the others', async () => {
  fake.routes[LIST] = () => ({
    body: {
      object: 'list',
      data: [
        {
          id: 'pm_1',
          type: 'card',
          card: {
            brand: 'visa',
            last4: '4242',
            exp_month: 12,
            exp_year: 2034,
            fingerprint: 'secret',
          },
          billing_details: { email: 'ada@example.com' },
        },
      ],
    },
  });
  const { status, body } = await ask('GET');
  expect(status).toBe(200);
  expect(body).toEqual({
    payment_methods: [{ id: 'pm_1', brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034 }],
  });
  expect(fake.requests[LIST]?.[0]?.params.get('type')).toBe('card');
});

test('lists none for somebody who has never bought, without asking Stripe', async () => {
  supabase.tables['profiles'] = { body: [{ stripe_customer_id: null }] };
  expect((await ask('GET')).body).toEqual({ payment_methods: [] });
  expect(fake.calls).toEqual([]);
});

test('lists none for a customer of another Stripe account', async () => {
  expect((await ask('GET')).body).toEqual({ payment_methods: [] });
});

test('takes a profile that cannot be read for no customer without cards', async () => {
  supabase.tables['profiles'] = { status: 400, body: { code: '42501', message: 'denied' } };
  expect((await ask('GET')).status).toBe(500);
});

test('removes a card, after no auto top-up can begin with it any more', async () => {
  let forgottenBefore: unknown;
  fake.routes['POST /v1/payment_methods/pm_1/detach'] = () => {
    forgottenBefore = [...forgotten];
    return { body: { id: 'pm_1' } };
  };
  const { status, body } = await ask('DELETE', { payment_method_id: 'pm_1' });
  expect(status).toBe(200);
  expect(body).toEqual({ payment_method_id: 'pm_1', is_auto_top_up_switched_off: true });
  expect(forgottenBefore).toEqual([{ user_id: USER_ID, payment_method_id: 'pm_1' }]);
});

test.each([
  ['somebody else’s', { body: { id: 'pm_1', customer: 'cus_2' } }],
  ['nobody’s', { body: { id: 'pm_1', customer: null } }],
  ['unknown', stripeError(404, { type: 'invalid_request_error', code: 'resource_missing' })],
])('removes no card that is %s', async (_, answer) => {
  fake.routes['GET /v1/payment_methods/pm_1'] = () => answer;
  const { status, body } = await ask('DELETE', { payment_method_id: 'pm_1' });
  expect(status).toBe(404);
  expect(body).toMatchObject({ code: 'PT404', message: 'not_found' });
  expect(fake.calls).toEqual(['GET /v1/payment_methods/pm_1']);
  expect(forgotten).toEqual([]);
});

test.each([[{}], [{ payment_method_id: 7 }], [{ payment_method_id: '../pm_1' }]])(
  'refuses %j and names the field',
  async (body) => {
    const answer = await ask('DELETE', body);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body['details'] as object)).toEqual(['payment_method_id']);
    expect(fake.calls).toEqual([]);
  },
);

test.each(['GET', 'DELETE'] as const)('answers 502 to %s when Stripe is down', async (method) => {
  const down = () => stripeError(503, { type: 'api_error' });
  fake.routes[LIST] = down;
  fake.routes['GET /v1/payment_methods/pm_1'] = down;
  const { status } = await ask(
    method,
    method === 'DELETE' ? { payment_method_id: 'pm_1' } : undefined,
  );
  expect(status).toBe(502);
});

test.each(['GET', 'DELETE'] as const)(
  'answers %s to nobody who is not signed in',
  async (method) => {
    expect((await ask(method, undefined, 'sb_publishable_x')).status).toBe(401);
    expect(fake.calls).toEqual([]);
  },
);
