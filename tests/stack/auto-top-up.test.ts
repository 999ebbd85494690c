import { afterEach, expect, test } from 'vitest';
import {
  balanceOf,
  healStripe,
  invoke,
  maintenance,
  operator,
  owner,
  type Person,
  poll,
  signUp,
  stripe,
  stripeDouble,
  violations,
} from '../support/stack.ts';

afterEach(async () => {
  await healStripe();
  await owner`update auto_top_ups set is_enabled = false, disabled_reason = 'user', disabled_at = now() where is_enabled`;
  expect(await violations()).toEqual([]);
});

/** Somebody with a card saved at Stripe who asked to be topped up below ten minutes, and has none left. */
async function saver(card = 'pm_card_visa') {
  const person = await signUp();
  const customer = await stripe().customers.create({ email: person.email });
  const { id: method } = await stripe().paymentMethods.attach(card, { customer: customer.id });
  await operator.rpc('set_stripe_customer', {
    user_id: person.id,
    stripe_customer_id: customer.id,
  });
  await choose(person, { payment_method_id: method });
  return { person, customer: customer.id, method };
}

async function choose(person: Person, choice: Record<string, unknown> = {}) {
  const { error } = await person.client.rpc('set_auto_top_up', {
    is_enabled: true,
    package_id: 'starter_1h',
    threshold_seconds: 600,
    monthly_limit_cents: 5000,
    ...choice,
  });
  if (error) throw new Error(error.message);
}

async function intentsOf(customer: string): Promise<string[]> {
  const { data } = await stripe().paymentIntents.list({ customer });
  return data.map(({ status }) => status);
}

async function chargesOf(customer: string): Promise<string[]> {
  const { data } = await stripe().charges.list({ customer });
  return data.map(({ status }) => status);
}

async function noticesOf(person: Person) {
  const { data, error } = await person.client.from('notices').select('kind, details').order('id');
  if (error) throw new Error(error.message);
  return data;
}

async function choiceOf(person: Person) {
  const { data } = await person.client.from('auto_top_ups').select('*').single();
  return data;
}

/** Payments of a person, oldest first. */
async function paymentsOf(person: Person) {
  const { data } = await person.client
    .from('payments')
    .select('status, failure_code')
    .order('created_at');
  return data;
}

test('time that runs low is topped up with the saved card, once, and told of', async () => {
  const { person, customer } = await saver();
  const { status, body } = await maintenance();
  expect(status).toBe(200);
  expect(body).toMatchObject({ auto_top_ups: 1, failed_auto_top_ups: 0 });
  expect(await balanceOf(person)).toBe(3600);
  expect(await chargesOf(customer)).toEqual(['succeeded']);
  expect(await noticesOf(person)).toMatchObject([
    { kind: 'auto_top_up_succeeded', details: { amount_cents: 999, currency: 'usd' } },
  ]);
  expect((await maintenance()).body).toMatchObject({ auto_top_ups: 0 });
});

test('ten runs at once buy once', async () => {
  const savers = await Promise.all([saver(), saver(), saver()]);
  const runs = await Promise.all(Array.from({ length: 10 }, maintenance));
  expect(runs.map(({ status }) => status)).toEqual(Array(10).fill(200));
  for (const { person, customer } of savers) {
    expect(await balanceOf(person)).toBe(3600);
    expect(await chargesOf(customer)).toEqual(['succeeded']);
    expect(await paymentsOf(person)).toHaveLength(1);
  }
});

test.each([
  ['pm_card_chargeCustomerFail', 'declined'],
  ['pm_card_authenticationRequired', 'authentication_required'],
])('a card that is refused (%s) switches it off, is told of once, and given up', async (...row) => {
  const [card, reason] = row;
  const { person, customer } = await saver(card);
  const { status, body } = await maintenance();
  expect(status).toBe(200);
  expect(body).toMatchObject({ auto_top_ups: 0, failed_auto_top_ups: 1 });
  await stripeDouble('flush');
  await Promise.all([maintenance(), maintenance()]);

  expect(await balanceOf(person)).toBe(0);
  expect(await choiceOf(person)).toMatchObject({ is_enabled: false, disabled_reason: reason });
  expect(await noticesOf(person)).toMatchObject([
    { kind: 'auto_top_up_failed', details: { reason, is_switched_off: true } },
  ]);
  expect(await intentsOf(customer)).toEqual(['canceled']);
  expect(await paymentsOf(person)).toMatchObject([
    { status: 'canceled', failure_code: expect.any(String) },
  ]);
});

test('a card that was removed at Stripe switches it off', async () => {
  const { person, customer, method } = await saver();
  await stripe().paymentMethods.detach(method);
  expect((await maintenance()).body).toMatchObject({ failed_auto_top_ups: 1 });
  expect(await choiceOf(person)).toMatchObject({
    is_enabled: false,
    disabled_reason: 'payment_method_gone',
  });
  expect(await noticesOf(person)).toMatchObject([{ details: { reason: 'payment_method_gone' } }]);
  expect(await intentsOf(customer)).toEqual([]);
});

test('nobody tops up with the card of somebody else', async () => {
  const [holder, thief] = [await saver(), await saver()];
  await owner`update auto_top_ups set payment_method_id = ${holder.method} where user_id = ${thief.person.id}`;
  await maintenance();
  expect(await balanceOf(thief.person)).toBe(0);
  expect(await chargesOf(holder.customer)).toEqual(['succeeded']);
  expect(await choiceOf(thief.person)).toMatchObject({ disabled_reason: 'payment_method_gone' });
});

test.each([
  ['the card', 'GET', '/v1/payment_methods'],
  ['the intent', 'POST', '/v1/payment_intents'],
  ['the charge', 'POST', '/v1/payment_intents/'],
])('Stripe down at %s switches nothing off, and the next run goes on', async (_, method, path) => {
  const { person, customer } = await saver();
  await stripeDouble('faults', { kind: 'api', mode: '500', count: 10, method, path });
  const { status, body } = await maintenance();
  expect(status).toBe(200);
  expect(body.problems).toContainEqual(
    expect.objectContaining({ step: 'top_up', code: 'payment_provider_unavailable' }),
  );
  expect(await choiceOf(person)).toMatchObject({ is_enabled: true });
  expect(await noticesOf(person)).toEqual([]);
  await healStripe();

  expect((await maintenance()).body).toMatchObject({ auto_top_ups: 1 });
  expect(await balanceOf(person)).toBe(3600);
  expect(await chargesOf(customer)).toEqual(['succeeded']);
  expect(await paymentsOf(person)).toHaveLength(1);
});

test('a charge whose answer and webhooks are all lost is found by the next run', async () => {
  const { person, customer } = await saver();
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  await stripeDouble('faults', {
    kind: 'api',
    mode: '500',
    when: 'after',
    count: 10,
    method: 'POST',
    path: '/v1/payment_intents/',
  });
  await maintenance();
  await healStripe();
  expect(await chargesOf(customer)).toEqual(['succeeded']);
  expect(await balanceOf(person)).toBe(0);

  await maintenance();
  expect(await balanceOf(person)).toBe(3600);
  expect(await chargesOf(customer)).toEqual(['succeeded']);
  expect((await noticesOf(person)).map(({ kind }) => kind)).toEqual(['auto_top_up_succeeded']);
});

test('a refusal whose answer is lost comes by its webhook, and the intent is canceled later', async () => {
  const { person, customer } = await saver('pm_card_chargeCustomerFail');
  await stripeDouble('faults', {
    kind: 'api',
    mode: '500',
    when: 'after',
    count: 10,
    method: 'POST',
    path: '/v1/payment_intents/',
  });
  await maintenance();
  await poll(
    'the webhook',
    () => choiceOf(person),
    (choice) => choice?.is_enabled === false,
  );
  await healStripe();
  await maintenance();
  expect(await intentsOf(customer)).toEqual(['canceled']);
  expect(await noticesOf(person)).toHaveLength(1);
});

test('one that was switched off while Stripe was down is never charged', async () => {
  const { person, customer } = await saver();
  const path = '/v1/payment_intents/';
  await stripeDouble('faults', { kind: 'api', mode: '500', count: 10, method: 'POST', path });
  await maintenance();
  await healStripe();
  await person.client.rpc('set_auto_top_up', { is_enabled: false });
  await maintenance();
  expect(await intentsOf(customer)).toEqual(['canceled']);
  expect(await chargesOf(customer)).toEqual([]);
  expect(await balanceOf(person)).toBe(0);
});

test('who has paid already, though the webhook was lost, is not topped up as well', async () => {
  const { person, customer } = await saver();
  await person.client.rpc('set_auto_top_up', { is_enabled: false });
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  const { body } = await invoke('purchase', { as: person, body: { package_id: 'starter_1h' } });
  await stripeDouble(`checkout/${sessionIdIn(String(body.checkout_url))}/pay`);
  await person.client.rpc('set_auto_top_up', { is_enabled: true });
  await maintenance();
  expect(await balanceOf(person)).toBe(3600);
  expect(await chargesOf(customer)).toEqual(['succeeded']);
});

function sessionIdIn(checkoutUrl: string): string {
  return /cs_\w+/.exec(checkoutUrl)?.[0] ?? '';
}

test('the hour and the monthly limit hold through the whole way', async () => {
  const { person, customer } = await saver();
  await choose(person, { threshold_seconds: 86_400, monthly_limit_cents: 1500 });
  await maintenance();
  await maintenance();
  expect(await chargesOf(customer)).toHaveLength(1);
  await owner`update auto_top_ups set last_attempt_at = last_attempt_at - interval '61 minutes' where user_id = ${person.id}`;
  await maintenance();
  await maintenance();
  expect(await chargesOf(customer)).toHaveLength(1);
  expect((await noticesOf(person)).map(({ kind }) => kind)).toEqual([
    'auto_top_up_succeeded',
    'auto_top_up_limit_reached',
  ]);
});

test('a bad choice names its fields', async () => {
  const person = await signUp();
  const { error, status } = await person.client.rpc('set_auto_top_up', { is_enabled: true });
  expect(status).toBe(400);
  expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(Object.keys(JSON.parse(error?.details ?? '{}')).toSorted()).toEqual([
    'monthly_limit_cents',
    'package_id',
    'payment_method_id',
    'threshold_seconds',
  ]);
});
