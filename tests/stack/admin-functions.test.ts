import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answered, hangUpAll, session, shortBeats, usualBeats } from '../support/calls.ts';
import {
  balanceOf,
  giveCard,
  invoke,
  operator,
  owner,
  type Person,
  signUp,
  signUpAdmin,
  violations,
  voiceTest,
} from '../support/stack.ts';

beforeAll(shortBeats);
afterEach(async () => {
  await hangUpAll();
  expect(await violations()).toEqual([]);
});
afterAll(usualBeats);

function end(admin: Person | null, body: Record<string, unknown>) {
  return invoke('admin-end-session', { as: admin, body: { reason: 'Abuse.', ...body } });
}

/** A session that holds time, and that nobody has joined. */
async function authorized(person: Person): Promise<string> {
  const { data, error } = await operator.rpc('authorize_session', {
    user_id: person.id,
    agent_type: 'basic',
  });
  if (error) throw new Error(error.message);
  return data.session_id ?? '';
}

async function talker(seconds = 600): Promise<Person> {
  const person = await signUp();
  await giveCard(person, seconds);
  return person;
}

test('a session that nobody joined is released, and all its time is back', async () => {
  const [admin, person] = [await signUpAdmin(), await talker()];
  const session_id = await authorized(person);
  expect(await balanceOf(person)).toBeLessThan(600);
  const { status, body } = await end(admin, { session_id });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    session_id,
    status: 'completed',
    settled_by: 'admin',
    end_reason: 'ended_by_admin',
    billed_seconds: 0,
  });
  expect(await balanceOf(person)).toBe(600);
  const [audited] = await owner`
    select actor_id, reason from admin_audit_log where subject_id = ${session_id}`;
  expect(audited).toMatchObject({ actor_id: admin.id, reason: 'Abuse.' });

  const again = await end(admin, { session_id });
  expect(again).toMatchObject({ status: 200, body: { status: 'completed', billed_seconds: 0 } });
});

voiceTest('a call is cut, and the worker itself says what it was worth', async () => {
  const [admin, person] = [await signUpAdmin(), await talker()];
  const { caller, sessionId } = await answered(person);
  await caller.until(
    'some seconds to be billed',
    () => Number(caller.attribute('mindbot.remaining_seconds')) <= 597,
  );
  const { status, body } = await end(admin, { session_id: sessionId });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    session_id: sessionId,
    status: 'completed',
    settled_by: 'worker',
    end_proof: 'agent_end',
  });
  expect(Number(body.billed_seconds)).toBeGreaterThan(0);
  await caller.until('the room to close', () => caller.disconnected);
  const row = await session(sessionId);
  expect(row.billed_seconds).toBe(body.billed_seconds);
  expect(row.room_closed_at).not.toBeNull();
  expect(await balanceOf(person)).toBe(600 - row.billed_seconds);
});

voiceTest('a call whose worker does not answer is settled on the last proof', async () => {
  const [admin, person] = [await signUpAdmin(), await talker()];
  const session_id = await authorized(person);
  await operator.rpc('start_session', { session_id, worker_id: 'nobody' });
  await owner`update voice_sessions set started_at = started_at - interval '20 seconds' where id = ${session_id}`;
  await operator.rpc('heartbeat_session', { session_id, seq: 1, used_seconds: 15 });
  const { status, body } = await end(admin, { session_id });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'completed',
    settled_by: 'admin',
    end_proof: 'heartbeat',
    billed_seconds: 15,
  });
});

test('support and customers end nothing', async () => {
  const person = await talker();
  const session_id = await authorized(person);
  for (const caller of [await signUpAdmin('support'), person]) {
    const { status, body } = await end(caller, { session_id });
    expect(status).toBe(403);
    expect(body.message).toBe('not_allowed');
  }
  expect((await end(null, { session_id })).status).toBe(401);
  expect((await session(session_id)).status).toBe('pending');
  await operator.rpc('end_session', { session_id, used_seconds: 0, reason: 'done' });
});

test('an unknown session is not found', async () => {
  const answer = await end(await signUpAdmin(), { session_id: randomUUID() });
  expect(answer).toMatchObject({ status: 404, body: { message: 'not_found' } });
});

test.each([
  [{}, ['session_id']],
  [{ session_id: 7 }, ['session_id']],
  [{ session_id: randomUUID(), reason: '' }, ['reason']],
  [{ session_id: randomUUID(), reason: 'a zero \0 byte' }, ['reason']],
])('%j is refused and names the fields', async (body, fields) => {
  const answer = await end(await signUpAdmin(), body);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body.details as object)).toEqual(fields);
});
