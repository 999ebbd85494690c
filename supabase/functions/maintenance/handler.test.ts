import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStripe } from '../_shared/stripe.ts';
import { roomsAt, startMaintenanceRig, SWEPT } from '../_shared/testing/maintenance.ts';
import type { MaintenanceRig } from '../_shared/testing/maintenance.ts';
import { deadUrl } from '../_shared/testing/server.ts';
import { raised } from '../_shared/testing/supabase.ts';

const uuid = (n: number) => `6f1c2f80-0000-4000-8000-${String(n).padStart(12, '0')}`;
const payment = (n: number, cs: string | null, pi: string | null = null) => ({
  payment_id: uuid(n),
  stripe_checkout_session_id: cs,
  stripe_payment_intent_id: pi,
});

let rig: MaintenanceRig;
let supabase: MaintenanceRig['supabase'];
let fake: MaintenanceRig['fake'];
let run: MaintenanceRig['run'];
beforeEach(async () => {
  rig = await startMaintenanceRig();
  ({ supabase, fake, run } = rig);
});
afterEach(() => rig.close());

test('runs for nobody without the secret key', async () => {
  expect((await run({}, 'sb_publishable_a')).status).toBe(401);
  expect(supabase.calls).toEqual([]);
});

test('counts what the sweep did when there is nothing else to do', async () => {
  const { status, body } = await run();
  expect(status).toBe(200);
  expect(body).toEqual({
    ...SWEPT,
    recovered_events: 0,
    reconciled_payments: 0,
    auto_top_ups: 0,
    failed_auto_top_ups: 0,
    closed_rooms: 0,
    problems: [],
  });
});

test('applies what Stripe says of payments that stay pending', async () => {
  supabase.rpcs['list_payments_to_reconcile'] = () => ({
    body: [payment(1, 'cs_1'), payment(2, null, 'pi_2'), payment(3, null)],
  });
  fake.routes['GET /v1/checkout/sessions/cs_1'] = () => ({ body: { id: 'cs_1' } });
  fake.routes['GET /v1/payment_intents/pi_2'] = () => ({ body: { id: 'pi_2' } });
  const { body } = await run();
  expect(body).toMatchObject({ reconciled_payments: 2, problems: [] });
  expect(rig.applied).toHaveLength(2);
  expect(rig.applied).toEqual(expect.arrayContaining([{ id: 'cs_1' }, { id: 'pi_2' }]));
});

test.each([
  ['a day old and unpaid', 'requires_payment_method', 25, true],
  ['a day old and half confirmed', 'requires_action', 25, true],
  ['young', 'requires_payment_method', 23, false],
  ['on its way', 'processing', 25, false],
  ['paid', 'succeeded', 25, false],
])('gives up an intent exactly when it is abandoned: one that is %s', async (...row) => {
  const [, status, hours, isGivenUp] = row;
  const intent = { id: 'pi_1', status, created: Math.floor(Date.now() / 1000) - hours * 3600 };
  supabase.rpcs['list_payments_to_reconcile'] = () => ({ body: [payment(1, null, 'pi_1')] });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent });
  fake.routes['POST /v1/payment_intents/pi_1/cancel'] = () => ({
    body: { ...intent, status: 'canceled' },
  });
  await run();
  expect(rig.applied).toEqual([{ ...intent, status: isGivenUp ? 'canceled' : status }]);
});

test('does not count a payment that is still failed', async () => {
  supabase.rpcs['list_payments_to_reconcile'] = () => ({ body: [payment(1, null, 'pi_1')] });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'failed' } });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: { id: 'pi_1' } });
  expect((await run()).body).toMatchObject({ reconciled_payments: 0, problems: [] });
});

test('names a payment that an admin should look at', async () => {
  supabase.rpcs['list_payments_to_reconcile'] = () => ({ body: [payment(1, null, 'pi_1')] });
  supabase.rpcs['apply_stripe_object'] = () => ({ body: { outcome: 'flagged' } });
  fake.routes['GET /v1/payment_intents/pi_1'] = () => ({ body: { id: 'pi_1' } });
  expect((await run()).body['problems']).toEqual([
    { step: 'reconcile_payments', code: 'flagged', payment_id: uuid(1) },
  ]);
});

test('goes on past a payment that Stripe does not know, and names it', async () => {
  supabase.rpcs['list_payments_to_reconcile'] = () => ({
    body: [payment(1, 'cs_gone'), payment(2, 'cs_2')],
  });
  fake.routes['GET /v1/checkout/sessions/cs_2'] = () => ({ body: { id: 'cs_2' } });
  expect((await run()).body).toMatchObject({
    reconciled_payments: 1,
    problems: [{ step: 'reconcile_payments', code: 'not_found', payment_id: uuid(1) }],
  });
});

test('sweeps and closes rooms although Stripe is down', async () => {
  const stripe = createStripe({
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    apiBase: new URL(await deadUrl()),
  });
  supabase.rpcs['list_payments_to_reconcile'] = () => ({
    body: Array.from({ length: 50 }, (_, n) => payment(n, 'cs_1')),
  });
  supabase.rpcs['list_rooms_to_close'] = () => ({
    body: [{ session_id: uuid(9), room_name: 'r' }],
  });
  const { status, body } = await run({ stripe });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ...SWEPT, closed_rooms: 1 });
  const problems = body['problems'] as Array<{ code: string }>;
  // The payments in hand at once, and the list of events.
  expect(problems.length).toBeLessThanOrEqual(6);
  expect(new Set(problems.map(({ code }) => code))).toEqual(
    new Set(['payment_provider_unavailable']),
  );
});

test('marks rooms that are deleted or unknown as closed', async () => {
  rig.roomAnswers.push({ body: {} }, { status: 404, body: { code: 'not_found', msg: 'no room' } });
  supabase.rpcs['list_rooms_to_close'] = () => ({
    body: [
      { session_id: uuid(1), room_name: 'session-1' },
      { session_id: uuid(2), room_name: 'session-2' },
    ],
  });
  expect((await run()).body).toMatchObject({ closed_rooms: 2, problems: [] });
  expect(rig.marked).toEqual(expect.arrayContaining([uuid(1), uuid(2)]));
});

test('does not take a LiveKit that cannot be reached for rooms that are gone', async () => {
  supabase.rpcs['list_rooms_to_close'] = () => ({
    body: [{ session_id: uuid(1), room_name: 'r' }],
  });
  const { status, body } = await run({ rooms: roomsAt(await deadUrl()) });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    closed_rooms: 0,
    problems: [{ step: 'close_rooms', code: 'voice_provider_unavailable', session_id: uuid(1) }],
  });
  expect(rig.marked).toEqual([]);
});

test('begins nothing new once its time is up', async () => {
  let time = 0;
  supabase.rpcs['run_maintenance'] = () => {
    time = 61_000;
    return { body: SWEPT };
  };
  supabase.rpcs['list_payments_to_reconcile'] = () => ({ body: [payment(1, 'cs_1')] });
  supabase.rpcs['list_due_auto_top_ups'] = () => ({ body: [{ user_id: uuid(1) }] });
  expect((await run({ now: () => time })).body).toMatchObject({ reconciled_payments: 0 });
  expect(fake.calls).toEqual([]);
});

test('asks the vendors although the sweep failed, but answers 500', async () => {
  supabase.rpcs['run_maintenance'] = () => raised(500, 'broken');
  supabase.rpcs['list_rooms_to_close'] = () => ({
    body: [{ session_id: uuid(1), room_name: 'r' }],
  });
  const { status, body } = await run();
  expect(status).toBe(500);
  expect(body).toMatchObject({
    message: 'internal_error',
    details: { problems: [{ step: 'sweep', code: 'internal_error' }] },
  });
  expect(rig.marked).toEqual([uuid(1)]);
});
