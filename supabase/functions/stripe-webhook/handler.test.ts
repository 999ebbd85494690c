import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStripe } from '../_shared/stripe.ts';
import { callerOf } from '../_shared/testing/calls.ts';
import { raised, startFakeSupabase } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createStripeWebhookHandler } from './handler.ts';

const SECRET = 'whsec_test';
const stripe = createStripe({ secretKey: 'sk_test_1', webhookSecret: SECRET, apiBase: null });
const EVENT = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  data: { object: { id: 'pi_1', note: 'Zoë' } },
});

let supabase: FakeSupabase;
let applied: unknown[];
beforeAll(async () => {
  supabase = await startFakeSupabase();
});
afterAll(() => supabase.close());
beforeEach(() => {
  applied = [];
  supabase.rpcs['apply_stripe_event'] = ({ event }) => {
    applied.push(event);
    return { body: { event_id: 'evt_1', outcome: 'credited', payment_id: null } };
  };
});

async function sign(payload: string, ageSeconds = 0, secret = SECRET): Promise<string> {
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  return stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });
}

function deliver(body: string | Uint8Array, signature?: string) {
  const { call } = callerOf(
    createStripeWebhookHandler({ db: supabase.db, stripe, webhookSecret: SECRET, now: Date.now }),
  );
  return call({ body, headers: signature === undefined ? {} : { 'stripe-signature': signature } });
}

test('has the database apply a signed event before it answers 200', async () => {
  const answer = await deliver(EVENT, await sign(EVENT));
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ received: true });
  expect(applied).toEqual([JSON.parse(EVENT)]);
});

test.each([
  ['missing', async () => undefined],
  ['empty', async () => ''],
  ['garbage', async () => 't=abc,v1=zz'],
  ['made with another secret', () => sign(EVENT, 0, 'whsec_other')],
  ['of another body', () => sign('{}')],
  ['older than 300 seconds', () => sign(EVENT, 302)],
  ['of another scheme', async () => (await sign(EVENT)).replace('v1=', 'v0=')],
])('refuses a signature that is %s', async (_, signature) => {
  const answer = await deliver(EVENT, await signature());
  expect(answer.status).toBe(401);
  expect(answer.body).toMatchObject({ code: 'PT401', message: 'invalid_signature' });
  expect(applied).toEqual([]);
});

test('refuses a signed body of which one byte changed', async () => {
  const answer = await deliver(EVENT.replace('pi_1', 'pi_2'), await sign(EVENT));
  expect(answer.body['message']).toBe('invalid_signature');
});

test('accepts a signature that is nearly 300 seconds old', async () => {
  expect((await deliver(EVENT, await sign(EVENT, 295))).status).toBe(200);
});

test.each([
  'not json',
  '[]',
  '{}',
  '{"id":"evt_1"}',
  '{"object":"v2.core.event","id":"a","type":"b"}',
])('refuses the signed body %j', async (body) => {
  const answer = await deliver(body, await sign(body));
  expect(answer.status).toBe(400);
  expect(answer.body['message']).toBe('invalid_input');
  expect(applied).toEqual([]);
});

test('asks Stripe to send again what could not be applied', async () => {
  supabase.rpcs['apply_stripe_event'] = () => ({ body: { event_id: 'evt_1', outcome: 'error' } });
  expect((await deliver(EVENT, await sign(EVENT))).status).toBe(500);
});

test('asks Stripe to send again when the database fails', async () => {
  supabase.rpcs['apply_stripe_event'] = () => raised(500, 'something');
  expect((await deliver(EVENT, await sign(EVENT))).status).toBe(500);
});
