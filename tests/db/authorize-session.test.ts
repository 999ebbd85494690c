import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  offerAgent,
  authorize,
  cardState,
  customer,
  end,
  sessionRow,
  setSettings,
  settleUp,
  talk,
  times,
  traces,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

/** The error that an authorisation is refused with, after checking that it changed nothing. */
async function refusedWithoutTrace(user: string | null, agent: string | null) {
  const before = await traces(db);
  const call = db.call('service', 'authorize_session', { user_id: user, agent_type: agent });
  const error = await db.refusal(call);
  expect(await traces(db)).toEqual(before);
  expect(error.hint).toMatch(/\w+\.$/);
  return error;
}

test('authorising holds one slice and counts all the time the user can talk', async () => {
  const { user, card } = await customer(db, 3600);
  const session = await authorize(db, user);
  expect(session).toMatchObject({
    granted_seconds: 300,
    remaining_seconds: 3600,
    agent_type: 'basic',
  });
  expect(session.room_name).toBe(`session-${session.session_id}`);
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3300, held: 300 });
  expect(await violations(db)).toEqual([]);
});

test('less than a slice is held when less is left', async () => {
  const { user, card } = await customer(db, 40);
  expect(await authorize(db, user)).toMatchObject({ granted_seconds: 40, remaining_seconds: 40 });
  expect(await cardState(db, card)).toEqual({ status: 'active', held: 40 });
});

test.each([
  ['no user', null, 'basic'],
  ['no agent type', randomUUID(), null],
])('%s is invalid_input', async (_, user, agent) => {
  expect(await refusedWithoutTrace(user, agent)).toMatchObject({
    code: 'PT400',
    message: 'invalid_input',
  });
});

test('an unknown user is not_found', async () => {
  expect(await refusedWithoutTrace(randomUUID(), 'basic')).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});

test('an unknown agent type is not_found and named', async () => {
  const { user } = await customer(db);
  const error = await refusedWithoutTrace(user, 'nobody');
  expect(error).toMatchObject({ code: 'PT404', message: 'not_found' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ agent_type: 'nobody' });
});

test('an agent type that is not on offer is not_found', async () => {
  const { user } = await customer(db);
  const agent = await offerAgent(db, { is_active: false });
  expect(await refusedWithoutTrace(user, agent)).toMatchObject({ message: 'not_found' });
});

test('an inactive account is refused', async () => {
  const { user } = await customer(db);
  await db.owner`update profiles set is_active = false where id = ${user}`;
  expect(await refusedWithoutTrace(user, 'basic')).toMatchObject({
    code: 'PT403',
    message: 'account_inactive',
  });
});

test('somebody without a card has insufficient_balance', async () => {
  const error = await refusedWithoutTrace(await signUp(db), 'basic');
  expect(error).toMatchObject({ code: 'PT402', message: 'insufficient_balance' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ remaining_seconds: 0 });
});

test.each(['pending', 'frozen'])('time on a %s card is not usable', async (status) => {
  const { user, card } = await customer(db);
  await db.owner`alter table time_cards disable trigger transition`;
  await db.owner`update time_cards set status = ${status} where id = ${card}`;
  await db.owner`alter table time_cards enable trigger transition`;
  expect(await refusedWithoutTrace(user, 'basic')).toMatchObject({
    message: 'insufficient_balance',
  });
});

test('a card that has expired is not usable although no sweep has seen it yet', async () => {
  const { user, card } = await customer(db);
  await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
  expect(await refusedWithoutTrace(user, 'basic')).toMatchObject({
    message: 'insufficient_balance',
  });
});

test("somebody else's card is not usable", async () => {
  await customer(db);
  expect(await refusedWithoutTrace(await signUp(db), 'basic')).toMatchObject({
    message: 'insufficient_balance',
  });
});

test('a second session of one user is too_many_sessions, in the scope of the user', async () => {
  const { user } = await customer(db);
  await authorize(db, user);
  const error = await refusedWithoutTrace(user, 'basic');
  expect(error).toMatchObject({ code: 'PT429', message: 'too_many_sessions' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ limit: 1, scope: 'user' });
});

test('a session that is over makes room for the next', async () => {
  const { user } = await customer(db);
  await end(db, await talk(db, user), 0);
  expect(await authorize(db, user)).toMatchObject({ granted_seconds: 300 });
});

test('the limit of all sessions counts those of everybody', async () => {
  await setSettings(db, { max_sessions: 1 });
  const [one, other] = [await customer(db), await customer(db)];
  await authorize(db, one.user);
  const error = await refusedWithoutTrace(other.user, 'basic');
  expect(error).toMatchObject({ code: 'PT429', message: 'too_many_sessions' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ limit: 1, scope: 'all' });
});

test('cards burn by priority, then soonest expiry, then free before paid, then the oldest', async () => {
  const user = await signUp(db);
  const [{ now }] = (await db.owner`select private.now() as now`) as unknown as [{ now: Date }];
  const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
  // Dealt in another order than they must burn in.
  const fifth = await giveCard(db, user, 10, { price_cents: 999, created_at: days(-9) });
  const fourth = await giveCard(db, user, 10, { created_at: days(-1) });
  const third = await giveCard(db, user, 10, { created_at: days(-2) });
  const second = await giveCard(db, user, 10, { expires_at: days(5) });
  const first = await giveCard(db, user, 10, { expires_at: days(2), price_cents: 999 });
  const zeroth = await giveCard(db, user, 10, { priority: 1, price_cents: 999 });
  const last = await giveCard(db, user, 10, { priority: 200, expires_at: days(1) });

  const { session_id } = await authorize(db, user);

  const holds = await db.owner`
    select card_id from card_holds where session_id = ${session_id} order by position`;
  expect(holds.map((hold) => hold.card_id)).toEqual([
    zeroth,
    first,
    second,
    third,
    fourth,
    fifth,
    last,
  ]);
});

test('of two cards with the same expiry the free one burns first', async () => {
  const user = await signUp(db);
  const expires_at = new Date('2040-01-01');
  await giveCard(db, user, 300, { expires_at, price_cents: 999, created_at: new Date(0) });
  const free = await giveCard(db, user, 300, { expires_at });
  await authorize(db, user);
  expect(await cardState(db, free)).toMatchObject({ held: 300 });
});

test('no more cards are touched than the slice needs', async () => {
  const { user, card } = await customer(db, 200, { priority: 1 });
  const second = await giveCard(db, user, 200, { priority: 2 });
  const third = await giveCard(db, user, 200, { priority: 3 });
  await authorize(db, user);
  expect(await cardState(db, card)).toMatchObject({ held: 200 });
  expect(await cardState(db, second)).toMatchObject({ held: 100, remaining: 100 });
  expect(await cardState(db, third)).toEqual({ status: 'active', remaining: 200 });
});

test.each([
  [1500, 3600, 300, 2400],
  [333, 100, 100, 300],
  [1, 1, 1, 1000],
])(
  'at %i permille, %i card seconds grant %i and let the user talk for %i',
  async (rate_permille, seconds, granted_seconds, remaining_seconds) => {
    const agent = await offerAgent(db, { rate_permille });
    const { user } = await customer(db, seconds);
    expect(await authorize(db, user, agent)).toMatchObject({ granted_seconds, remaining_seconds });
  },
);

test('card seconds that do not pay for one second of talk are insufficient_balance', async () => {
  const agent = await offerAgent(db, { rate_permille: 1500 });
  const { user } = await customer(db, 1);
  expect(await refusedWithoutTrace(user, agent)).toMatchObject({ message: 'insufficient_balance' });
});

test('a slice is a second of talk at least, however dear the agent', async () => {
  await setSettings(db, { hold_slice_seconds: 1 });
  const agent = await offerAgent(db, { rate_permille: 5000 });
  const { user } = await customer(db, 3600);
  expect(await authorize(db, user, agent)).toMatchObject({
    granted_seconds: 5,
    remaining_seconds: 720,
  });
});

test('rate and minimum are the ones of the moment of authorisation', async () => {
  const agent = await offerAgent(db, { rate_permille: 1500, minimum_charge_seconds: 20 });
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user, agent);
  await db.owner`update agent_types set rate_permille = 1, minimum_charge_seconds = 0 where id = ${agent}`;
  expect(await sessionRow(db, session_id)).toMatchObject({
    rate_permille: 1500,
    minimum_charge_seconds: 20,
  });
});

test('a minimum charge above the slice is held in whole', async () => {
  const agent = await offerAgent(db, { minimum_charge_seconds: 400 });
  const { user } = await customer(db);
  expect(await authorize(db, user, agent)).toMatchObject({ granted_seconds: 400 });
});

test('less than the minimum charge is insufficient_balance and says what is there', async () => {
  const agent = await offerAgent(db, { minimum_charge_seconds: 60 });
  const { user } = await customer(db, 59);
  const error = await refusedWithoutTrace(user, agent);
  expect(error).toMatchObject({ code: 'PT402', message: 'insufficient_balance' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ remaining_seconds: 59 });
});

test('exactly the minimum charge is enough', async () => {
  const agent = await offerAgent(db, { minimum_charge_seconds: 60 });
  const { user } = await customer(db, 60);
  expect(await authorize(db, user, agent)).toMatchObject({ granted_seconds: 60 });
});

test('no more is held than the longest session may take', async () => {
  await setSettings(db, { max_session_seconds: 120 });
  const agent = await offerAgent(db, { rate_permille: 1500 });
  const { user } = await customer(db);
  expect(await authorize(db, user, agent)).toMatchObject({ granted_seconds: 180 });
});

test('20 authorisations at once share a card of 500 seconds as six slices of 75 and one of 50', async () => {
  await setSettings(db, { hold_slice_seconds: 75, max_sessions_per_user: 20 });
  const { user, card } = await customer(db, 500);

  const results = await Promise.allSettled(times(20, () => authorize(db, user)));

  const granted = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value.granted_seconds] : [],
  );
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason.message] : [],
  );
  expect(granted.toSorted((a, b) => b - a)).toEqual([75, 75, 75, 75, 75, 75, 50]);
  expect(refused).toEqual(times(13, () => 'insufficient_balance'));
  expect(await cardState(db, card)).toEqual({ status: 'active', held: 500 });
});

test('the limit of one user does not leak under 20 authorisations at once', async () => {
  await setSettings(db, { max_sessions_per_user: 3 });
  const { user } = await customer(db, 36_000);
  const results = await Promise.allSettled(times(20, () => authorize(db, user)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('the limit of all sessions does not leak under 30 users at once', async () => {
  await setSettings(db, { max_sessions: 7 });
  const users = await Promise.all(times(30, () => customer(db)));
  const results = await Promise.allSettled(users.map(({ user }) => authorize(db, user)));
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason.message] : [],
  );
  expect(refused).toEqual(times(23, () => 'too_many_sessions'));
  const [open] = await db.owner`select count(*) from voice_sessions where status = 'pending'`;
  expect(open).toEqual({ count: 7 });
});
