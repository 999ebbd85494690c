import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import {
  audited,
  auditCount,
  fieldErrors,
  hire,
  refusedOf,
  type Staff,
  staff,
} from './admin-scenario.ts';
import {
  deliver,
  intent,
  paymentRow,
  type Purchase,
  purchase,
  settleUp,
  stripeEvent,
  times,
} from './scenario.ts';

let db: TestDatabase;
let people: Staff;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const illegal = { code: 'PT409', message: 'illegal_transition' };
const conflict = { code: 'PT409', message: 'idempotency_conflict' };

/** A paid purchase of 999 cents. */
async function sale(): Promise<Purchase> {
  const bought = await purchase(db, await signUp(db));
  await deliver(db, stripeEvent(intent(bought, 'succeeded')));
  return bought;
}

function begin(bought: Purchase, args: Record<string, unknown> = {}, by = people.admin) {
  return db.call({ user: by }, 'admin_begin_refund', {
    payment_id: bought.payment_id,
    reason: 'did not work',
    ...args,
  });
}

function finish(request: unknown, args: Record<string, unknown>): Promise<Row> {
  return db.call('service', 'finish_refund', { refund_request_id: request, ...args });
}

/** Stripe's charge of a sale with so much refunded in all. */
function refunded(bought: Purchase, cents: number) {
  return stripeEvent({
    id: `ch_${bought.payment_id}`,
    object: 'charge',
    status: 'succeeded',
    paid: true,
    captured: true,
    amount: 999,
    amount_captured: 999,
    amount_refunded: cents,
    currency: 'usd',
    payment_intent: `pi_${bought.payment_id}`,
  });
}

async function requests(bought: Purchase): Promise<Row[]> {
  const rows = await db.owner`
    select id, amount_cents, status, failure from refund_requests
    where payment_id = ${bought.payment_id} order by created_at`;
  return rows.map((row) => ({ ...row }));
}

test('a refund begins with all that Stripe must be told, and changes neither payment nor card', async () => {
  const bought = await sale();
  const before = await paymentRow(db, bought.payment_id);
  const begun = await begin(bought);
  expect(begun).toEqual({
    refund_request_id: expect.any(String),
    payment_id: bought.payment_id,
    stripe_payment_intent_id: `pi_${bought.payment_id}`,
    stripe_charge_id: `ch_${bought.payment_id}`,
    amount_cents: 999,
    currency: 'usd',
    is_resumed: false,
  });
  expect(await paymentRow(db, bought.payment_id)).toEqual(before);
  expect(await audited(db, bought.payment_id)).toEqual([
    {
      actor: people.admin,
      action: 'admin_begin_refund',
      table: 'payments',
      before: { status: 'succeeded', refunded_cents: 0 },
      after: {
        refund_request_id: begun.refund_request_id,
        amount_cents: 999,
        is_resumed: false,
      },
      reason: 'did not work',
    },
  ]);
});

test('a refund in parts: each begins with what is left', async () => {
  const bought = await sale();
  const first = await begin(bought, { amount_cents: 300 });
  await deliver(db, refunded(bought, 300));
  await finish(first.refund_request_id, { stripe_refund_id: 're_1' });
  expect(await fieldErrors(db, begin(bought, { amount_cents: 700 }))).toEqual({
    amount_cents: ['must be at most 699'],
  });
  const second = await begin(bought);
  expect(second).toMatchObject({ amount_cents: 699, is_resumed: false });
  expect(second.refund_request_id).not.toBe(first.refund_request_id);
  await deliver(db, refunded(bought, 999));
  await finish(second.refund_request_id, { stripe_refund_id: 're_2' });
  expect(await db.refusal(begin(bought))).toMatchObject(illegal);
  expect(await requests(bought)).toMatchObject([
    { amount_cents: 300, status: 'succeeded' },
    { amount_cents: 699, status: 'succeeded' },
  ]);
});

test('one that was begun and not finished goes on under the same id, whoever asks', async () => {
  const bought = await sale();
  const { refund_request_id } = await begin(bought, { amount_cents: 300 });
  const other = await hire(db, 'admin');
  for (const args of [{ amount_cents: 300 }, {}]) {
    expect(await begin(bought, args, other)).toMatchObject({
      refund_request_id,
      amount_cents: 300,
      is_resumed: true,
    });
  }
  expect(await requests(bought)).toHaveLength(1);
  expect((await audited(db, bought.payment_id)).map((entry) => entry.actor)).toEqual([
    people.admin,
    other,
    other,
  ]);
});

test('another amount meanwhile is idempotency_conflict', async () => {
  const bought = await sale();
  await begin(bought, { amount_cents: 300 });
  expect(await db.refusal(begin(bought, { amount_cents: 301 }))).toMatchObject(conflict);
  expect(await requests(bought)).toHaveLength(1);
});

test('one whose refund Stripe made, but whose answer was lost, can still be finished', async () => {
  const bought = await sale();
  const { refund_request_id } = await begin(bought);
  await deliver(db, refunded(bought, 999));
  expect(await begin(bought)).toMatchObject({ refund_request_id, is_resumed: true });
  expect(await finish(refund_request_id, { stripe_refund_id: 're_late' })).toMatchObject({
    status: 'succeeded',
  });
});

test('one that Stripe may have forgotten is given up, and a new one begins', async () => {
  const bought = await sale();
  const first = await begin(bought, { amount_cents: 300 });
  await db.advance(20 * 3600 - 60);
  expect(await begin(bought, { amount_cents: 300 })).toMatchObject({ is_resumed: true });
  await db.advance(120);
  const second = await begin(bought, { amount_cents: 500 });
  expect(second).toMatchObject({ amount_cents: 500, is_resumed: false });
  expect(await requests(bought)).toMatchObject([
    { id: first.refund_request_id, status: 'failed', failure: 'abandoned' },
    { id: second.refund_request_id, status: 'pending' },
  ]);
  // Stripe had made it after all.
  expect(
    await finish(first.refund_request_id, { stripe_refund_id: `re_${randomUUID()}` }),
  ).toMatchObject({ status: 'succeeded', failure: null });
});

test.each([0, -1, -999, 0.5, 1.5, 1e12])(
  'an amount of %s is invalid_input',
  async (amount_cents) => {
    const bought = await sale();
    expect(await fieldErrors(db, begin(bought, { amount_cents }))).toEqual({
      amount_cents: ['must be a whole number from 1 to 99999999'],
    });
  },
);

test.each([1000, 99_999_999])('more than was paid is invalid_input: %s', async (cents) => {
  const bought = await sale();
  const audits = await auditCount(db);
  expect(await fieldErrors(db, begin(bought, { amount_cents: cents }))).toEqual({
    amount_cents: ['must be at most 999'],
  });
  expect(await requests(bought)).toEqual([]);
  expect(await auditCount(db)).toBe(audits);
});

test('payments in another state are illegal_transition', async () => {
  const pending = await purchase(db, await signUp(db));
  const failed = await purchase(db, await signUp(db));
  await deliver(db, stripeEvent(intent(failed, 'requires_payment_method')));
  const canceled = await purchase(db, await signUp(db));
  await deliver(db, stripeEvent(intent(canceled, 'canceled')));
  const disputed = await sale();
  await deliver(
    db,
    stripeEvent({
      id: `dp_${disputed.payment_id}`,
      object: 'dispute',
      status: 'needs_response',
      amount: 999,
      currency: 'usd',
      payment_intent: `pi_${disputed.payment_id}`,
    }),
  );
  const gone = await sale();
  await deliver(db, refunded(gone, 999));
  for (const bought of [pending, failed, canceled, disputed, gone]) {
    expect(await db.refusal(begin(bought))).toMatchObject(illegal);
    expect(await requests(bought)).toEqual([]);
  }
});

test('begun twenty times at once it is one request', async () => {
  const bought = await sale();
  const begun = await Promise.all(times(20, () => begin(bought)));
  expect(new Set(begun.map((row) => row.refund_request_id)).size).toBe(1);
  expect(begun.filter((row) => row.is_resumed === false)).toHaveLength(1);
});

test('different amounts at once: one begins and the others conflict', async () => {
  const bought = await sale();
  const refused = await refusedOf(times(5, (index) => begin(bought, { amount_cents: index + 1 })));
  expect(refused).toEqual(times(4, () => 'idempotency_conflict'));
  expect(await requests(bought)).toHaveLength(1);
});

describe('finish_refund', () => {
  test('remembers the refund, and repeats its answer', async () => {
    const { refund_request_id } = await begin(await sale());
    const args = { stripe_refund_id: `re_${randomUUID()}` };
    const finished = await finish(refund_request_id, args);
    expect(finished).toMatchObject({
      id: refund_request_id,
      status: 'succeeded',
      ...args,
      failure: null,
      finished_at: expect.any(Date),
    });
    await db.advance(60);
    expect(await finish(refund_request_id, args)).toEqual(finished);
  });

  test('remembers why Stripe refused, and another can begin', async () => {
    const bought = await sale();
    const { refund_request_id } = await begin(bought, { amount_cents: 300 });
    const failure = { failure: 'charge_already_refunded' };
    expect(await finish(refund_request_id, failure)).toMatchObject({
      status: 'failed',
      ...failure,
    });
    expect(await finish(refund_request_id, failure)).toMatchObject({ status: 'failed' });
    expect(await begin(bought, { amount_cents: 400 })).toMatchObject({ is_resumed: false });
  });

  test('a refund that Stripe made wins over a failure, and nothing over it', async () => {
    const { refund_request_id } = await begin(await sale());
    await finish(refund_request_id, { failure: 'timeout' });
    const made = { stripe_refund_id: `re_${randomUUID()}` };
    expect(await finish(refund_request_id, made)).toMatchObject({ status: 'succeeded', ...made });
    for (const other of [{ failure: 'timeout' }, { stripe_refund_id: 're_other' }]) {
      expect(await db.refusal(finish(refund_request_id, other))).toMatchObject(illegal);
    }
  });

  test('one refund finishes one request', async () => {
    const made = { stripe_refund_id: `re_${randomUUID()}` };
    await finish((await begin(await sale())).refund_request_id, made);
    const { refund_request_id } = await begin(await sale());
    expect(await db.refusal(finish(refund_request_id, made))).toMatchObject(illegal);
  });

  test.each([
    ['neither', {}],
    ['both', { stripe_refund_id: 're_1', failure: 'no' }],
    ['blanks', { stripe_refund_id: ' ', failure: '' }],
    ['an endless id', { stripe_refund_id: 'x'.repeat(256) }],
  ])('%s is invalid_input', async (_, args) => {
    const { refund_request_id } = await begin(await sale());
    expect(await db.refusal(finish(refund_request_id, args))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
  });

  test.each([randomUUID(), null])('an unknown request is not_found: %s', async (id) => {
    expect(await db.refusal(finish(id, { failure: 'no' }))).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });

  test('a long failure is kept in part', async () => {
    const { refund_request_id } = await begin(await sale());
    const { failure } = await finish(refund_request_id, { failure: 'x'.repeat(5000) });
    expect(failure).toBe('x'.repeat(500));
  });

  test.each(['anon', 'user', 'support', 'admin'] as const)('is not for %s', async (who) => {
    const caller = who === 'anon' ? who : { user: people[who] };
    const call = db.call(caller, 'finish_refund', { refund_request_id: null, failure: 'no' });
    expect((await db.refusal(call)).code).toBe('42501');
  });
});
