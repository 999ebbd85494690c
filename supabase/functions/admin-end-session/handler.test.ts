import { afterEach, beforeEach, expect, test } from 'vitest';
import { callerOf } from '../_shared/testing/calls.ts';
import { roomsAt } from '../_shared/testing/maintenance.ts';
import { deadUrl, startServer } from '../_shared/testing/server.ts';
import type { Answer, TestServer } from '../_shared/testing/server.ts';
import { raised, startFakeSupabase } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createAdminEndSessionHandler } from './handler.ts';
import type { AdminEndSessionDeps } from './handler.ts';

const SESSION_ID = '6f1c2f80-0000-4000-8000-00000000000c';

let supabase: FakeSupabase;
let livekit: TestServer;
let roomAnswer: Answer;
let status: string;
let time: number;
let requested: unknown;
let tokens: string[];

beforeEach(async () => {
  roomAnswer = { body: {} };
  [supabase, livekit] = await Promise.all([startFakeSupabase(), startServer(() => roomAnswer)]);
  time = 0;
  tokens = [];
  become('active');
  Object.assign(supabase.rpcs, {
    admin_request_session_end: (args: Record<string, unknown>) => {
      requested = args;
      return { body: { session_id: SESSION_ID, room_name: `session-${SESSION_ID}`, status } };
    },
    settle_ended_session: () => {
      become('completed');
      return { body: { session_id: SESSION_ID, status } };
    },
    mark_room_closed: () => ({ status: 204 }),
  });
});
afterEach(async () => {
  await Promise.all([supabase.close(), livekit.close()]);
});

function become(next: string) {
  status = next;
  supabase.tables['voice_sessions'] = { body: { id: SESSION_ID, status, settled_by: 'admin' } };
}

function end(
  deps: Partial<AdminEndSessionDeps> = {},
  body: unknown = { session_id: SESSION_ID, reason: 'Abuse.' },
) {
  const handler = createAdminEndSessionHandler({
    auth: supabase.db.auth,
    db: supabase.db,
    dbAs: (accessToken) => {
      tokens.push(accessToken);
      return supabase.db;
    },
    rooms: roomsAt(livekit.url),
    now: () => time,
    sleep: async (milliseconds) => void (time += milliseconds),
    ...deps,
  });
  return callerOf(handler).call({
    body,
    headers: { authorization: `Bearer ${supabase.userToken}` },
  });
}

test('deletes the room, gives the worker three seconds, then settles on the last proof', async () => {
  const answer = await end();
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ session_id: SESSION_ID, status: 'completed' });
  expect(requested).toEqual({ session_id: SESSION_ID, reason: 'Abuse.' });
  expect(tokens).toEqual([supabase.userToken]);
  expect(JSON.parse(livekit.received[0]?.body ?? '')).toEqual({ room: `session-${SESSION_ID}` });
  expect(time).toBe(3000);
  expect(supabase.calls).toEqual([
    'admin_request_session_end',
    'settle_ended_session',
    'mark_room_closed',
  ]);
});

test('waits no longer than the worker takes', async () => {
  const answer = await end({
    sleep: async (milliseconds) => {
      time += milliseconds;
      if (time === 400) become('completed');
    },
  });
  expect(answer.status).toBe(200);
  expect(time).toBe(400);
});

test('settles a session whose room is gone already', async () => {
  roomAnswer = { status: 404, body: { code: 'not_found', msg: 'no room' } };
  expect((await end()).status).toBe(200);
  expect(supabase.calls).toContain('settle_ended_session');
});

test('settles nothing while the room cannot be deleted; the agent stays asked', async () => {
  for (const rooms of [roomsAt(await deadUrl()), null]) {
    const answer = await end({ rooms });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'PT503', message: 'voice_provider_unavailable' });
  }
  expect(new Set(supabase.calls)).toEqual(new Set(['admin_request_session_end']));
});

test.each(['completed', 'error'])('needs no voice server for one that is %s', async (over) => {
  become(over);
  const answer = await end({ rooms: null });
  expect(answer.status).toBe(200);
  expect(answer.body['status']).toBe(over);
  expect(supabase.calls).toEqual(['admin_request_session_end']);
});

test.each([
  [403, 'not_allowed'],
  [404, 'not_found'],
])('passes on that the database refuses: %i %s', async (httpStatus, code) => {
  supabase.rpcs['admin_request_session_end'] = () => raised(httpStatus, code);
  const answer = await end();
  expect(answer.status).toBe(httpStatus);
  expect(answer.body['message']).toBe(code);
  expect(livekit.received).toEqual([]);
});

test.each([
  [{ reason: 'r' }, 'session_id'],
  [{ session_id: 'x', reason: 'r' }, 'session_id'],
  [{ session_id: SESSION_ID, reason: '' }, 'reason'],
])('refuses %j and names the field', async (body, field) => {
  const answer = await end({}, body);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body['details'] as object)).toEqual([field]);
  expect(supabase.calls).toEqual([]);
});
