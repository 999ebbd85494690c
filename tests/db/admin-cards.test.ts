import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
} from '../support/database.ts';
import {
  audited,
  auditCount,
  causedByAdmins,
  fieldErrors,
  type Staff,
  staff,
} from './admin-scenario.ts';
import {
  authorize,
  beat,
  cardState,
  customer,
  deliver,
  end,
  intent,
  paymentRow,
  purchase,
  sessionRow,
  settleUp,
  stripeEvent,
  sweep,
  talk,
  times,
  traces,
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

function grant(
  user_id: string,
  seconds: number | string | null,
  args: Record<string, unknown> = {},
) {
  return db.call({ user: people.admin }, 'admin_grant_time', {
    user_id,
    seconds,
    reason: 'goodwill',
    ...args,
  });
}

function revoke(time_card_id: string): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_revoke_card', { time_card_id, reason: 'abuse' });
}

function extend(time_card_id: string, expires_at: string | null): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_extend_card', {
    time_card_id,
    expires_at,
    reason: 'was ill',
  });
}

/** The business clock so many days from now. */
async function daysAhead(days: number): Promise<string> {
  const [row] =
    await db.owner`select private.now() + make_interval(secs => ${days * 86_400}) as at`;
  return new Date(row?.at as Date).toISOString();
}

/** A date that JavaScript cannot say, as PostgREST would pass it on. */
function withDate(name: string, args: string, date: string): Promise<unknown> {
  return db.as({ user: people.admin }, (sql) =>
    sql.unsafe(`select * from public.${name}(${args}, expires_at => '${date}')`),
  );
}

/** A payment and its card, paid. */
async function bought(user: string) {
  const sale = await purchase(db, user);
  await deliver(db, stripeEvent(intent(sale, 'succeeded')));
  return sale;
}

test('granted time is a free card that can be used at once', async () => {
  const { user } = await customer(db, 60);
  const expires = await daysAhead(30);
  const granted = await grant(user, 600, { expires_at: expires });
  const card = String(granted.time_card_id);
  expect(granted).toEqual({
    time_card_id: card,
    total_seconds: 600,
    expires_at: new Date(expires),
  });
  const [row] = await db.owner`
    select owner_id, purchaser_id, source, status, priority, price_cents, remaining_seconds, activated_at
    from time_cards where id = ${card}`;
  expect(row).toEqual({
    owner_id: user,
    purchaser_id: null,
    source: 'grant',
    status: 'active',
    priority: 100,
    price_cents: 0,
    remaining_seconds: 600,
    activated_at: expect.any(Date),
  });
  expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 660 });
  expect(await causedByAdmins(db, card)).toEqual([
    { kind: 'issue', from: null, to: 'remaining', seconds: 600, action: 'admin_grant_time' },
  ]);
  expect(await audited(db, card)).toEqual([
    {
      actor: people.admin,
      action: 'admin_grant_time',
      table: 'time_cards',
      before: null,
      after: { owner_id: user, total_seconds: 600, expires_at: expect.any(String) },
      reason: 'goodwill',
    },
  ]);
});

test('a grant without an expiry lasts for ever, and a second one is a second card', async () => {
  const { user } = await customer(db, 60);
  const first = await grant(user, 1);
  const second = await grant(user, 31_536_000);
  expect(first).toMatchObject({ total_seconds: 1, expires_at: null });
  expect(second).toMatchObject({ total_seconds: 31_536_000, expires_at: null });
  expect(first.time_card_id).not.toBe(second.time_card_id);
});

test('a grant that is repeated under its key, also at once, gives once', async () => {
  const { user } = await customer(db, 60);
  const expires_at = await daysAhead(30);
  for (const args of [{}, { expires_at }]) {
    const key = { idempotency_key: randomUUID(), ...args };
    const cards = await Promise.all(times(5, () => grant(user, 600, key)));
    expect(new Set(cards.map((card) => card.time_card_id)).size).toBe(1);
    expect(cards[4]).toEqual(cards[0]);
  }
  expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 1260 });
});

test('a key stands for one grant: another one under it is idempotency_conflict', async () => {
  const { user } = await customer(db, 60);
  const key = { idempotency_key: randomUUID() };
  await grant(user, 600, key);
  const expires_at = await daysAhead(1);
  const others = [
    () => grant(user, 601, key),
    () => grant(people.user, 600, key),
    () => grant(user, 600, { ...key, expires_at }),
    () => grant(user, 600, { ...key, reason: 'more goodwill' }),
    () =>
      db.rpc({ user: people.admin }, 'admin_issue_codes', {
        package_id: 'starter_1h',
        quantity: 1,
        reason: 'goodwill',
        ...key,
      }),
  ];
  for (const other of others) {
    expect(await db.refusal(other())).toMatchObject({
      code: 'PT409',
      message: 'idempotency_conflict',
    });
  }
  const errors = await fieldErrors(db, grant(user, 600, { idempotency_key: '' }));
  expect(Object.keys(errors)).toEqual(['idempotency_key']);
});

test('somebody who is inactive can be granted time', async () => {
  const { user } = await customer(db, 60);
  await db.owner`update profiles set is_active = false where id = ${user}`;
  expect(await grant(user, 60)).toMatchObject({ total_seconds: 60 });
});

test.each([0, -1, 1.5, 0.999, 31_536_001, Number.MAX_SAFE_INTEGER, 1e300, 'NaN', 'Infinity', null])(
  'a grant of %s seconds is invalid_input and gives nothing',
  async (seconds) => {
    const { user } = await customer(db, 60);
    const before = { ...(await traces(db)), audits: await auditCount(db) };
    expect(await fieldErrors(db, grant(user, seconds))).toEqual({
      seconds: ['must be a whole number from 1 to 31536000'],
    });
    expect({ ...(await traces(db)), audits: await auditCount(db) }).toEqual(before);
  },
);

test('all that is wrong with a grant is told at once', async () => {
  const { user } = await customer(db, 60);
  expect(
    await fieldErrors(db, grant(user, 0, { expires_at: '2001-01-01T00:00:00Z', reason: ' ' })),
  ).toEqual({
    seconds: [expect.any(String)],
    expires_at: ['must lie in the future'],
    reason: ['must be given'],
  });
});

test.each([
  ['infinity', 'must be a date, or null for never'],
  ['-infinity', 'must be a date, or null for never'],
  ['290000-01-01', 'must be before 9999'],
  ['2001-01-01', 'must lie in the future'],
])('the expiry %s is invalid_input for a grant and for an extension', async (date, sentence) => {
  const { user } = await customer(db, 60);
  const card = await giveCard(db, user, 60, { expires_at: await daysAhead(1) });
  for (const [name, args] of [
    ['admin_grant_time', `user_id => '${user}', seconds => 60, reason => 'a test'`],
    ['admin_extend_card', `time_card_id => '${card}', reason => 'a test'`],
  ] as const) {
    expect(await fieldErrors(db, withDate(name, args, date))).toEqual({ expires_at: [sentence] });
  }
});

test('time granted during a call clears final and is talked', async () => {
  const { user, card } = await customer(db, 100);
  const session = await talk(db, user);
  await db.advance(50);
  expect(await beat(db, session, 1, 50)).toMatchObject({ final: true, granted_until_seconds: 100 });
  const { time_card_id } = await grant(user, 600);
  expect(await beat(db, session, 2, 50)).toMatchObject({
    final: false,
    action: 'continue',
    granted_until_seconds: 400,
  });
  await db.advance(150);
  await end(db, session, 200);
  expect(await cardState(db, card)).toEqual({ status: 'used', used: 100 });
  expect(await cardState(db, String(time_card_id))).toEqual({
    status: 'active',
    remaining: 500,
    used: 100,
  });
});

test('a revoked card loses all that is left on it', async () => {
  const { user, card } = await customer(db, 600);
  const session = await talk(db, user);
  await db.advance(100);
  await end(db, session, 100);
  expect(await revoke(card)).toMatchObject({
    id: card,
    status: 'revoked',
    remaining_seconds: 0,
    used_seconds: 100,
    revoked_seconds: 500,
  });
  expect((await db.refusal(authorize(db, user))).message).toBe('insufficient_balance');
  expect(await causedByAdmins(db, card)).toEqual([
    { kind: 'revoke', from: 'remaining', to: 'revoked', seconds: 500, action: 'admin_revoke_card' },
  ]);
  expect(await audited(db, card)).toEqual([
    {
      actor: people.admin,
      action: 'admin_revoke_card',
      table: 'time_cards',
      before: { status: 'active', remaining_seconds: 500, revoked_seconds: 0 },
      after: { status: 'revoked', remaining_seconds: 0, revoked_seconds: 500 },
      reason: 'abuse',
    },
  ]);
});

test('revoking twice is illegal_transition and changes nothing', async () => {
  const { card } = await customer(db, 600);
  await revoke(card);
  const audits = await auditCount(db);
  expect(await db.refusal(revoke(card))).toMatchObject(illegal);
  expect(await cardState(db, card)).toEqual({ status: 'revoked', revoked: 600 });
  expect(await auditCount(db)).toBe(audits);
});

test('a card that is revoked during a call ends it, bills what was talked, and takes the rest', async () => {
  const { user, card } = await customer(db, 900);
  const session = await talk(db, user);
  await db.advance(50);
  await beat(db, session, 1, 40);
  expect(await revoke(card)).toMatchObject({ held_seconds: 600, revoked_seconds: 300 });
  // Time on another card does not keep the call alive: the session holds seconds that are taken back.
  await giveCard(db, user, 5000);
  expect(await beat(db, session, 2, 45)).toMatchObject({ action: 'end' });
  await end(db, session, 50);
  expect(await cardState(db, card)).toEqual({ status: 'revoked', used: 50, revoked: 850 });
  expect(await sessionRow(db, session)).toMatchObject({ billed_seconds: 50 });
});

test('cards in every other state can be revoked', async () => {
  const { user, card: used } = await customer(db, 60);
  const session = await talk(db, user);
  await db.advance(60);
  await end(db, session, 60);
  expect(await revoke(used)).toMatchObject({ status: 'revoked', used_seconds: 60 });

  const expired = await giveCard(db, user, 60, { expires_at: await daysAhead(0) });
  await sweep(db);
  expect(await revoke(expired)).toMatchObject({ status: 'revoked', expired_seconds: 60 });

  const frozen = await giveCard(db, user, 60);
  await db.owner`update time_cards set status = 'frozen' where id = ${frozen}`;
  expect(await revoke(frozen)).toMatchObject({ status: 'revoked', revoked_seconds: 60 });
});

test('a code whose card is revoked opens nothing', async () => {
  const [issued] = await db.rpc({ user: people.admin }, 'admin_issue_codes', {
    package_id: 'starter_1h',
    quantity: 1,
    reason: 'a fair',
  });
  expect(await revoke(String(issued?.time_card_id))).toMatchObject({ revoked_seconds: 3600 });
  const answer = await db.call({ user: people.user }, 'redeem_code', {
    code: issued?.activation_code,
  });
  expect(answer.redeem_code).toMatchObject({ message: 'code_not_accepted' });
});

test('a card that was paid for can be revoked, and stays so when Stripe repeats itself', async () => {
  const { user } = await customer(db, 60);
  const sale = await bought(user);
  await revoke(sale.time_card_id);
  await deliver(db, stripeEvent(intent(sale, 'succeeded')));
  expect(await paymentRow(db, sale.payment_id)).toMatchObject({ status: 'succeeded' });
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'revoked', revoked: 3600 });
});

test('a card that is revoked before it is paid comes back when the money does', async () => {
  const { user } = await customer(db, 60);
  const sale = await purchase(db, user);
  await revoke(sale.time_card_id);
  await deliver(db, stripeEvent(intent(sale, 'succeeded')));
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
});

test('an active card lasts longer, up to for ever', async () => {
  const { user } = await customer(db, 60);
  const first = await daysAhead(1);
  const card = await giveCard(db, user, 600, { expires_at: first });
  const later = await daysAhead(2);
  expect(await extend(card, later)).toMatchObject({
    status: 'active',
    expires_at: new Date(later),
    remaining_seconds: 600,
  });
  expect(await extend(card, null)).toMatchObject({ status: 'active', expires_at: null });
  const [entry] = await audited(db, card);
  expect(entry).toMatchObject({
    actor: people.admin,
    action: 'admin_extend_card',
    table: 'time_cards',
    before: { status: 'active', expired_seconds: 0 },
    after: { status: 'active', expired_seconds: 0 },
    reason: 'was ill',
  });
  const dates = [entry?.before, entry?.after].map((at) => (at as Row).expires_at);
  expect(dates.map((date) => new Date(String(date)))).toEqual([new Date(first), new Date(later)]);
  expect(await causedByAdmins(db, card)).toEqual([]);
});

test('an expired card comes back with all that had expired', async () => {
  const { user } = await customer(db, 60, { expires_at: await daysAhead(0) });
  const card = await giveCard(db, user, 600, { expires_at: await daysAhead(0) });
  await sweep(db);
  expect(await cardState(db, card)).toEqual({ status: 'expired', expired: 600 });
  await extend(card, await daysAhead(1));
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 600 });
  expect(await causedByAdmins(db, card)).toEqual([
    {
      kind: 'reinstate',
      from: 'expired',
      to: 'remaining',
      seconds: 600,
      action: 'admin_extend_card',
    },
  ]);
  expect(await authorize(db, user)).toMatchObject({ granted_seconds: 300 });
});

test('an expired card that a call still holds comes back, and so does what the call does not use', async () => {
  const { user } = await customer(db, 1);
  const card = await giveCard(db, user, 200, { expires_at: await daysAhead(0.001), priority: 1 });
  const session = await talk(db, user);
  await db.advance(100);
  await beat(db, session, 1, 60);
  await db.advance(80);
  await sweep(db);
  expect(await cardState(db, card)).toEqual({ status: 'expired', held: 200 });
  await extend(card, null);
  await end(db, session, 150);
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 50, used: 150 });
});

test('time that expired in a call just before the sweep comes back too', async () => {
  const { user } = await customer(db, 1);
  const card = await giveCard(db, user, 200, { expires_at: await daysAhead(0.001), priority: 1 });
  const session = await talk(db, user);
  await db.advance(100);
  await end(db, session, 60);
  expect(await cardState(db, card)).toMatchObject({ used: 60, expired: 140 });
  await extend(card, null);
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 140, used: 60 });
});

test('a frozen card lasts longer and stays frozen', async () => {
  const { user } = await customer(db, 60);
  const sale = await bought(user);
  const dispute = {
    id: `dp_${sale.payment_id}`,
    object: 'dispute',
    status: 'needs_response',
    amount: 999,
    currency: 'usd',
    payment_intent: `pi_${sale.payment_id}`,
    charge: `ch_${sale.payment_id}`,
  };
  await deliver(db, stripeEvent(dispute));
  await db.advance(400 * 86_400);
  await extend(sale.time_card_id, await daysAhead(30));
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'frozen', remaining: 3600 });
  await deliver(db, stripeEvent({ ...dispute, status: 'won' }));
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
});

test('an expired card whose payment is disputed does not come back before the verdict', async () => {
  const { user } = await customer(db, 60);
  const sale = await bought(user);
  await db.advance(366 * 86_400);
  await sweep(db);
  const dispute = {
    id: `dp_${sale.payment_id}`,
    object: 'dispute',
    status: 'needs_response',
    amount: 999,
    currency: 'usd',
    payment_intent: `pi_${sale.payment_id}`,
  };
  await deliver(db, stripeEvent(dispute));
  expect(await db.refusal(extend(sale.time_card_id, null))).toMatchObject(illegal);
  await deliver(db, stripeEvent({ ...dispute, status: 'won' }));
  expect(await extend(sale.time_card_id, null)).toMatchObject({ status: 'active' });
});

test('an expired card that was refunded in part comes back with what was not refunded', async () => {
  const { user } = await customer(db, 60);
  const sale = await bought(user);
  await db.advance(366 * 86_400);
  await sweep(db);
  await deliver(
    db,
    stripeEvent({
      id: `ch_${sale.payment_id}`,
      object: 'charge',
      status: 'succeeded',
      paid: true,
      captured: true,
      amount: 999,
      amount_captured: 999,
      amount_refunded: 333,
      currency: 'usd',
      payment_intent: `pi_${sale.payment_id}`,
    }),
  );
  await extend(sale.time_card_id, null);
  expect(await cardState(db, sale.time_card_id)).toEqual({
    status: 'active',
    remaining: 2400,
    revoked: 1200,
  });
});

test('an expiry that is not later than now is refused by field', async () => {
  const { user, card: endless } = await customer(db, 60);
  const at = await daysAhead(5);
  const card = await giveCard(db, user, 60, { expires_at: at });
  const sooner = { expires_at: ['must be later than the card expires now'] };
  expect(await fieldErrors(db, extend(card, await daysAhead(4)))).toEqual(sooner);
  expect(await fieldErrors(db, extend(card, at))).toEqual(sooner);
  expect(await fieldErrors(db, extend(endless, null))).toEqual(sooner);
  expect(await fieldErrors(db, extend(endless, at))).toEqual(sooner);
});

test('cards whose expiry makes no difference are illegal_transition', async () => {
  const { user, card: used } = await customer(db, 60);
  const session = await talk(db, user);
  await db.advance(60);
  await end(db, session, 60);
  const { card: revoked } = await customer(db, 60);
  await revoke(revoked);
  const { time_card_id: pending } = await purchase(db, user);

  const other = await customer(db, 60, { expires_at: await daysAhead(0.0005) });
  const call = await talk(db, other.user);
  await db.advance(60);
  await sweep(db);
  await end(db, call, 60);
  expect(await cardState(db, other.card)).toEqual({ status: 'expired', used: 60 });

  for (const card of [used, revoked, pending, other.card]) {
    expect(await db.refusal(extend(card, null))).toMatchObject(illegal);
  }
});

test('support and plain users cannot reach a card of theirs or others', async () => {
  const { user, card } = await customer(db, 60);
  const acts: [string, Record<string, unknown>][] = [
    ['admin_revoke_card', { time_card_id: card }],
    ['admin_extend_card', { time_card_id: card, expires_at: null }],
    ['admin_grant_time', { user_id: user, seconds: 60 }],
  ];
  for (const caller of [user, people.support]) {
    for (const [name, args] of acts) {
      const call = db.call({ user: caller }, name, { ...args, reason: 'mine' });
      expect(await db.refusal(call)).toMatchObject({ code: 'PT403', message: 'not_allowed' });
    }
  }
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 60 });
});
