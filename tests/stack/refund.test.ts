import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  balanceOf,
  buyAnHour,
  healStripe,
  invoke,
  operator,
  orderAnHour,
  owner,
  type Person,
  poll,
  signUp,
  signUpAdmin,
  stripe,
  stripeDouble,
  violations,
} from '../support/stack.ts';

afterEach(async () => {
  await healStripe();
  await stripeDouble('flush');
  expect(await violations()).toEqual([]);
});

function refund(admin: Person | null, body: Record<string, unknown>) {
  return invoke('admin-refund', { as: admin, body: { reason: 'Asked for it.', ...body } });
}

/** A customer with a paid hour, and what Stripe knows of its payment. */
async function buyer() {
  const person = await signUp();
  const { payment_id, time_card_id } = await buyAnHour(person);
  return { person, payment_id, time_card_id };
}

async function paymentRow(id: string) {
  const { data, error } = await operator.from('payments').select('*').eq('id', id).single();
  if (error) throw new Error(error.message);
  return data;
}

/** Amounts of the refunds that Stripe has made of a payment. */
async function refundsOf(paymentId: string): Promise<number[]> {
  const { stripe_payment_intent_id } = await paymentRow(paymentId);
  const { data } = await stripe().refunds.list({ payment_intent: stripe_payment_intent_id ?? '' });
  return data.map(({ amount }) => amount);
}

async function requestsOf(paymentId: string) {
  return owner`select status, amount_cents, failure from refund_requests where payment_id = ${paymentId} order by created_at`;
}

test('all that is left is refunded, and the time is taken back', async () => {
  const admin = await signUpAdmin();
  const { person, payment_id, time_card_id } = await buyer();
  const { status, body } = await refund(admin, { payment_id });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    payment_id,
    status: 'refunded',
    refunded_cents: 999,
    refund_request_id: expect.any(String),
    stripe_refund_id: expect.stringMatching(/^re_/),
  });
  expect(await refundsOf(payment_id)).toEqual([999]);
  expect(await balanceOf(person)).toBe(0);
  const { data: card } = await operator
    .from('time_cards')
    .select('status, revoked_seconds')
    .eq('id', time_card_id)
    .single();
  expect(card).toEqual({ status: 'revoked', revoked_seconds: 3600 });
  const [audited] = await owner`
    select actor_id, action, reason from admin_audit_log where subject_id = ${payment_id}`;
  expect(audited).toMatchObject({ actor_id: admin.id, reason: 'Asked for it.' });
});

test('parts add up, and what is more than what is left is refused', async () => {
  const admin = await signUpAdmin();
  const { person, payment_id } = await buyer();
  const part = await refund(admin, { payment_id, amount_cents: 333 });
  expect(part.body).toMatchObject({ status: 'partially_refunded', refunded_cents: 333 });
  expect(await balanceOf(person)).toBe(2400);

  const tooMuch = await refund(admin, { payment_id, amount_cents: 667 });
  expect(tooMuch.status).toBe(400);
  expect(tooMuch.body).toMatchObject({
    message: 'invalid_input',
    details: { amount_cents: ['must be at most 666'] },
  });
  const rest = await refund(admin, { payment_id });
  expect(rest.body).toMatchObject({ status: 'refunded', refunded_cents: 999 });
  expect(await balanceOf(person)).toBe(0);
  expect((await refundsOf(payment_id)).toSorted()).toEqual([333, 666]);
});

test.each([
  ['before it is made', 'before', 1],
  ['after it was made', 'after', 1],
] as const)(
  'an answer that is lost %s: the same call goes on, and refunds once',
  async (...row) => {
    const [, when, count] = row;
    const admin = await signUpAdmin();
    const { person, payment_id } = await buyer();
    const path = '/v1/refunds';
    await stripeDouble('faults', {
      kind: 'api',
      mode: '500',
      when,
      count: 10,
      method: 'POST',
      path,
    });
    await stripeDouble('faults', { kind: 'drop', count: 100 });
    const lost = await refund(admin, { payment_id, amount_cents: 333 });
    expect(lost.status).toBe(502);
    expect(lost.body.message).toBe('payment_provider_unavailable');
    await healStripe();
    const other = await refund(admin, { payment_id, amount_cents: 100 });
    expect(other.body.message).toBe('idempotency_conflict');

    const again = await refund(admin, { payment_id, amount_cents: 333 });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ status: 'partially_refunded', refunded_cents: 333 });
    expect(await refundsOf(payment_id)).toEqual(Array(count).fill(333));
    expect(await balanceOf(person)).toBe(2400);
    expect(await requestsOf(payment_id)).toMatchObject([{ status: 'succeeded' }]);
  },
);

test('five clicks at once refund once', async () => {
  const admin = await signUpAdmin();
  const { person, payment_id } = await buyer();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => refund(admin, { payment_id, amount_cents: 333 })),
  );
  expect(answers.filter(({ status }) => status === 200)).not.toHaveLength(0);
  expect(await refundsOf(payment_id)).toEqual([333]);
  expect(await balanceOf(person)).toBe(2400);
});

test('what somebody refunded at Stripe unheard is told before more is refunded', async () => {
  const admin = await signUpAdmin();
  const { person, payment_id } = await buyer();
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  const { stripe_payment_intent_id } = await paymentRow(payment_id);
  await stripe().refunds.create({ payment_intent: stripe_payment_intent_id ?? '', amount: 333 });

  const first = await refund(admin, { payment_id, amount_cents: 333 });
  expect(first.status).toBe(409);
  expect(first.body.message).toBe('illegal_transition');
  expect(await refundsOf(payment_id)).toEqual([333]);
  expect(await balanceOf(person)).toBe(2400);

  const second = await refund(admin, { payment_id });
  expect(second.body).toMatchObject({ status: 'refunded', refunded_cents: 999 });
});

test('a charge that the customer disputes is not refunded as well', async () => {
  const admin = await signUpAdmin();
  const { payment_id } = await buyer();
  const { stripe_payment_intent_id } = await paymentRow(payment_id);
  await stripeDouble('faults', { kind: 'drop', count: 100 });
  await stripeDouble(`charges/${stripe_payment_intent_id}/dispute`);
  await stripeDouble('flush');
  const { status, body } = await refund(admin, { payment_id });
  expect(status).toBe(400);
  expect(body.message).toBe('invalid_input');
  expect(await refundsOf(payment_id)).toEqual([]);
  expect(await requestsOf(payment_id)).toMatchObject([{ status: 'failed' }]);
});

test('a gift that was refunded is worth nothing to whoever has its code', async () => {
  const [admin, giver, friend] = [await signUpAdmin(), await signUp(), await signUp()];
  const { body: gift } = await invoke('purchase', {
    as: giver,
    body: { package_id: 'starter_1h', gift: true, payment_method_id: 'pm_card_visa' },
  });
  const { status } = await refund(admin, { payment_id: gift.payment_id });
  expect(status).toBe(200);
  const { error } = await friend.client.rpc('redeem_code', { code: String(gift.activation_code) });
  expect(error?.message).toBe('code_not_accepted');
});

test('support and customers refund nothing', async () => {
  const { person, payment_id } = await buyer();
  const support = await signUpAdmin('support');
  for (const caller of [support, person]) {
    const { status, body } = await refund(caller, { payment_id });
    expect(status).toBe(403);
    expect(body.message).toBe('not_allowed');
  }
  const visitor = await refund(null, { payment_id });
  expect(visitor.status).toBe(401);
  expect(await refundsOf(payment_id)).toEqual([]);
  expect(await requestsOf(payment_id)).toHaveLength(0);
});

test('an admin who was deactivated refunds nothing', async () => {
  const [admin, { payment_id }] = [await signUpAdmin(), await buyer()];
  await operator.from('profiles').update({ is_active: false }).eq('id', admin.id);
  expect((await refund(admin, { payment_id })).body.message).toBe('not_allowed');
});

test('an unknown payment, and one that is not paid, are told apart', async () => {
  const admin = await signUpAdmin();
  const unknown = await refund(admin, { payment_id: randomUUID() });
  expect(unknown).toMatchObject({ status: 404, body: { message: 'not_found' } });
  const { payment_id } = await orderAnHour(await signUp());
  const unpaid = await refund(admin, { payment_id });
  expect(unpaid).toMatchObject({ status: 409, body: { message: 'illegal_transition' } });
});

test.each([
  [{}, ['payment_id']],
  [{ payment_id: 'x' }, ['payment_id']],
  [{ payment_id: randomUUID(), reason: ' ' }, ['reason']],
  [{ payment_id: randomUUID(), amount_cents: -1 }, ['amount_cents']],
])('%j is refused and names the fields', async (body, fields) => {
  const answer = await refund(await signUpAdmin(), body);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body.details as object)).toEqual(fields);
});

test('a refund that fails at the bank later is shown to admins', async () => {
  const admin = await signUpAdmin();
  const { payment_id } = await buyer();
  const { body } = await refund(admin, { payment_id, amount_cents: 333 });
  await stripeDouble(`refunds/${String(body.stripe_refund_id)}/fail`);
  await stripeDouble('flush');
  const row = await poll(
    'the flag',
    () => paymentRow(payment_id),
    ({ review_reason }) => review_reason !== null,
  );
  expect(row.review_reason).toMatch(/refund/);
});
