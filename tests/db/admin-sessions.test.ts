import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import { audited, hire, refusedOf, someoneWaits, type Staff, staff } from './admin-scenario.ts';
import {
  authorize,
  beat,
  cardState,
  customer,
  end,
  roomEvent,
  secondsInto,
  sessionRow,
  settleUp,
  someoneLeft,
  talk,
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

function requestEnd(session_id: string, by = people.admin): Promise<Row> {
  return db.call({ user: by }, 'admin_request_session_end', { session_id, reason: 'abuse' });
}

function settleEnded(session_id: string | null): Promise<Row> {
  return db.call('service', 'settle_ended_session', { session_id });
}

test('a session that nobody joined is released at once', async () => {
  const { user, card } = await customer(db);
  const { session_id, room_name } = await authorize(db, user);
  expect(await requestEnd(session_id)).toEqual({ session_id, room_name, status: 'completed' });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
  expect(await sessionRow(db, session_id)).toMatchObject({
    settled_by: 'admin',
    end_proof: 'none',
    end_reason: 'ended_by_admin',
    billed_seconds: 0,
  });
});

test('an active session is asked to end, and its agent ends it', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  expect(await requestEnd(session)).toEqual({
    session_id: session,
    room_name: `session-${session}`,
    status: 'active',
  });
  expect(await sessionRow(db, session)).toMatchObject({
    end_requested_at: expect.any(Date),
    end_requested_by: people.admin,
  });
  expect(await audited(db, session)).toEqual([
    {
      actor: people.admin,
      action: 'admin_request_session_end',
      table: 'voice_sessions',
      before: { status: 'active', end_requested_at: null },
      after: { status: 'active', end_requested_at: expect.any(String) },
      reason: 'abuse',
    },
  ]);
  await db.advance(40);
  expect(await beat(db, session, 1, 30)).toMatchObject({ action: 'end' });
  await end(db, session, 35);
  expect(await settleEnded(session)).toMatchObject({ billed_seconds: 35, status: 'completed' });
  expect(await sessionRow(db, session)).toMatchObject({ settled_by: 'worker' });
});

test('asking again keeps who asked first, and a session that is over stays as it is', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.call({ user }, 'end_my_session', { session_id: session });
  const { end_requested_at } = await sessionRow(db, session);
  await db.advance(5);
  await requestEnd(session);
  expect(await sessionRow(db, session)).toMatchObject({ end_requested_at, end_requested_by: user });
  await end(db, session, 3);
  const before = await sessionRow(db, session);
  expect(await requestEnd(session)).toMatchObject({ status: 'completed' });
  expect(await sessionRow(db, session)).toEqual(before);
});

test('without an answer of the agent it is settled on the last beat, at once', async () => {
  const { user, card } = await customer(db);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 50);
  await requestEnd(session);
  await db.advance(3);
  expect(await settleEnded(session)).toEqual({
    session_id: session,
    billed_seconds: 50,
    cost_minutes: 0.83,
    status: 'completed',
  });
  expect(await sessionRow(db, session)).toMatchObject({
    settled_by: 'admin',
    end_proof: 'heartbeat',
    end_reason: 'ended_by_admin',
    used_seconds: 50,
  });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3550, used: 50 });
  const settled = await sessionRow(db, session);
  expect(await settleEnded(session)).toMatchObject({ billed_seconds: 50 });
  expect(await sessionRow(db, session)).toEqual(settled);
});

test('it is settled on the moment the agent left, where that proves more', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 50);
  await requestEnd(session);
  const left = await secondsInto(db, session, 55);
  await roomEvent(db, someoneLeft(session, left, 'agent', 'ROOM_DELETED'));
  expect(await settleEnded(session)).toMatchObject({
    billed_seconds: expect.toSatisfy((seconds: number) => seconds >= 55 && seconds <= 56),
  });
  expect(await sessionRow(db, session)).toMatchObject({ end_proof: 'agent_left' });
});

test('a call that never beat is settled for nothing', async () => {
  const { user, card } = await customer(db);
  const session = await talk(db, user);
  await requestEnd(session);
  expect(await settleEnded(session)).toMatchObject({ billed_seconds: 0, status: 'completed' });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
});

test("the worker's own end, when it comes late, corrects it", async () => {
  const { user, card } = await customer(db);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 40);
  await requestEnd(session);
  await settleEnded(session);
  expect(await end(db, session, 58)).toMatchObject({ billed_seconds: 58, status: 'completed' });
  expect(await sessionRow(db, session)).toMatchObject({
    settled_by: 'admin',
    end_proof: 'agent_end',
  });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3542, used: 58 });
  expect(await end(db, session, 60)).toMatchObject({ billed_seconds: 58 });
});

test('a room event that comes late corrects it too', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 40);
  const left = await secondsInto(db, session, 52);
  await requestEnd(session);
  await settleEnded(session);
  await roomEvent(db, someoneLeft(session, left, { user }, 'CLIENT_INITIATED'));
  const { billed_seconds } = await sessionRow(db, session);
  expect(Number(billed_seconds)).toBeGreaterThanOrEqual(52);
});

test('a session that no admin asked to end is not settled, whoever else asked', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  const illegal = { code: 'PT409', message: 'illegal_transition' };
  expect(await db.refusal(settleEnded(session))).toMatchObject(illegal);
  await db.call({ user }, 'end_my_session', { session_id: session });
  expect(await db.refusal(settleEnded(session))).toMatchObject(illegal);
  await requestEnd(session);
  expect(await settleEnded(session)).toMatchObject({ status: 'completed' });
});

test("an admin's own session can be ended by them", async () => {
  const admin = await hire(db, 'admin');
  await db.call({ user: people.admin }, 'admin_grant_time', {
    user_id: admin,
    seconds: 600,
    reason: 'a try',
  });
  const session = await talk(db, admin);
  await requestEnd(session, admin);
  expect(await settleEnded(session)).toMatchObject({ status: 'completed' });
});

test.each([randomUUID(), null])('an unknown session is not_found: %s', async (session) => {
  expect(await db.refusal(settleEnded(session))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});

test.each(['anon', 'user', 'support', 'admin'] as const)(
  'settle_ended_session is not for %s',
  async (who) => {
    const caller = who === 'anon' ? who : { user: people[who] };
    const call = db.call(caller, 'settle_ended_session', { session_id: randomUUID() });
    expect((await db.refusal(call)).code).toBe('42501');
  },
);

test('a session that starts while the admin waits for it is asked to end, not released', async () => {
  const { user } = await customer(db);
  const { session_id } = await authorize(db, user);
  const waiting: { answer?: Promise<Row> } = {};
  await db.owner.begin(async (sql) => {
    await sql`select start_session(${session_id}, 'worker-1')`;
    waiting.answer = requestEnd(session_id);
    await someoneWaits(db);
  });
  expect(await waiting.answer).toMatchObject({ status: 'active' });
  expect(await sessionRow(db, session_id)).toMatchObject({
    status: 'active',
    end_requested_by: people.admin,
  });
});

test('the worker and the admin settle at once, and the session is billed once', async () => {
  for (const round of times(8, (index) => index)) {
    const { user, card } = await customer(db);
    const session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 40);
    await requestEnd(session);
    await refusedOf([
      end(db, session, 50),
      settleEnded(session),
      settleEnded(session),
      requestEnd(session),
      beat(db, session, 2, 45),
      end(db, session, 50),
    ]);
    expect({ round, ...(await cardState(db, card)) }).toEqual({
      round,
      status: 'active',
      remaining: 3550,
      used: 50,
    });
  }
});
