import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import { authorize, beat, customer, end, setSettings, settleUp, sweep, talk } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const balance = (user: string) => db.call({ user }, 'get_balance');

/** Which bucket a card's time is in by its status; pending and frozen cards keep what they have. */
const restingPlace: Record<string, [kind: string, bucket: string]> = {
  revoked: ['revoke', 'revoked'],
  used: ['use', 'used'],
  expired: ['expire', 'expired'],
};

/** Puts a card into a status, with its time where that status has it, whatever the state machine says. */
async function force(card: string, status: string) {
  await db.owner`alter table time_cards disable trigger transition`;
  await db.owner`update time_cards set status = ${status} where id = ${card}`;
  await db.owner`alter table time_cards enable trigger transition`;
  const place = restingPlace[status];
  if (place === undefined) return;
  await db.owner`
    select private.move_seconds(id, ${place[0]}, 'remaining', ${place[1]}, remaining_seconds)
    from time_cards where id = ${card}`;
}

test('somebody without a card has nothing, and that is low', async () => {
  expect(await balance(await signUp(db))).toEqual({
    remaining_seconds: 0,
    remaining_minutes: 0,
    held_seconds: 0,
    usable_cards: 0,
    next_expiry_at: null,
    is_low: true,
  });
});

test('minutes are rounded down, cards are counted, the soonest expiry is told', async () => {
  const { user } = await customer(db, 3599);
  const soon = new Date('2039-01-01');
  await giveCard(db, user, 120, { expires_at: new Date('2040-01-01') });
  await giveCard(db, user, 60, { expires_at: soon });
  expect(await balance(user)).toEqual({
    remaining_seconds: 3779,
    remaining_minutes: 62,
    held_seconds: 0,
    usable_cards: 3,
    next_expiry_at: soon,
    is_low: false,
  });
});

test('time held by an open session is told apart and still counts against low', async () => {
  await setSettings(db, { low_balance_seconds: 3599 });
  const { user } = await customer(db, 3600);
  await authorize(db, user);
  expect(await balance(user)).toMatchObject({
    remaining_seconds: 3300,
    held_seconds: 300,
    is_low: false,
  });
});

test('time that was talked is gone from it', async () => {
  const { user } = await customer(db, 3600);
  const session = await talk(db, user);
  await db.advance(100);
  await beat(db, session, 1, 90);
  await end(db, session, 95);
  expect(await balance(user)).toMatchObject({ remaining_seconds: 3505, held_seconds: 0 });
});

test('the balance is low at the threshold and not one second above it', async () => {
  await setSettings(db, { low_balance_seconds: 600 });
  const [at, above] = [await customer(db, 600), await customer(db, 601)];
  expect(await balance(at.user)).toMatchObject({ is_low: true });
  expect(await balance(above.user)).toMatchObject({ is_low: false });
});

test.each(['pending', 'frozen', 'revoked', 'used', 'expired'])(
  'time on a %s card does not count',
  async (status) => {
    const { user, card } = await customer(db, 3600);
    await force(card, status);
    expect(await balance(user)).toMatchObject({
      remaining_seconds: 0,
      usable_cards: 0,
      next_expiry_at: null,
    });
  },
);

test('a card that has expired does not count although no sweep has seen it yet', async () => {
  const { user, card } = await customer(db, 3600);
  await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
  expect(await balance(user)).toMatchObject({
    remaining_seconds: 0,
    usable_cards: 0,
    next_expiry_at: null,
  });
});

test('held time on a card that expired meanwhile is still told', async () => {
  const { user, card } = await customer(db, 3600);
  const { session_id } = await authorize(db, user);
  await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
  await sweep(db);
  expect(await balance(user)).toMatchObject({ remaining_seconds: 0, held_seconds: 300 });
  await end(db, session_id, 0);
});

test('a card that is held in whole has nothing left to use', async () => {
  const { user } = await customer(db, 100);
  await authorize(db, user);
  expect(await balance(user)).toMatchObject({
    remaining_seconds: 0,
    held_seconds: 100,
    usable_cards: 0,
  });
});

test("other people's cards do not count, nor does a gift that somebody else owns now", async () => {
  const giver = await signUp(db);
  await customer(db, 3600, { purchaser_id: giver, source: 'promo' });
  expect(await balance(giver)).toMatchObject({ remaining_seconds: 0 });
});

test('an inactive user can read it', async () => {
  const { user } = await customer(db, 3600);
  await db.owner`update profiles set is_active = false where id = ${user}`;
  expect(await balance(user)).toMatchObject({ remaining_seconds: 3600 });
});

test('a visitor may not call it', async () => {
  expect((await db.refusal(db.call('anon', 'get_balance'))).code).toBe('42501');
});

test('a token without a user is not_authenticated', async () => {
  expect(await db.refusal(balance(''))).toMatchObject({
    code: 'PT401',
    message: 'not_authenticated',
  });
});
