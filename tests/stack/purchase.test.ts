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
  type Person,
  poll,
  signUp,
  stack,
  stripe,
  stripeDouble,
  violations,
} from '../support/stack.ts';

afterEach(async () => {
  await healStripe();
});

test('an hour bought at the hosted checkout is on the card when the webhook lands', async () => {
  const person = await signUp();
  expect(await balanceOf(person)).toBe(0);

  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h' },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'pending', amount_cents: 999, currency: 'usd' });
  expect(await balanceOf(person)).toBe(0);

  await payAtCheckout(stack, String(body.checkout_url));
  await poll(
    'the webhook',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
  );

  const { data: card } = await person.client.from('time_cards').select('*').single();
  expect(card).toMatchObject({
    id: body.time_card_id,
    status: 'active',
    remaining_seconds: 3600,
    price_cents: 999,
  });
  const { data: payment } = await person.client.from('payments').select('*').single();
  expect(payment).toMatchObject({ id: body.payment_id, status: 'succeeded', amount_cents: 999 });
  expect(payment?.stripe_payment_intent_id).toMatch(/^pi_/);
});

test('a saved card pays at once', async () => {
  const person = await signUp();
  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: 'pm_card_visa' },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'succeeded', amount_cents: 999 });
  expect(await balanceOf(person)).toBe(3600);
});

test('a payment intent waits for the browser to confirm it', async () => {
  const person = await signUp();
  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', flow: 'payment_intent' },
  });
  expect(status).toBe(201);
  expect(body.client_secret).toMatch(/^pi_.+_secret_/);
  expect(body.status).toBe('pending');

  const intent = String(body.client_secret).split('_secret_')[0] ?? '';
  await stripe().paymentIntents.confirm(intent, {
    payment_method: 'pm_card_visa',
    return_url: 'http://127.0.0.1/',
  });
  await poll(
    'the webhook',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
  );
});

test('a declined card buys nothing and says why', async () => {
  const person = await signUp();
  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: 'pm_card_chargeDeclined' },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'failed' });
  expect(body.failure_message).toMatch(/declined/i);
  expect(await balanceOf(person)).toBe(0);
  expect(await paymentStatus(String(body.payment_id))).toBe('failed');
});

test('after a declined card the same checkout can still be paid with another', async () => {
  const person = await signUp();
  const order = await orderAnHour(person);
  await expect(payAtCheckout(stack, order.checkout_url, '4000000000000002')).rejects.toThrow(
    /declined/i,
  );
  await poll(
    'the failure',
    () => paymentStatus(order.payment_id),
    (status) => status === 'failed',
  );
  expect(await balanceOf(person)).toBe(0);

  await payAtCheckout(stack, order.checkout_url);
  await poll(
    'the webhook',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
  );
});

test('the price is the price list’s, whatever the client sends', async () => {
  const person = await signUp();
  const { body } = await invoke('purchase', {
    as: person,
    body: {
      package_id: 'starter_1h',
      amount_cents: 1,
      price_cents: 1,
      currency: 'jpy',
      total_seconds: 999_999,
    },
  });
  expect(body).toMatchObject({ amount_cents: 999, currency: 'usd' });
});

test('one Idempotency-Key is one purchase, also when sent ten times at once', async () => {
  const person = await signUp();
  const order = () =>
    invoke('purchase', {
      as: person,
      body: { package_id: 'starter_1h' },
      headers: { 'idempotency-key': 'order-1' },
    });
  const answers = await Promise.all(Array.from({ length: 10 }, order));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ body }) => body.payment_id)).size).toBe(1);
  expect(new Set(answers.map(({ body }) => body.checkout_url)).size).toBe(1);
  const { data } = await person.client.from('payments').select('id');
  expect(data).toHaveLength(1);
});

test('a used Idempotency-Key with another request is a conflict', async () => {
  const person = await signUp();
  const headers = { 'idempotency-key': 'order-1' };
  await invoke('purchase', { as: person, body: { package_id: 'starter_1h' }, headers });
  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'pro_20h' },
    headers,
  });
  expect(status).toBe(409);
  expect(body.message).toBe('idempotency_conflict');
});

test('Stripe unreachable is told, and the same key goes on where it stopped', async () => {
  const person = await signUp();
  const request = {
    as: person,
    body: { package_id: 'starter_1h' },
    headers: { 'idempotency-key': 'order-1' },
  };
  await stripeDouble('faults', {
    kind: 'api',
    mode: '500',
    count: 10,
    method: 'POST',
    path: '/v1/checkout',
  });
  const refused = await invoke('purchase', request);
  expect(refused.status).toBe(502);
  expect(refused.body.message).toBe('payment_provider_unavailable');

  await healStripe();
  const { status, body } = await invoke('purchase', request);
  expect(status).toBe(201);
  await payAtCheckout(stack, String(body.checkout_url));
  await poll(
    'the webhook',
    () => balanceOf(person),
    (seconds) => seconds === 3600,
  );
  const { data } = await person.client.from('payments').select('id');
  expect(data).toHaveLength(1);
});

/** What Stripe has charged a person: the statuses of their payment intents. */
async function intentsOf(person: Person): Promise<string[]> {
  const { data } = await operator
    .from('profiles')
    .select('stripe_customer_id')
    .eq('id', person.id)
    .single();
  const intents = await stripe().paymentIntents.list({ customer: data?.stripe_customer_id ?? '' });
  return intents.data.map(({ status }) => status);
}

function payByCard(person: Person, key: string) {
  return invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: 'pm_card_visa' },
    headers: { 'idempotency-key': key },
  });
}

test.each([
  ['the customer', '/v1/customers'],
  ['the intent', '/v1/payment_intents'],
  ['the charge', '/v1/payment_intents/'],
])('a lost answer to %s is made good by the same key, and charges once', async (_name, path) => {
  const person = await signUp();
  const fault = { kind: 'api', mode: 'close', when: 'after', count: 10, method: 'POST', path };
  await stripeDouble('faults', fault);
  expect((await payByCard(person, 'order-1')).status).toBe(502);
  await healStripe();

  const again = await Promise.all(Array.from({ length: 5 }, () => payByCard(person, 'order-1')));
  expect(again.map(({ body }) => body.status)).toEqual(Array(5).fill('succeeded'));
  expect(await balanceOf(person)).toBe(3600);
  expect(await intentsOf(person)).toEqual(['succeeded']);
});

test('a charge whose answer and webhooks are all lost is found by maintenance', async () => {
  const person = await signUp();
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  await stripeDouble('faults', {
    kind: 'api',
    mode: '500',
    when: 'after',
    count: 10,
    method: 'POST',
    path: '/v1/payment_intents/',
  });
  const lost = await payByCard(person, 'order-1');
  expect(lost.body.message).toBe('payment_provider_unavailable');
  await healStripe();
  expect(await intentsOf(person)).toEqual(['succeeded']);
  expect(await balanceOf(person)).toBe(0);

  await owner`update payments set created_at = created_at - interval '2 minutes' where user_id = ${person.id}`;
  expect((await maintenance()).status).toBe(200);
  expect(await balanceOf(person)).toBe(3600);
});

test('a purchase that was given up before Stripe had it is never charged', async () => {
  const person = await signUp();
  await stripeDouble('faults', {
    kind: 'api',
    mode: '500',
    count: 10,
    path: '/v1/payment_intents',
  });
  expect((await payByCard(person, 'order-1')).status).toBe(502);
  await healStripe();
  await owner`update payments set created_at = created_at - interval '2 days' where user_id = ${person.id}`;
  await maintenance();

  const late = await payByCard(person, 'order-1');
  expect(late.body).toMatchObject({ status: 'canceled', client_secret: null });
  expect(await intentsOf(person)).toEqual([]);
});

test('a new name after a purchase that failed keeps nobody from buying', async () => {
  const person = await signUp();
  await owner`alter function set_stripe_customer(uuid, text) rename to set_stripe_customer_away`;
  const failed = await payByCard(person, 'order-1');
  await owner`alter function set_stripe_customer_away(uuid, text) rename to set_stripe_customer`;
  expect(failed.status).toBe(500);
  await person.client.from('profiles').update({ full_name: 'Ada King' }).eq('id', person.id);
  expect((await payByCard(person, 'order-2')).body.status).toBe('succeeded');
});

test('the saved card of somebody else cannot be charged', async () => {
  const [holder, thief] = [await signUp(), await signUp()];
  await payByCard(holder, 'order-1');
  const { data } = await operator
    .from('profiles')
    .select('stripe_customer_id')
    .eq('id', holder.id)
    .single();
  const saved = await stripe().paymentMethods.attach('pm_card_visa', {
    customer: data?.stripe_customer_id ?? '',
  });
  const { status, body } = await invoke('purchase', {
    as: thief,
    body: { package_id: 'starter_1h', payment_method_id: saved.id },
  });
  expect(status).toBe(400);
  expect(body.details).toEqual({ payment_method_id: ['cannot be used'] });
  expect(await intentsOf(thief)).toEqual([]);
});

test.each([
  ['an unknown package', { body: { package_id: 'nope' } }, 404, 'not_found'],
  ['no package', { body: {} }, 400, 'invalid_input'],
  ['a package of the wrong type', { body: { package_id: 7 } }, 400, 'invalid_input'],
  ['an unknown flow', { body: { package_id: 'starter_1h', flow: 'cash' } }, 400, 'invalid_input'],
  [
    'a foreign return address',
    { body: { package_id: 'starter_1h', success_url: 'https://evil.example/' } },
    400,
    'invalid_input',
  ],
  ['an array', { body: [] }, 400, 'invalid_input'],
  ['malformed JSON', { rawBody: '{"package_id":' }, 400, 'invalid_input'],
  [
    'a huge body',
    { rawBody: JSON.stringify({ package_id: 'x'.repeat(2_000_000) }) },
    413,
    'invalid_input',
  ],
  ['the wrong method', { method: 'GET' }, 405, 'invalid_input'],
])('%s is refused with its code and changes nothing', async (_name, request, status, code) => {
  const person = await signUp();
  const answer = await invoke('purchase', { as: person, ...request });
  expect(answer.status).toBe(status);
  expect(answer.body.message).toBe(code);
  expect(Object.keys(answer.body).toSorted()).toEqual(['code', 'details', 'hint', 'message']);
  const { data } = await person.client.from('payments').select('id');
  expect(data).toEqual([]);
});

test('nobody buys without signing in, and no inactive user buys', async () => {
  const visitor = await invoke('purchase', { body: { package_id: 'starter_1h' } });
  expect(visitor.status).toBe(401);
  expect(visitor.body.message).toBe('not_authenticated');

  const person = await signUp();
  await operator.from('profiles').update({ is_active: false }).eq('id', person.id);
  const inactive = await invoke('purchase', { as: person, body: { package_id: 'starter_1h' } });
  expect(inactive.status).toBe(403);
  expect(inactive.body.message).toBe('account_inactive');
});

test('the ledger proof holds after all of it', async () => {
  await buyAnHour(await signUp());
  expect(await violations()).toEqual([]);
});
