import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { cardState, intent, paymentRow, purchase, settleUp, times, traces } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

async function refusedWithoutTrace(user: string | null, args: Record<string, unknown>) {
  const before = await traces(db);
  const error = await db.refusal(purchase(db, user as string, args));
  expect(await traces(db)).toEqual(before);
  return error;
}

describe('a purchase', () => {
  test('makes a pending payment and its pending card', async () => {
    const user = await signUp(db);
    const bought = await purchase(db, user, { flow: 'checkout' });
    expect(bought).toEqual({
      payment_id: expect.any(String),
      time_card_id: expect.any(String),
      status: 'pending',
      amount_cents: 999,
      currency: 'usd',
      package_id: 'starter_1h',
      package_name: 'Starter',
      total_seconds: 3600,
      email: `${user}@example.com`,
      full_name: 'Ada Lovelace',
      stripe_customer_id: null,
      stripe_checkout_session_id: null,
      stripe_payment_intent_id: null,
      is_replay: false,
      is_gift: false,
      activation_code: null,
    });
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'pending',
      remaining: 3600,
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      user_id: user,
      flow: 'checkout',
      status: 'pending',
    });
  });

  test('keeps time, price and validity of the moment when it was made', async () => {
    const user = await signUp(db);
    const id = `p_${randomUUID().replaceAll('-', '_')}`;
    await db.owner`
      insert into packages (id, name, total_seconds, price_cents, currency, validity_days)
      values (${id}, 'Old', 600, 500, 'eur', 30)`;
    const bought = await purchase(db, user, { package_id: id });
    await db.owner`
      update packages set total_seconds = 60, price_cents = 50, currency = 'usd', validity_days = 1 where id = ${id}`;
    const [card] = await db.owner`select * from time_cards where id = ${bought.time_card_id}`;
    expect(card).toMatchObject({
      owner_id: user,
      purchaser_id: user,
      source: 'purchase',
      total_seconds: 600,
      price_cents: 500,
      currency: 'eur',
      validity_days: 30,
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      amount_cents: 500,
      currency: 'eur',
    });
  });

  test('gives no usable time before it is paid', async () => {
    const user = await signUp(db);
    await purchase(db, user);
    expect(await db.call({ user }, 'get_balance')).toMatchObject({
      remaining_seconds: 0,
      usable_cards: 0,
    });
  });

  test('of a package that is not on sale is not_found', async () => {
    const id = `p_${randomUUID().replaceAll('-', '_')}`;
    await db.owner`
      insert into packages (id, name, total_seconds, price_cents, is_active) values (${id}, 'Gone', 600, 500, false)`;
    expect(await refusedWithoutTrace(await signUp(db), { package_id: id })).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });

  test.each(['free_100h', '', null])(
    'of the unknown package %j is not_found',
    async (package_id) => {
      expect(await refusedWithoutTrace(await signUp(db), { package_id })).toMatchObject({
        code: 'PT404',
        message: 'not_found',
      });
    },
  );

  test.each([randomUUID(), null])('by the unknown user %s is not_found', async (user) => {
    expect(await refusedWithoutTrace(user, {})).toMatchObject({ message: 'not_found' });
  });

  test('by an inactive user is account_inactive', async () => {
    const user = await signUp(db);
    await db.owner`update profiles set is_active = false where id = ${user}`;
    expect(await refusedWithoutTrace(user, {})).toMatchObject({
      code: 'PT403',
      message: 'account_inactive',
    });
  });

  test('by somebody deactivated since is not replayed either', async () => {
    const user = await signUp(db);
    const order = {
      user_id: user,
      package_id: 'starter_1h',
      flow: 'checkout',
      idempotency_key: 'k',
    };
    await db.call('service', 'create_purchase', order);
    await db.owner`update profiles set is_active = false where id = ${user}`;
    expect(await db.refusal(db.call('service', 'create_purchase', order))).toMatchObject({
      message: 'account_inactive',
    });
  });

  test.each([
    ['an unknown flow', { flow: 'cash' }],
    ['no flow', { flow: null }],
    ['an empty key', { idempotency_key: '' }],
    ['a key of 256 characters', { idempotency_key: 'k'.repeat(256) }],
  ])('with %s is invalid_input', async (_, args) => {
    expect(await refusedWithoutTrace(await signUp(db), args)).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
  });
});

describe('an idempotency key', () => {
  const key = { idempotency_key: 'k1', request_fingerprint: 'f1' };

  test('answers the first purchase again', async () => {
    const user = await signUp(db);
    const first = await purchase(db, user, key);
    const before = await traces(db);
    expect(await purchase(db, user, key)).toEqual({ ...first, is_replay: true });
    expect(await traces(db)).toEqual(before);
  });

  test('with another request is idempotency_conflict', async () => {
    const user = await signUp(db);
    await purchase(db, user, key);
    expect(await refusedWithoutTrace(user, { ...key, request_fingerprint: 'f2' })).toMatchObject({
      code: 'PT409',
      message: 'idempotency_conflict',
    });
  });

  test('of one user is not the key of another', async () => {
    const [one, other] = [await signUp(db), await signUp(db)];
    const first = await purchase(db, one, key);
    const second = await purchase(db, other, key);
    expect(second.payment_id).not.toBe(first.payment_id);
    expect(second.is_replay).toBe(false);
  });

  test('20 times at once makes one payment', async () => {
    const user = await signUp(db);
    const bought = await Promise.all(times(20, () => purchase(db, user, key)));
    expect(new Set(bought.map(({ payment_id }) => payment_id)).size).toBe(1);
    expect(bought.filter(({ is_replay }) => !is_replay)).toHaveLength(1);
  });

  test('that was not given makes a purchase every time', async () => {
    const user = await signUp(db);
    const bought = [await purchase(db, user), await purchase(db, user)];
    expect(new Set(bought.map(({ payment_id }) => payment_id)).size).toBe(2);
  });

  test('answers what the purchase has become', async () => {
    const user = await signUp(db);
    const bought = await purchase(db, user, key);
    await db.call('service', 'apply_stripe_object', { object: intent(bought, 'succeeded') });
    expect(await purchase(db, user, key)).toMatchObject({
      status: 'succeeded',
      is_replay: true,
      stripe_payment_intent_id: `pi_${bought.payment_id}`,
    });
  });
});

describe('Stripe ids', () => {
  const setCustomer = (user_id: string, stripe_customer_id: string) =>
    db.call('service', 'set_stripe_customer', { user_id, stripe_customer_id });
  const attach = (payment_id: string, cs: string | null, pi: string | null) =>
    db.call('service', 'attach_stripe_objects', {
      payment_id,
      stripe_checkout_session_id: cs,
      stripe_payment_intent_id: pi,
    });

  test('the first customer of a person is kept', async () => {
    const user = await signUp(db);
    expect(await setCustomer(user, 'cus_1')).toEqual({ stripe_customer_id: 'cus_1' });
    expect(await setCustomer(user, 'cus_2')).toEqual({ stripe_customer_id: 'cus_1' });
  });

  test('of ten customers at once one is kept and all are told which', async () => {
    const user = await signUp(db);
    const kept = await Promise.all(times(10, (index) => setCustomer(user, `cus_race_${index}`)));
    const [row] = await db.owner`select stripe_customer_id from profiles where id = ${user}`;
    expect(new Set(kept.map((answer) => answer.stripe_customer_id))).toEqual(
      new Set([row?.stripe_customer_id]),
    );
  });

  test('the customer of an unknown person is not_found', async () => {
    expect(await db.refusal(setCustomer(randomUUID(), 'cus_3'))).toMatchObject({
      message: 'not_found',
    });
  });

  test('the first objects of a payment are kept', async () => {
    const bought = await purchase(db, await signUp(db));
    expect(await attach(bought.payment_id, 'cs_a', null)).toEqual({
      payment_id: bought.payment_id,
      status: 'pending',
    });
    await attach(bought.payment_id, 'cs_b', 'pi_b');
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      stripe_checkout_session_id: 'cs_a',
      stripe_payment_intent_id: 'pi_b',
    });
  });

  test('the objects of an unknown payment are not_found', async () => {
    expect(await db.refusal(attach(randomUUID(), 'cs_c', null))).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });

  test('one Stripe object belongs to one payment', async () => {
    const user = await signUp(db);
    const [one, other] = [await purchase(db, user), await purchase(db, user)];
    await attach(one.payment_id, null, 'pi_shared');
    expect((await db.refusal(attach(other.payment_id, null, 'pi_shared'))).code).toBe('23505');
  });
});
