import { expect, test } from 'vitest';
import {
  balanceOf,
  buyAnHour,
  connect,
  healStripe,
  invoke,
  maintenance,
  operator,
  orderAnHour,
  owner,
  payAtCheckout,
  signUp,
  stack,
  stripe,
  stripeDouble,
  violations,
} from '../support/stack.ts';

test('maintenance answers what it did, to the secret key only', async () => {
  const { status, body } = await maintenance();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    released_sessions: expect.any(Number),
    settled_sessions: expect.any(Number),
    expired_cards: expect.any(Number),
    recovered_events: expect.any(Number),
    reconciled_payments: expect.any(Number),
    auto_top_ups: expect.any(Number),
    failed_auto_top_ups: expect.any(Number),
    closed_rooms: expect.any(Number),
  });
  const person = await signUp();
  for (const answer of [
    await invoke('maintenance'),
    await invoke('maintenance', { as: person }),
    await invoke('maintenance', { headers: { apikey: 'sb_secret_guess' } }),
  ]) {
    expect(answer.status).toBe(401);
    expect(answer.body.message).toBe('not_authenticated');
  }
});

test('ten runs at once find every lost payment, and credit it once', async () => {
  const people = await Promise.all([signUp(), signUp(), signUp()]);
  const orders = await Promise.all(people.map(orderAnHour));
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  for (const order of orders) await payAtCheckout(stack, order.checkout_url);
  await healStripe();
  await owner`update payments set created_at = created_at - interval '2 minutes'
    where id = any (${orders.map(({ payment_id }) => payment_id)})`;

  const runs = await Promise.all(Array.from({ length: 10 }, maintenance));
  expect(runs.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(await Promise.all(people.map(balanceOf))).toEqual([3600, 3600, 3600]);
  expect(await violations()).toEqual([]);
});

test('an event that never arrived is read from Stripe’s own list, and applied once', async () => {
  const person = await signUp();
  const order = await buyAnHour(person);
  await stripeDouble('flush');
  const { data } = await operator.from('payments').select('*').eq('id', order.payment_id).single();
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  await stripe().refunds.create({ payment_intent: data?.stripe_payment_intent_id ?? '' });
  await healStripe();
  expect(await balanceOf(person)).toBe(3600);

  const runs = await Promise.all([maintenance(), maintenance(), maintenance()]);
  const recovered = runs.map(({ body }) => Number(body.recovered_events));
  expect(recovered.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0);
  expect(await balanceOf(person)).toBe(0);
  expect((await maintenance()).body).toMatchObject({ recovered_events: 0, problems: [] });
  expect(await violations()).toEqual([]);
});

test('while Stripe is down the sweep goes on, and says what it could not do', async () => {
  await stripeDouble('faults', { kind: 'api', mode: '500', count: 1000 });
  const { status, body } = await maintenance();
  await healStripe();
  expect(status).toBe(200);
  expect(body.problems).toContainEqual({
    step: 'recover_events',
    code: 'payment_provider_unavailable',
  });
});

test('health says that all is reachable, and no secret', async () => {
  const { status, body } = await invoke('health', { method: 'GET' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: stack.LIVEKIT_URL ? 'ok' : 'degraded',
    checks: { database: expect.anything() },
  });
  const text = JSON.stringify(body);
  for (const secret of [stack.SECRET_KEY, stack.STRIPE_SECRET_KEY, stack.JWT_SECRET])
    expect(text).not.toContain(secret);
});

test('an unknown function, and an unknown RPC, are not found in the shape of every error', async () => {
  const { status, body } = await invoke('no-such-function');
  expect(status).toBe(404);
  expect(Object.keys(body).toSorted()).toEqual(['code', 'details', 'hint', 'message']);
  const { error } = await operator.rpc('no_such_rpc' as 'verify_ledger');
  expect(error?.code).toBe('PGRST202');
});

test('a browser may call the functions from any origin', async () => {
  const response = await fetch(`${stack.API_URL}/functions/v1/livekit-token`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,apikey,content-type,idempotency-key',
    },
  });
  expect(response.ok).toBe(true);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
    'idempotency-key',
  );
});

test('a key that was made up opens nothing', async () => {
  const { error } = await connect('sb_publishable_guess').from('packages').select('id');
  expect(error).not.toBeNull();
});
