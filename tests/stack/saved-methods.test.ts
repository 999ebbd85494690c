import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  balanceOf,
  invoke,
  operator,
  owner,
  payAtCheckout,
  type Person,
  poll,
  signUp,
  stack,
  stripe,
  stripeDouble,
  healStripe,
} from '../support/stack.ts';

const savedMethods = z.object({
  payment_methods: z.array(
    z.strictObject({
      id: z.string(),
      brand: z.string(),
      last4: z.string(),
      exp_month: z.number(),
      exp_year: z.number(),
    }),
  ),
});

async function methodsOf(person: Person) {
  const { status, body } = await invoke('payment-methods', { as: person, method: 'GET' });
  expect(status).toBe(200);
  return savedMethods.parse(body).payment_methods;
}

function remove(person: Person, payment_method_id: string) {
  return invoke('payment-methods', {
    as: person,
    method: 'DELETE',
    body: { payment_method_id },
  });
}

/** Buys an hour with a card and keeps the card; answers its id. */
async function saveCard(person: Person): Promise<string> {
  const { body } = await invoke('purchase', {
    as: person,
    body: {
      package_id: 'starter_1h',
      payment_method_id: 'pm_card_visa',
      save_payment_method: true,
    },
  });
  expect(body).toMatchObject({ status: 'succeeded' });
  const [method] = await methodsOf(person);
  return method?.id ?? '';
}

test('nobody has a saved card who did not ask for it', async () => {
  const person = await signUp();
  expect(await methodsOf(person)).toEqual([]);
  await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: 'pm_card_visa' },
  });
  expect(await methodsOf(person)).toEqual([]);
});

test('a card that was saved with a purchase is listed, and pays the next one', async () => {
  const person = await signUp();
  const id = await saveCard(person);
  expect(await methodsOf(person)).toMatchObject([{ id, brand: 'visa', last4: '4242' }]);
  const { body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: id },
  });
  expect(body).toMatchObject({ status: 'succeeded' });
  expect(await balanceOf(person)).toBe(7200);
});

test('the hosted checkout saves a card too', async () => {
  const person = await signUp();
  const { body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', save_payment_method: true },
  });
  await payAtCheckout(stack, String(body.checkout_url));
  const methods = await poll(
    'the saved card',
    () => methodsOf(person),
    (found) => found.length > 0,
  );
  expect(methods).toMatchObject([{ brand: 'visa', last4: '4242' }]);
});

test('a card that was removed is gone, and pays nothing any more', async () => {
  const person = await signUp();
  const id = await saveCard(person);
  const { status, body } = await remove(person, id);
  expect(status).toBe(200);
  expect(body).toEqual({ payment_method_id: id, is_auto_top_up_switched_off: false });
  expect(await methodsOf(person)).toEqual([]);
  const bought = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', payment_method_id: id },
  });
  expect(bought.status).toBe(400);
  expect(bought.body.details).toEqual({ payment_method_id: ['cannot be used'] });
  expect((await remove(person, id)).body.message).toBe('not_found');
});

test('nobody removes a card of somebody else', async () => {
  const [holder, thief] = [await signUp(), await signUp()];
  const id = await saveCard(holder);
  await saveCard(thief);
  for (const asked of [id, 'pm_nope']) {
    const { status, body } = await remove(thief, asked);
    expect(status).toBe(404);
    expect(body.message).toBe('not_found');
  }
  expect(await methodsOf(holder)).toHaveLength(1);
});

test('removing the card of an auto top-up switches it off', async () => {
  const person = await signUp();
  const id = await saveCard(person);
  const { error } = await person.client.rpc('set_auto_top_up', {
    is_enabled: true,
    package_id: 'starter_1h',
    threshold_seconds: 600,
    payment_method_id: id,
    monthly_limit_cents: 5000,
  });
  expect(error).toBeNull();
  expect((await remove(person, id)).body).toMatchObject({ is_auto_top_up_switched_off: true });
  const { data } = await person.client.from('auto_top_ups').select('*').single();
  expect(data).toMatchObject({ is_enabled: false, disabled_reason: 'payment_method_gone' });
});

test('a customer of another Stripe account has no cards, and can still buy', async () => {
  const person = await signUp();
  await owner`update profiles set stripe_customer_id = ${`cus_${person.id}`} where id = ${person.id}`;
  expect(await methodsOf(person)).toEqual([]);
  const { status } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h', save_payment_method: true },
  });
  expect(status).toBe(201);
});

test('while Stripe is down nothing is said, and nothing is lost', async () => {
  const person = await signUp();
  const id = await saveCard(person);
  await stripeDouble('faults', { kind: 'api', mode: '500', count: 20 });
  for (const answer of [
    await invoke('payment-methods', { as: person, method: 'GET' }),
    await remove(person, id),
  ]) {
    expect(answer.status).toBe(502);
    expect(answer.body.message).toBe('payment_provider_unavailable');
  }
  await healStripe();
  expect(await methodsOf(person)).toHaveLength(1);
});

test('a card comes with nothing by which it could be told apart elsewhere', async () => {
  const person = await signUp();
  const id = await saveCard(person);
  const { data } = await operator
    .from('profiles')
    .select('stripe_customer_id')
    .eq('id', person.id)
    .single();
  const known = await stripe().paymentMethods.retrieve(id);
  expect(known.customer).toBe(data?.stripe_customer_id);
  const { body } = await invoke('payment-methods', { as: person, method: 'GET' });
  expect(JSON.stringify(body)).not.toContain(known.card?.fingerprint ?? 'fingerprint');
});

test.each([
  ['GET', undefined],
  ['DELETE', { payment_method_id: 'pm_1' }],
] as const)('%s is answered to nobody who is not signed in', async (method, body) => {
  const answer = await invoke('payment-methods', { method, ...(body ? { body } : {}) });
  expect(answer.status).toBe(401);
  expect(answer.body.message).toBe('not_authenticated');
});

test('other methods and bad input are refused in the usual shape', async () => {
  const person = await signUp();
  const posted = await invoke('payment-methods', { as: person, method: 'POST' });
  expect(posted.status).toBe(405);
  const nameless = await invoke('payment-methods', { as: person, method: 'DELETE', body: {} });
  expect(nameless.status).toBe(400);
  expect(nameless.body.details).toHaveProperty('payment_method_id');
});
