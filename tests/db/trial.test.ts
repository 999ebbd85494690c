import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  cardState,
  customer,
  end,
  paidPurchase,
  setSettings,
  settleUp,
  talk,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const cardsOf = (user: string) => db.owner`select * from time_cards where owner_id = ${user}`;

test('nobody is given time to try it out unless the settings say so', async () => {
  expect(await cardsOf(await signUp(db))).toHaveLength(0);
});

test('whoever signs up is given what the settings say, apart from what is paid for', async () => {
  await setSettings(db, { trial_seconds: 600 });
  const user = await signUp(db);
  const cards = await cardsOf(user);
  expect(cards).toHaveLength(1);
  expect(cards[0]).toMatchObject({
    source: 'trial',
    status: 'active',
    total_seconds: 600,
    remaining_seconds: 600,
    price_cents: 0,
    purchaser_id: null,
    package_id: null,
    expires_at: null,
    activated_at: expect.any(Date),
  });
  expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 600 });
  const entries = await db.owner`
    select kind, to_bucket, seconds from ledger_entries where card_id = ${String(cards[0]?.id)}`;
  expect(entries.map((entry) => ({ ...entry }))).toEqual([
    { kind: 'issue', to_bucket: 'remaining', seconds: 600 },
  ]);
});

test('a change of the settings gives nothing to those who are there, nor takes it from them', async () => {
  const before = await signUp(db);
  await setSettings(db, { trial_seconds: 600 });
  const user = await signUp(db);
  await setSettings(db, { trial_seconds: 0 });
  const after = await signUp(db);
  expect(await cardsOf(before)).toHaveLength(0);
  expect(await cardsOf(user)).toHaveLength(1);
  expect(await cardsOf(after)).toHaveLength(0);
});

test('whatever else changes in a person gives no second trial', async () => {
  await setSettings(db, { trial_seconds: 600 });
  const user = await signUp(db);
  await db.owner`update auth.users set email = 'new@example.com', last_sign_in_at = now() where id = ${user}`;
  await db.owner`update profiles set is_active = false where id = ${user}`;
  await db.owner`update profiles set is_active = true where id = ${user}`;
  expect(await cardsOf(user)).toHaveLength(1);
});

test('a person cannot have two', async () => {
  await setSettings(db, { trial_seconds: 600 });
  const user = await signUp(db);
  const second = db.owner`
    insert into time_cards (owner_id, source, status) values (${user}, 'trial', 'active')`;
  expect((await db.refusal(second)).code).toBe('23505');
});

test('a sign-up that is refused leaves no trial behind', async () => {
  await setSettings(db, { trial_seconds: 600 });
  const before = await db.owner`select count(*) from time_cards`;
  expect(await db.refusal(signUp(db, 'X'))).toMatchObject({ message: 'invalid_input' });
  expect(await db.owner`select count(*) from time_cards`).toEqual(before);
});

test('twenty sign-ups at once are given one each', async () => {
  await setSettings(db, { trial_seconds: 60 });
  const users = await Promise.all(times(20, () => signUp(db)));
  const rows = await db.owner`
    select owner_id from time_cards where source = 'trial' and owner_id in ${db.owner(users)}`;
  expect(new Set(rows.map(({ owner_id }) => owner_id)).size).toBe(20);
  expect(rows).toHaveLength(20);
});

test('the trial is talked before a paid card of the same expiry, and after one that expires', async () => {
  await setSettings(db, { trial_seconds: 600 });
  const user = await signUp(db);
  const trial = String((await cardsOf(user))[0]?.id);
  const bought = await paidPurchase(db, user);
  const session = await talk(db, user);
  await db.advance(100);
  await end(db, session, 100);
  expect(await cardState(db, trial)).toEqual({ status: 'active', remaining: 600 });

  await db.owner`update time_cards set expires_at = null where id = ${bought.time_card_id}`;
  const second = await talk(db, user);
  await db.advance(100);
  await end(db, second, 100);
  expect(await cardState(db, trial)).toEqual({ status: 'active', remaining: 500, used: 100 });
});

test.each([-1, 86_401])('%i seconds cannot be set', async (trial_seconds) => {
  expect((await db.refusal(setSettings(db, { trial_seconds }))).code).toBe('23514');
});

test('cards of other sources are not limited to one', async () => {
  const { user } = await customer(db, 60);
  await db.owner`insert into time_cards (owner_id, source) values (${user}, 'grant'), (${user}, 'grant')`;
  expect(await cardsOf(user)).toHaveLength(3);
});
