import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  authorize,
  beat,
  customer,
  end,
  sessionRow,
  setSettings,
  settleUp,
  talk,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function start(session_id: string, worker_id: string | null = 'worker-1') {
  return db.call('service', 'start_session', { session_id, worker_id });
}

test('starting a session starts its clock and tells the worker all it needs', async () => {
  const { user } = await customer(db, 2000);
  await db.owner`update profiles set preferences = '{"voice": "calm"}' where id = ${user}`;
  const { session_id } = await authorize(db, user);
  expect(await start(session_id)).toEqual({
    session_id,
    status: 'active',
    agent_type: 'basic',
    user_id: user,
    full_name: 'Ada Lovelace',
    preferences: { voice: 'calm' },
    started_at: expect.any(Date),
    used_seconds: 0,
    granted_until_seconds: 300,
    remaining_seconds: 2000,
    low_balance: false,
    final: false,
    heartbeat_seq: 0,
    heartbeat_interval_seconds: 15,
    low_balance_seconds: 1800,
    last_minute_seconds: 60,
    session_timeout_seconds: 1800,
    kind: 'basic',
    instructions: null,
    voice: null,
    greeting: null,
    agent_state: {},
    keep_transcripts: true,
  });
});

test('a repeated start changes nothing', async () => {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  const first = await start(session_id);
  await db.advance(30);
  expect(await start(session_id)).toEqual(first);
});

test('ten starts at once give one start', async () => {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  const answers = await Promise.all(Array.from({ length: 10 }, () => start(session_id)));
  expect(new Set(answers.map((answer) => String(answer.started_at))).size).toBe(1);
});

test('another worker takes a session over and goes on counting', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 4, 55);
  expect(await start(session, 'worker-2')).toMatchObject({ used_seconds: 55, heartbeat_seq: 4 });
  expect(await sessionRow(db, session)).toMatchObject({ worker_id: 'worker-2' });
});

test('a session whose time is all granted already starts as final and low', async () => {
  const { user } = await customer(db, 300);
  const { session_id } = await authorize(db, user);
  expect(await start(session_id)).toMatchObject({ final: true, low_balance: true });
});

test('the balance is low at the threshold and not one second above it', async () => {
  await setSettings(db, { low_balance_seconds: 500 });
  const [at, above] = [await customer(db, 500), await customer(db, 501)];
  const sessions = [await authorize(db, at.user), await authorize(db, above.user)];
  const answers = await Promise.all(sessions.map(({ session_id }) => start(session_id)));
  expect(answers.map((answer) => answer.low_balance)).toEqual([true, false]);
});

test('a session that is over cannot be started again', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await end(db, session, 0);
  expect(await db.refusal(start(session))).toMatchObject({
    code: 'PT409',
    message: 'illegal_transition',
  });
});

test('an unknown session cannot be started', async () => {
  expect(await db.refusal(start(randomUUID()))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});

test.each([
  ['null', null],
  ['empty', ''],
  ['of 201 characters', 'x'.repeat(201)],
])('a worker whose name is %s is invalid_input', async (_, name) => {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  expect(await db.refusal(start(session_id, name))).toMatchObject({
    code: 'PT400',
    message: 'invalid_input',
  });
  expect(await sessionRow(db, session_id)).toMatchObject({ status: 'pending' });
});

test('the name of somebody who gave none is null', async () => {
  const user = await signUp(db, null);
  await db.owner`insert into time_cards (id, owner_id, source, status) values (${user}, ${user}, 'grant', 'active')`;
  await db.owner`select private.move_seconds(${user}, 'issue', null, 'remaining', 600)`;
  const { session_id } = await authorize(db, user);
  expect(await start(session_id)).toMatchObject({ full_name: null });
});
