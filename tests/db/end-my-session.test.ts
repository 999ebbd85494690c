import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  authorize,
  cardState,
  customer,
  end,
  sessionRow,
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

function endMine(user: string, session_id: string | null) {
  return db.call({ user }, 'end_my_session', { session_id });
}

test('a session that nobody joined is released at once', async () => {
  const { user, card } = await customer(db);
  const { session_id } = await authorize(db, user);
  expect(await endMine(user, session_id)).toEqual({ session_id, status: 'completed' });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
  expect(await sessionRow(db, session_id)).toMatchObject({
    settled_by: 'user',
    end_proof: 'none',
    billed_seconds: 0,
  });
});

test('an active session is asked to end and goes on until the agent ends it', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  expect(await endMine(user, session)).toEqual({ session_id: session, status: 'active' });
  expect(await sessionRow(db, session)).toMatchObject({
    end_requested_at: expect.any(Date),
    end_requested_by: user,
  });
});

test('asking again changes nothing', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await endMine(user, session);
  const { end_requested_at } = await sessionRow(db, session);
  await db.advance(10);
  expect(await endMine(user, session)).toEqual({ session_id: session, status: 'active' });
  expect((await sessionRow(db, session)).end_requested_at).toEqual(end_requested_at);
});

test('a session that is over stays as it is', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await end(db, session, 0);
  const before = await sessionRow(db, session);
  expect(await endMine(user, session)).toEqual({ session_id: session, status: 'completed' });
  expect(await sessionRow(db, session)).toEqual(before);
});

test('released ten times at once, the time comes back once', async () => {
  const { user, card } = await customer(db);
  const { session_id } = await authorize(db, user);
  await Promise.all(times(10, () => endMine(user, session_id)));
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
});

test("somebody else's session is not_found and untouched", async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  const before = await sessionRow(db, session);
  expect(await db.refusal(endMine(await signUp(db), session))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
  expect(await sessionRow(db, session)).toEqual(before);
});

test.each([
  ['an unknown session', randomUUID()],
  ['no session', null],
])('%s is not_found', async (_, session) => {
  expect(await db.refusal(endMine(await signUp(db), session))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});

test('an inactive user can still end', async () => {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  await db.owner`update profiles set is_active = false where id = ${user}`;
  expect(await endMine(user, session_id)).toMatchObject({ status: 'completed' });
});

test('a token without a user is not_authenticated', async () => {
  expect(await db.refusal(endMine('', randomUUID()))).toMatchObject({
    code: 'PT401',
    message: 'not_authenticated',
  });
});

test('a visitor may not call it at all', async () => {
  const call = db.call('anon', 'end_my_session', { session_id: randomUUID() });
  expect((await db.refusal(call)).code).toBe('42501');
});
