import { afterEach, beforeEach, expect, test } from 'vitest';
import { callerOf } from '../_shared/testing/calls.ts';
import { startFakeStripe, stripeError } from '../_shared/testing/stripe.ts';
import type { FakeStripe } from '../_shared/testing/stripe.ts';
import { raised, startFakeSupabase } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createAdminRefundHandler } from './handler.ts';

const PAYMENT_ID = '6f1c2f80-0000-4000-8000-00000000000a';
const REQUEST_ID = '6f1c2f80-0000-4000-8000-00000000000b';
const CREATE = 'POST /v1/refunds';

let supabase: FakeSupabase;
let fake: FakeStripe;
let begun: unknown;
let finished: unknown[];
/** Of the charge, as Stripe has it and as the database knows it. */
let refunded: { atStripe: number; known: number };
let refunds: Array<Record<string, unknown>>;
let tokens: string[];

beforeEach(async () => {
  [supabase, fake] = await Promise.all([startFakeSupabase(), startFakeStripe()]);
  begun = undefined;
  finished = [];
  refunded = { atStripe: 0, known: 0 };
  refunds = [];
  tokens = [];
  Object.assign(supabase.rpcs, {
    admin_begin_refund: (args: Record<string, unknown>) => {
      begun = args;
      return {
        body: {
          refund_request_id: REQUEST_ID,
          payment_id: PAYMENT_ID,
          stripe_payment_intent_id: 'pi_1',
          stripe_charge_id: null,
          amount_cents: args['amount_cents'] ?? 999,
          currency: 'usd',
          is_resumed: false,
        },
      };
    },
    apply_stripe_object: ({ object }: { object?: { amount_refunded: number } }) => {
      const isNews = (object?.amount_refunded ?? 0) > refunded.known;
      refunded.known = object?.amount_refunded ?? 0;
      return { body: { outcome: isNews ? 'refunded' : 'duplicate' } };
    },
    finish_refund: (args: Record<string, unknown>) => {
      finished.push(args['failure'] ?? args['stripe_refund_id']);
      return { body: {} };
    },
  });
  supabase.tables['payments'] = {
    body: { id: PAYMENT_ID, status: 'refunded', refunded_cents: 999 },
  };
  fake.routes['GET /v1/refunds'] = () => ({ body: { object: 'list', data: refunds } });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({
    body: {
      id: 'pi_1',
      latest_charge: { id: 'ch_1', object: 'charge', amount_refunded: refunded.atStripe },
    },
  });
  fake.routes[CREATE] = ({ params }) => {
    refunded.atStripe += Number(params.get('amount'));
    refunds.push({
      id: 're_1',
      status: 'succeeded',
      metadata: { refund_request_id: params.get('metadata[refund_request_id]') },
    });
    return { body: refunds.at(-1) };
  };
});
afterEach(async () => {
  await Promise.all([supabase.close(), fake.close()]);
});

function refund(body: unknown = { payment_id: PAYMENT_ID, reason: 'Asked for it.' }) {
  const handler = createAdminRefundHandler({
    auth: supabase.db.auth,
    db: supabase.db,
    dbAs: (accessToken) => {
      tokens.push(accessToken);
      return supabase.db;
    },
    stripe: fake.stripe,
  });
  return callerOf(handler).call({
    body,
    headers: { authorization: `Bearer ${supabase.userToken}` },
  });
}

test('keeps the wish, has Stripe refund, applies the charge, and answers the payment', async () => {
  const { status, body } = await refund({
    payment_id: PAYMENT_ID,
    amount_cents: 500,
    reason: 'Half of it.',
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    payment_id: PAYMENT_ID,
    refund_request_id: REQUEST_ID,
    stripe_refund_id: 're_1',
    status: 'refunded',
    refunded_cents: 999,
  });
  expect(begun).toEqual({ payment_id: PAYMENT_ID, amount_cents: 500, reason: 'Half of it.' });
  const [created] = fake.requests[CREATE] ?? [];
  expect(created?.idempotencyKey).toBe(`refund-${REQUEST_ID}`);
  expect(created?.params.get('amount')).toBe('500');
  expect(refunded.known).toBe(500);
  expect(finished).toEqual(['re_1']);
});

test('has the database decide with the rights of the admin who asks', async () => {
  await refund();
  expect(tokens).toEqual([supabase.userToken]);
});

test.each([
  [403, 'not_allowed'],
  [404, 'not_found'],
  [409, 'illegal_transition'],
  [409, 'idempotency_conflict'],
])('passes on that the database refuses: %i %s', async (status, code) => {
  supabase.rpcs['admin_begin_refund'] = () => raised(status, code);
  const answer = await refund();
  expect(answer.status).toBe(status);
  expect(answer.body['message']).toBe(code);
  expect(fake.calls).toEqual([]);
});

test('finds the refund whose answer was lost, long after its idempotency key was forgotten', async () => {
  refunds = [{ id: 're_0', status: 'succeeded', metadata: { refund_request_id: REQUEST_ID } }];
  refunded.atStripe = 999;
  const { status, body } = await refund();
  expect(status).toBe(200);
  expect(body['stripe_refund_id']).toBe('re_0');
  expect(fake.requests[CREATE]).toBeUndefined();
  expect(refunded.known).toBe(999);
});

test('refunds nothing when somebody had refunded meanwhile', async () => {
  refunds = [{ id: 're_0', status: 'succeeded', metadata: {} }];
  refunded.atStripe = 500;
  const { status, body } = await refund();
  expect(status).toBe(409);
  expect(body['message']).toBe('illegal_transition');
  expect(fake.requests[CREATE]).toBeUndefined();
  expect(finished).toEqual(['refunded otherwise meanwhile']);
});

test.each([
  [{ code: 'charge_already_refunded', message: 'Refunded already.' }, 'amount_cents'],
  [{ param: 'amount', message: 'Too much.' }, 'amount_cents'],
  [{ code: 'charge_disputed', message: 'Charged back.' }, 'payment_id'],
])('names what Stripe refuses (%j), and lets another be tried', async (error, field) => {
  fake.routes[CREATE] = () => stripeError(400, { type: 'invalid_request_error', ...error });
  const { status, body } = await refund();
  expect(status).toBe(400);
  expect(body).toMatchObject({ message: 'invalid_input', details: { [field]: [error.message] } });
  expect(finished).toHaveLength(1);
});

test.each([
  ['is asked', 'GET /v1/refunds'],
  ['is to refund', CREATE],
  ['has refunded', 'GET /v1/payment_intents/pi_1'],
])('leaves the request open when Stripe is down as it %s', async (_, route) => {
  fake.routes[route] = () => stripeError(503, { type: 'api_error' });
  const { status, body } = await refund();
  expect(status).toBe(502);
  expect(body['message']).toBe('payment_provider_unavailable');
  expect(finished).toEqual([]);
});

test('tells of a refund that failed at the bank', async () => {
  fake.routes[CREATE] = () => ({
    body: { id: 're_1', status: 'failed', failure_reason: 'lost_or_stolen_card' },
  });
  const { status, body } = await refund();
  expect(status).toBe(400);
  expect(body['details']).toEqual({
    payment_id: ['the refund failed at the bank: lost_or_stolen_card'],
  });
  expect(finished).toEqual(['lost_or_stolen_card']);
});

test.each([
  [{ reason: 'r' }, 'payment_id'],
  [{ payment_id: 'x', reason: 'r' }, 'payment_id'],
  [{ payment_id: PAYMENT_ID }, 'reason'],
  [{ payment_id: PAYMENT_ID, reason: ' \n' }, 'reason'],
  [{ payment_id: PAYMENT_ID, reason: 'x'.repeat(2001) }, 'reason'],
  [{ payment_id: PAYMENT_ID, reason: 'r', amount_cents: 0 }, 'amount_cents'],
  [{ payment_id: PAYMENT_ID, reason: 'r', amount_cents: 1.5 }, 'amount_cents'],
  [{ payment_id: PAYMENT_ID, reason: 'r', amount_cents: '5' }, 'amount_cents'],
  [{ payment_id: PAYMENT_ID, reason: 'r', amount_cents: 1e9 }, 'amount_cents'],
])('refuses %j and names the field', async (body, field) => {
  const answer = await refund(body);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body['details'] as object)).toEqual([field]);
  expect(supabase.calls).toEqual([]);
});
