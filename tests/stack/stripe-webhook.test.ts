import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  balanceOf,
  buyAnHour,
  healStripe,
  invoke,
  maintenance,
  operator,
  orderAnHour,
  owner,
  payAtCheckout,
  paymentStatus,
  poll,
  signUp,
  stack,
  stripe,
  stripeDouble,
  violations,
} from '../support/stack.ts';

afterEach(async () => {
  await healStripe();
  expect(await violations()).toEqual([]);
});

/** A signed body of an event; by default signed now with the right secret. */
function signed(event: object, options: { secret?: string; ageSeconds?: number } = {}) {
  const payload = JSON.stringify(event);
  const timestamp = Math.floor(Date.now() / 1000) - (options.ageSeconds ?? 0);
  const header = stripe().webhooks.generateTestHeaderString({
    payload,
    secret: options.secret ?? stack.STRIPE_WEBHOOK_SECRET,
    timestamp,
  });
  return { rawBody: payload, headers: { 'stripe-signature': header } };
}

function paidSession(order: { payment_id: string }, changes: object = {}) {
  return {
    id: `evt_${randomUUID()}`,
    object: 'event',
    type: 'checkout.session.completed',
    api_version: '2026-10-28.endive',
    created: Math.floor(Date.now() / 1000),
    data: {
      object: {
        id: `cs_test_${randomUUID()}`,
        object: 'checkout.session',
        payment_status: 'paid',
        status: 'complete',
        amount_total: 999,
        currency: 'usd',
        metadata: { payment_id: order.payment_id },
        ...changes,
      },
    },
  };
}

async function sessionIdOf(paymentId: string): Promise<string> {
  const { data } = await operator
    .from('payments')
    .select('stripe_checkout_session_id')
    .eq('id', paymentId)
    .single();
  return data?.stripe_checkout_session_id ?? '';
}

test.each([
  ['a forged signature', { secret: 'whsec_forged' }],
  ['a stale signature', { ageSeconds: 301 }],
])('%s is refused and stored nowhere', async (_name, options) => {
  const person = await signUp();
  const order = await orderAnHour(person);
  const event = paidSession(order, { id: await sessionIdOf(order.payment_id) });

  const { status, body } = await invoke('stripe-webhook', signed(event, options));

  expect(status).toBe(401);
  expect(body).toMatchObject({ code: 'PT401', message: 'invalid_signature' });
  const { data } = await operator.from('stripe_events').select('id').eq('id', event.id);
  expect(data).toEqual([]);
  expect(await balanceOf(person)).toBe(0);
});

test('a body that was changed after signing is refused', async () => {
  const order = await orderAnHour(await signUp());
  const { rawBody, headers } = signed(paidSession(order));
  const { status } = await invoke('stripe-webhook', {
    rawBody: rawBody.replace('999', '998'),
    headers,
  });
  expect(status).toBe(401);
});

test('the same event twenty times at once credits once', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  const event = paidSession(order, { id: await sessionIdOf(order.payment_id) });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => invoke('stripe-webhook', signed(event))),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(answers[0]?.body).toEqual({ received: true });
  expect(await balanceOf(person)).toBe(3600);
});

test('the same payment under two event ids credits once', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  await stripeDouble('faults', { kind: 'second_event_id', count: 10 });
  await payAtCheckout(stack, order.checkout_url);
  await stripeDouble('flush');
  expect(await balanceOf(person)).toBe(3600);
  const { data } = await operator
    .from('stripe_events')
    .select('outcome')
    .eq('payment_id', order.payment_id);
  expect(data?.filter(({ outcome }) => outcome === 'credited')).toHaveLength(1);
  expect(data?.filter(({ outcome }) => outcome === 'duplicate').length).toBeGreaterThan(0);
});

test('events that come late, doubled and in the wrong order end in the same state', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  await expect(payAtCheckout(stack, order.checkout_url, '4000000000000002')).rejects.toThrow(
    /declined/i,
  );
  await stripeDouble('flush');
  await stripeDouble('faults', { kind: 'duplicate', count: 10 });
  await stripeDouble('faults', { kind: 'reorder', hold: 3 });
  await payAtCheckout(stack, order.checkout_url);
  await poll(
    'the webhooks',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
  );
  await stripeDouble('flush');
  expect(await balanceOf(person)).toBe(3600);
  expect(await paymentStatus(order.payment_id)).toBe('succeeded');
});

test('a payment whose webhooks are all lost is found by maintenance', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  await payAtCheckout(stack, order.checkout_url);
  expect(await balanceOf(person)).toBe(0);

  await owner`update payments set created_at = created_at - interval '2 minutes' where id = ${order.payment_id}`;
  const { status, body } = await maintenance();
  expect(status).toBe(200);
  expect(Number(body.reconciled_payments)).toBeGreaterThanOrEqual(1);
  expect(await balanceOf(person)).toBe(3600);
});

test.each([
  ['another amount', { amount_total: 1 }],
  ['another currency', { currency: 'jpy' }],
])('a paid event with %s than was sold is flagged and not credited', async (_name, changes) => {
  const person = await signUp();
  const order = await orderAnHour(person);
  const event = paidSession(order, { id: await sessionIdOf(order.payment_id), ...changes });
  const { status } = await invoke('stripe-webhook', signed(event));
  expect(status).toBe(200);
  expect(await balanceOf(person)).toBe(0);
  const { data } = await operator
    .from('payments')
    .select('status, review_reason')
    .eq('id', order.payment_id)
    .single();
  expect(data?.status).toBe('pending');
  expect(data?.review_reason).toMatch(/than was sold/);
});

test.each([
  ['needs no payment', { payment_status: 'no_payment_required', amount_total: 0 }],
  ['is unpaid', { payment_status: 'unpaid' }],
  ['names another checkout session', { id: 'cs_test_of_somebody_else' }],
  ['is free', { amount_total: 0 }],
  ['has no amount', { amount_total: null }],
  ['is an intent that was paid in part', { id: 'pi_part', ...intentPaid(500) }],
  ['is an intent that is only authorised', { ...intentPaid(0), status: 'requires_capture' }],
  ['is a refund that comes before the payment', { object: 'charge', amount_refunded: 999 }],
])('an object that %s gives no time', async (_name, changes) => {
  const person = await signUp();
  const order = await orderAnHour(person);
  const event = paidSession(order, { id: await sessionIdOf(order.payment_id), ...changes });
  expect((await invoke('stripe-webhook', signed(event))).status).toBe(200);
  expect(await balanceOf(person)).toBe(0);
});

function intentPaid(cents: number) {
  return { object: 'payment_intent', status: 'succeeded', amount: 999, amount_received: cents };
}

test.each([
  ['no object', { data: { object: null } }],
  ['an array for an object', { data: { object: [] } }],
  ['no data', { data: null }],
  ['a number for an id', { id: 7 }],
  ['an id of 300 characters', { id: 'e'.repeat(300) }],
])('a signed event with %s is refused and stored nowhere', async (_name, changes) => {
  const event = { ...paidSession({ payment_id: randomUUID() }), ...changes };
  const { status, body } = await invoke('stripe-webhook', signed(event));
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  const { data } = await operator.from('stripe_events').select('id').eq('id', String(event.id));
  expect(data).toEqual([]);
});

test('whatever is said of five payments at once and twice, each paid one is credited once', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => signUp()));
  const orders = await Promise.all(people.map(orderAnHour));
  const events = await Promise.all(
    orders.map(async (order) => {
      const id = await sessionIdOf(order.payment_id);
      const intent = { ...intentPaid(999), id: `pi_${order.payment_id}`, latest_charge: null };
      const refused = { status: 'requires_payment_method', amount_received: 0 };
      return [
        paidSession(order, { ...intent, ...refused, last_payment_error: { code: 'x' } }),
        paidSession(order, { ...intent, status: 'canceled', amount_received: 0 }),
        paidSession(order, intent),
        paidSession(order, { id, payment_intent: intent.id }),
        paidSession(order, { id, payment_status: 'unpaid', status: 'expired' }),
      ];
    }),
  );
  const mixed = [...events.flat(), ...events.flat().toReversed()];
  const answers = await Promise.all(mixed.map((event) => invoke('stripe-webhook', signed(event))));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(await Promise.all(people.map(balanceOf))).toEqual(Array(5).fill(3600));
});

test.each(['Ada \0 King', 'Ada \ud83d'])('a payer named %j pays as anybody does', async (name) => {
  const person = await signUp();
  const order = await orderAnHour(person);
  const event = paidSession(order, {
    id: await sessionIdOf(order.payment_id),
    customer_details: { name },
  });
  expect((await invoke('stripe-webhook', signed(event))).status).toBe(200);
  expect(await balanceOf(person)).toBe(3600);
});

test('an event of no interest is taken and changes nothing', async () => {
  const event = { ...paidSession({ payment_id: randomUUID() }), type: 'customer.created' };
  const { status } = await invoke(
    'stripe-webhook',
    signed({ ...event, data: { object: { id: 'cus_1', object: 'customer' } } }),
  );
  expect(status).toBe(200);
});

test('an expired checkout gives the purchase up', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  await stripe().checkout.sessions.expire(await sessionIdOf(order.payment_id));
  await poll(
    'the webhook',
    () => paymentStatus(order.payment_id),
    (status) => status === 'canceled',
  );
  const { data } = await person.client
    .from('time_cards')
    .select('status, revoked_seconds')
    .single();
  expect(data).toEqual({ status: 'revoked', revoked_seconds: 3600 });
});

test('the database down makes Stripe try again until it is taken', async () => {
  const person = await signUp();
  await owner`alter table stripe_events rename to stripe_events_away`;
  const order = await orderAnHour(person);
  await payAtCheckout(stack, order.checkout_url);
  expect(await paymentStatus(order.payment_id)).toBe('pending');
  await owner`alter table stripe_events_away rename to stripe_events`;
  await poll(
    'the retry',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
    30_000,
  );
});

test('a second purchase of the same person uses the same Stripe customer', async () => {
  const person = await signUp();
  await buyAnHour(person);
  await buyAnHour(person);
  expect(await balanceOf(person)).toBe(7200);
  const customers = await stripe().customers.list({ email: person.email });
  expect(customers.data).toHaveLength(1);
});
