import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import {
  cardState,
  deliver,
  intent,
  paymentRow,
  settleUp,
  stripeEvent,
  talk,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(async () => {
  await db.owner`update auto_top_ups set is_enabled = false, disabled_reason = 'user', disabled_at = now() where is_enabled`;
  await settleUp(db);
});
afterAll(() => db.close());

const CHOICE = {
  is_enabled: true,
  package_id: 'starter_1h',
  threshold_seconds: 600,
  payment_method_id: 'pm_1',
  monthly_limit_cents: 5000,
};

/** What begin_auto_top_up hands out. */
interface TopUp {
  action: string;
  run: number;
  payment_id: string;
  time_card_id: string;
  stripe_payment_intent_id: string | null;
  payment_method_id: string;
}

/** Somebody with a saved card who asked to be topped up below ten minutes, and has this much left. */
async function saver(seconds = 0, choice: Record<string, unknown> = {}): Promise<string> {
  const user = await signUp(db);
  await db.owner`update profiles set stripe_customer_id = ${`cus_${user}`} where id = ${user}`;
  if (seconds > 0) await giveCard(db, user, seconds);
  await db.call({ user }, 'set_auto_top_up', { ...CHOICE, ...choice });
  return user;
}

async function begin(user: string): Promise<TopUp | undefined> {
  const rows = await db.rpc('service', 'begin_auto_top_up', { user_id: user });
  return rows[0] as unknown as TopUp | undefined;
}

async function begun(user: string): Promise<TopUp> {
  const topUp = await begin(user);
  if (!topUp) throw new Error('nothing was begun');
  return topUp;
}

async function isListed(user: string): Promise<boolean> {
  const rows = await db.rpc('service', 'list_due_auto_top_ups');
  return rows.some((row) => row.user_id === user);
}

function report(paymentId: string, outcome: string | null): Promise<Row> {
  return db.call('service', 'report_auto_top_up', { payment_id: paymentId, outcome });
}

function attach(topUp: TopUp): Promise<Row> {
  return db.call('service', 'attach_stripe_objects', {
    payment_id: topUp.payment_id,
    stripe_checkout_session_id: null,
    stripe_payment_intent_id: `pi_${topUp.payment_id}`,
  });
}

/** The intent of a top-up as Stripe shows it. */
function shown(topUp: TopUp, status: string, fields: Record<string, unknown> = {}) {
  return intent(
    { ...topUp, status: 'pending', is_replay: false, activation_code: null },
    status,
    fields,
  );
}

function apply(topUp: TopUp, status: string, fields: Record<string, unknown> = {}): Promise<Row> {
  return db.call('service', 'apply_stripe_object', { object: shown(topUp, status, fields) });
}

async function choiceOf(user: string): Promise<Row> {
  const [row] = await db.owner`select * from auto_top_ups where user_id = ${user}`;
  return row ?? {};
}

async function noticesOf(user: string): Promise<Row[]> {
  const rows = await db.owner`
    select kind, details, payment_id from notices where user_id = ${user} order by id`;
  return rows.map((row) => ({ ...row }));
}

async function paymentsOf(user: string): Promise<string[]> {
  const rows =
    await db.owner`select status from payments where user_id = ${user} order by created_at`;
  return rows.map((row) => String(row.status));
}

describe('the choice', () => {
  test('is off until it is made', async () => {
    const user = await signUp(db);
    expect(await isListed(user)).toBe(false);
    expect(await begin(user)).toBeUndefined();
  });

  test('is kept, and what is left out stays as it was', async () => {
    const user = await saver();
    const changed = await db.call({ user }, 'set_auto_top_up', {
      is_enabled: true,
      threshold_seconds: 1200,
    });
    expect(changed).toMatchObject({
      ...CHOICE,
      threshold_seconds: 1200,
      disabled_reason: null,
      disabled_at: null,
    });
  });

  test('switched off, says that its owner did it, and keeps the rest for the next time', async () => {
    const user = await saver();
    await db.call({ user }, 'set_auto_top_up', { is_enabled: false });
    expect(await choiceOf(user)).toMatchObject({
      ...CHOICE,
      is_enabled: false,
      disabled_reason: 'user',
      disabled_at: expect.any(Date),
    });
    expect(await isListed(user)).toBe(false);
    expect(await db.call({ user }, 'set_auto_top_up', { is_enabled: true })).toMatchObject(CHOICE);
  });

  test.each([
    ['is_enabled', { is_enabled: null }],
    ['package_id', { package_id: 'nope' }],
    ['threshold_seconds', { threshold_seconds: 59 }],
    ['threshold_seconds', { threshold_seconds: 86_401 }],
    ['threshold_seconds', { threshold_seconds: -1 }],
    ['payment_method_id', { payment_method_id: '' }],
    ['payment_method_id', { payment_method_id: '../pm' }],
    ['monthly_limit_cents', { monthly_limit_cents: 0 }],
    ['monthly_limit_cents', { monthly_limit_cents: 998 }],
    ['monthly_limit_cents', { monthly_limit_cents: 2_000_000_000 }],
  ])('with a bad %s is invalid_input and names it: %j', async (field, change) => {
    const user = await saver();
    const error = await db.refusal(db.call({ user }, 'set_auto_top_up', { ...CHOICE, ...change }));
    expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    expect(Object.keys(JSON.parse(error.detail ?? ''))).toEqual([field]);
    expect(await choiceOf(user)).toMatchObject(CHOICE);
  });

  test('names every field that is missing when it is first switched on', async () => {
    const user = await signUp(db);
    const error = await db.refusal(db.call({ user }, 'set_auto_top_up', { is_enabled: true }));
    expect(Object.keys(JSON.parse(error.detail ?? '')).toSorted()).toEqual([
      'monthly_limit_cents',
      'package_id',
      'payment_method_id',
      'threshold_seconds',
    ]);
    expect(await choiceOf(user)).toEqual({});
  });

  test('needs a saved payment method', async () => {
    const user = await signUp(db);
    const error = await db.refusal(db.call({ user }, 'set_auto_top_up', CHOICE));
    expect(JSON.parse(error.detail ?? '')).toEqual({
      payment_method_id: ['save a payment method first'],
    });
  });

  test('is not made by the inactive, who may still switch it off', async () => {
    const user = await saver();
    await db.owner`update profiles set is_active = false where id = ${user}`;
    expect(await db.refusal(db.call({ user }, 'set_auto_top_up', CHOICE))).toMatchObject({
      code: 'PT403',
      message: 'account_inactive',
    });
    await db.call({ user }, 'set_auto_top_up', { is_enabled: false });
    expect(await choiceOf(user)).toMatchObject({ is_enabled: false });
  });

  test('is made by nobody who is not signed in', async () => {
    const refused = db.as({ user: '' }, (sql) => sql`select set_auto_top_up(true)`);
    expect(await db.refusal(refused)).toMatchObject({ code: 'PT401' });
  });

  test('goes when its payment method is removed, and only then', async () => {
    const user = await saver();
    const forget = (payment_method_id: string) =>
      db.call('service', 'forget_payment_method', { user_id: user, payment_method_id });
    expect(await forget('pm_2')).toEqual({ is_auto_top_up_switched_off: false });
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
    expect(await forget('pm_1')).toEqual({ is_auto_top_up_switched_off: true });
    expect(await choiceOf(user)).toMatchObject({ disabled_reason: 'payment_method_gone' });
  });
});

describe('when time runs low', () => {
  test('the payment is there before anybody is asked for money', async () => {
    const user = await saver(599);
    expect(await isListed(user)).toBe(true);
    const topUp = await begun(user);
    expect(topUp).toMatchObject({
      action: 'charge',
      run: 1,
      user_id: user,
      status: 'pending',
      amount_cents: 999,
      currency: 'usd',
      package_name: 'Starter',
      stripe_customer_id: `cus_${user}`,
      stripe_payment_intent_id: null,
      payment_method_id: 'pm_1',
    });
    expect(await paymentRow(db, topUp.payment_id)).toMatchObject({
      user_id: user,
      status: 'pending',
      flow: 'payment_intent',
    });
    expect(await cardState(db, topUp.time_card_id)).toEqual({ status: 'pending', remaining: 3600 });
  });

  test('but not before: the threshold itself is enough time', async () => {
    const user = await saver(600);
    expect(await isListed(user)).toBe(false);
    expect(await begin(user)).toBeUndefined();
  });

  test('what an open session holds is time too', async () => {
    const user = await saver(700);
    await talk(db, user);
    expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 400 });
    expect(await begin(user)).toBeUndefined();
  });

  test('what has expired is not', async () => {
    const user = await saver();
    await giveCard(db, user, 3600, { expires_at: new Date(0) });
    expect(await begin(user)).toBeDefined();
  });

  test('nothing is bought for the inactive', async () => {
    const user = await saver();
    await db.owner`update profiles set is_active = false where id = ${user}`;
    expect(await isListed(user)).toBe(false);
    expect(await begin(user)).toBeUndefined();
  });

  test('twenty runs at once buy once', async () => {
    const user = await saver();
    const answers = await Promise.all(times(20, () => begin(user)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await paymentsOf(user)).toEqual(['pending']);
  });

  test('paid, it is time on a card, told of once, however often the news comes', async () => {
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    const event = stripeEvent(shown(topUp, 'succeeded'));
    await Promise.all([
      apply(topUp, 'succeeded'),
      apply(topUp, 'succeeded'),
      deliver(db, event),
      deliver(db, event),
    ]);
    expect(await cardState(db, topUp.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
    expect(await noticesOf(user)).toEqual([
      {
        kind: 'auto_top_up_succeeded',
        payment_id: topUp.payment_id,
        details: { package_id: 'starter_1h', amount_cents: 999, currency: 'usd' },
      },
    ]);
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
    expect(await isListed(user)).toBe(false);
  });

  test('at most once per hour, and no switching off and on gets around it', async () => {
    const user = await saver();
    await apply(await begun(user), 'succeeded');
    await talk(db, user);
    await db.owner`update auto_top_ups set threshold_seconds = 86400 where user_id = ${user}`;
    await db.advance(3590);
    await db.call({ user }, 'set_auto_top_up', { is_enabled: false });
    await db.call({ user }, 'set_auto_top_up', { is_enabled: true });
    expect(await begin(user)).toBeUndefined();
    await db.advance(11);
    expect(await begin(user)).toBeDefined();
  });

  test('within the limit of the calendar month, told of once, and again the next month', async () => {
    const user = await saver(0, { threshold_seconds: 86_400, monthly_limit_cents: 1998 });
    await startOfMonth();
    for (const expected of ['bought', 'bought', 'not', 'not']) {
      const topUp = await begin(user);
      expect(topUp ? 'bought' : 'not').toBe(expected);
      if (topUp) await apply(topUp, 'succeeded');
      await db.advance(3601);
    }
    expect(await isListed(user)).toBe(false);
    expect((await noticesOf(user)).map(({ kind }) => kind)).toEqual([
      'auto_top_up_succeeded',
      'auto_top_up_succeeded',
      'auto_top_up_limit_reached',
    ]);
    await db.advance(31 * 86_400);
    expect(await begin(user)).toBeDefined();
  });

  test('a new choice that the limit does not reach either is told of again', async () => {
    const user = await saver(0, { monthly_limit_cents: 1000 });
    await startOfMonth();
    await apply(await begun(user), 'succeeded');
    for (const threshold_seconds of [86_000, 86_400]) {
      await db.call({ user }, 'set_auto_top_up', { is_enabled: true, threshold_seconds });
      await db.advance(3601);
      expect(await begin(user)).toBeUndefined();
    }
    expect((await noticesOf(user)).map(({ kind }) => kind)).toEqual([
      'auto_top_up_succeeded',
      'auto_top_up_limit_reached',
      'auto_top_up_limit_reached',
    ]);
  });

  test('what was refused does not count towards the limit', async () => {
    const user = await saver(0, { monthly_limit_cents: 999 });
    await startOfMonth();
    const refused = await begun(user);
    await attach(refused);
    await apply(refused, 'requires_payment_method');
    await apply(refused, 'canceled');
    await db.call({ user }, 'set_auto_top_up', { is_enabled: true });
    await db.advance(3601);
    expect(await begin(user)).toBeDefined();
  });

  test('a package that is gone switches it off and is told of', async () => {
    const id = `p_${randomUUID().replaceAll('-', '_')}`;
    await db.owner`
      insert into packages (id, name, total_seconds, price_cents) values (${id}, 'Old', 600, 500)`;
    const user = await saver(0, { package_id: id });
    await db.owner`update packages set is_active = false where id = ${id}`;
    expect(await isListed(user)).toBe(true);
    expect(await begin(user)).toBeUndefined();
    expect(await choiceOf(user)).toMatchObject({
      is_enabled: false,
      disabled_reason: 'package_gone',
    });
    expect(await noticesOf(user)).toMatchObject([
      { kind: 'auto_top_up_failed', details: { reason: 'package_gone', is_switched_off: true } },
    ]);
    expect(await isListed(user)).toBe(false);
  });
});

/** Moves the clock to the second day of the next month, so that some hours are within one month. */
async function startOfMonth(): Promise<void> {
  await db.owner`
    update private.clock set "offset" = "offset" + (
      date_trunc('month', private.now(), 'UTC') + interval '1 month 1 day' - private.now())`;
}

describe('an unfinished one', () => {
  test('is in one pair of hands at a time, and in others when those let it fall', async () => {
    const user = await saver();
    const first = await begun(user);
    expect(await isListed(user)).toBe(false);
    expect(await begin(user)).toBeUndefined();
    await db.advance(181);
    expect(await isListed(user)).toBe(true);
    expect(await begun(user)).toMatchObject({ payment_id: first.payment_id, run: 2 });
  });

  test('that was put back is gone on with at once, as the same payment', async () => {
    const user = await saver();
    const first = await begun(user);
    await attach(first);
    expect(await report(first.payment_id, 'put_back')).toEqual({
      payment_id: first.payment_id,
      status: 'pending',
    });
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
    expect(await isListed(user)).toBe(true);
    expect(await begun(user)).toMatchObject({
      action: 'charge',
      run: 2,
      payment_id: first.payment_id,
      stripe_payment_intent_id: `pi_${first.payment_id}`,
    });
    expect(await paymentsOf(user)).toEqual(['pending']);
    expect(await noticesOf(user)).toEqual([]);
  });

  test('keeps any other from being begun, also after the hour', async () => {
    const user = await saver();
    await attach(await begun(user));
    await db.advance(7200);
    await begun(user);
    expect(await paymentsOf(user)).toEqual(['pending']);
  });

  test('that could not be begun at Stripe for an hour makes way for a new one', async () => {
    const user = await saver();
    const stuck = await begun(user);
    await db.advance(3601);
    expect(await begin(user)).toBeUndefined();
    expect(await paymentRow(db, stuck.payment_id)).toMatchObject({ status: 'canceled' });
    const next = await begun(user);
    expect(next.payment_id).not.toBe(stuck.payment_id);
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
    expect(await noticesOf(user)).toEqual([]);
  });

  const changes: [string, (user: string) => Promise<unknown>][] = [
    ['was switched off', (user) => db.call({ user }, 'set_auto_top_up', { is_enabled: false })],
    [
      'would use another card by now',
      (user) => db.call({ user }, 'set_auto_top_up', { ...CHOICE, payment_method_id: 'pm_2' }),
    ],
    ['has time again by other means', (user) => giveCard(db, user, 3600)],
    ['is inactive', (user) => db.owner`update profiles set is_active = false where id = ${user}`],
  ];

  test.each(changes)('is not charged any more when its owner %s', async (_, change) => {
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    await report(topUp.payment_id, 'put_back');
    await change(user);
    expect(await begun(user)).toMatchObject({ action: 'give_up', payment_id: topUp.payment_id });
    await apply(topUp, 'canceled');
    expect(await paymentsOf(user)).toEqual(['canceled']);
    expect(await noticesOf(user)).toEqual([]);
  });

  test.each(changes)(
    'is given up without Stripe, which never had it, when it %s',
    async (_, change) => {
      const user = await saver();
      const topUp = await begun(user);
      await report(topUp.payment_id, 'put_back');
      await change(user);
      expect(await begin(user)).toBeUndefined();
      expect(await paymentsOf(user)).toEqual(['canceled']);
      expect(await cardState(db, topUp.time_card_id)).toEqual({ status: 'revoked', revoked: 3600 });
    },
  );
});

describe('one that is refused', () => {
  test.each([
    ['card_declined', 'insufficient_funds', 'declined'],
    ['authentication_required', 'authentication_required', 'authentication_required'],
  ])('with %s is switched off and told of once, whoever brings the news', async (...row) => {
    const [code, decline_code, reason] = row;
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    const refusal = { last_payment_error: { code, decline_code, message: 'No.' } };
    const event = stripeEvent(shown(topUp, 'requires_payment_method', refusal));
    await Promise.all([
      apply(topUp, 'requires_payment_method', refusal),
      apply(topUp, 'requires_payment_method', refusal),
      deliver(db, event),
      report(topUp.payment_id, 'put_back'),
    ]);
    expect(await choiceOf(user)).toMatchObject({ is_enabled: false, disabled_reason: reason });
    expect(await noticesOf(user)).toEqual([
      {
        kind: 'auto_top_up_failed',
        payment_id: topUp.payment_id,
        details: {
          package_id: 'starter_1h',
          amount_cents: 999,
          currency: 'usd',
          reason,
          failure_code: decline_code,
          failure_message: 'No.',
          is_switched_off: true,
        },
      },
    ]);

    expect(await isListed(user)).toBe(true);
    expect(await begun(user)).toMatchObject({ action: 'give_up' });
    await apply(topUp, 'canceled');
    expect(await paymentRow(db, topUp.payment_id)).toMatchObject({
      status: 'canceled',
      failure_code: decline_code,
      failure_message: 'No.',
    });
    expect(await isListed(user)).toBe(false);
    expect(await noticesOf(user)).toHaveLength(1);
  });

  test('for a card that is gone needs no Stripe to be over', async () => {
    const user = await saver();
    const topUp = await begun(user);
    expect(await report(topUp.payment_id, 'payment_method_gone')).toMatchObject({
      status: 'canceled',
    });
    expect(await choiceOf(user)).toMatchObject({ disabled_reason: 'payment_method_gone' });
    expect(await noticesOf(user)).toMatchObject([
      { kind: 'auto_top_up_failed', details: { reason: 'payment_method_gone' } },
    ]);
    expect(await isListed(user)).toBe(false);
  });

  test('for a card that is gone still has its intent canceled, if there is one', async () => {
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    expect(await report(topUp.payment_id, 'payment_method_gone')).toMatchObject({
      status: 'failed',
    });
    expect(await begun(user)).toMatchObject({ action: 'give_up' });
  });

  test('leaves alone a choice that names another card by now', async () => {
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    await db.call({ user }, 'set_auto_top_up', { ...CHOICE, payment_method_id: 'pm_2' });
    await apply(topUp, 'requires_payment_method');
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true, payment_method_id: 'pm_2' });
    expect(await noticesOf(user)).toMatchObject([{ details: { is_switched_off: false } }]);
  });

  test('and succeeds after all is credited: money is never kept for nothing', async () => {
    const user = await saver();
    const topUp = await begun(user);
    await attach(topUp);
    await apply(topUp, 'requires_payment_method');
    await apply(topUp, 'succeeded');
    expect(await cardState(db, topUp.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
    expect(await isListed(user)).toBe(false);
    expect((await noticesOf(user)).map(({ kind }) => kind)).toEqual([
      'auto_top_up_failed',
      'auto_top_up_succeeded',
    ]);
    expect(await choiceOf(user)).toMatchObject({ is_enabled: false });
  });

  test('after it was paid stays paid', async () => {
    const user = await saver();
    const topUp = await begun(user);
    await apply(topUp, 'succeeded');
    expect(await report(topUp.payment_id, 'payment_method_gone')).toMatchObject({
      status: 'succeeded',
    });
    expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
  });
});

test.each([['nonsense'], [null]])('a report of %j is invalid_input', async (outcome) => {
  const { payment_id } = await begun(await saver());
  expect(await db.refusal(report(payment_id, outcome))).toMatchObject({
    message: 'invalid_input',
  });
});

test('a report on a payment that is no auto top-up is not_found', async () => {
  expect(await db.refusal(report(randomUUID(), 'put_back'))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});

test('of one payment each kind of notice is given once, whoever asks for it again', async () => {
  const user = await saver();
  const { payment_id } = await begun(user);
  for (const kind of ['auto_top_up_failed', 'auto_top_up_failed', 'auto_top_up_succeeded']) {
    await db.owner`select private.give_notice(${user}, ${kind}, '{}', ${payment_id})`;
  }
  expect((await noticesOf(user)).map(({ kind }) => kind)).toEqual([
    'auto_top_up_failed',
    'auto_top_up_succeeded',
  ]);
});

test('people mark their notices as read, theirs only, and change nothing else of them', async () => {
  const [user, stranger] = [await saver(), await signUp(db)];
  await apply(await begun(user), 'succeeded');
  const read = (reader: string) =>
    db.as({ user: reader }, (sql) => sql`update notices set read_at = now()`);
  expect((await read(stranger)).count).toBe(0);
  expect((await read(user)).count).toBe(1);
  const forged = db.as({ user }, (sql) => sql`update notices set details = '{}'`);
  expect(await db.refusal(forged)).toMatchObject({ code: '42501' });
});

test('beginning, paying, refusing, choosing and sweeping at once never stand in each other’s way', async () => {
  const savers = await Promise.all(times(5, () => saver()));
  const calls = savers.flatMap((user) =>
    times(4, async (n) => {
      const topUp = await begin(user);
      if (topUp) await attach(topUp);
      await db.call({ user }, 'set_auto_top_up', { is_enabled: n % 2 === 0 });
      if (topUp) {
        await Promise.all([
          apply(topUp, 'requires_payment_method'),
          report(topUp.payment_id, 'authentication_required'),
          apply(topUp, 'succeeded'),
        ]);
      }
      await db.call('service', 'run_maintenance');
    }),
  );
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  for (const user of savers) expect(await paymentsOf(user)).toEqual(['succeeded']);
});

test('the person is locked before their choice, as wherever both are', async () => {
  const user = await saver();
  const waiting: { call?: Promise<unknown> } = {};
  const free = await db.owner.begin(async (sql) => {
    await sql`select from profiles where id = ${user} for no key update`;
    waiting.call = begin(user);
    for (const _ of times(500, (index) => index)) {
      const [row] = await db.owner`
        select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      if (Number(row?.count) > 0) break;
    }
    return db.owner`select from auto_top_ups where user_id = ${user} for no key update skip locked`;
  });
  expect(free).toHaveLength(1);
  expect(await waiting.call).toBeDefined();
});

test('an ordinary purchase that is declined switches nothing off', async () => {
  const user = await saver(3600);
  const bought = await db.call('service', 'create_purchase', {
    user_id: user,
    package_id: 'starter_1h',
    flow: 'payment_intent',
  });
  await apply(bought as unknown as TopUp, 'requires_payment_method');
  expect(await choiceOf(user)).toMatchObject({ is_enabled: true });
  expect(await noticesOf(user)).toEqual([]);
});
