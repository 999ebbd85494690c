import { afterEach, beforeEach, expect, test } from 'vitest';
import { TokenVerifier } from 'livekit-server-sdk';
import { mintSessionToken } from '../_shared/livekit.ts';
import { callerOf } from '../_shared/testing/calls.ts';
import { raised, startFakeSupabase, USER_ID } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createLiveKitTokenHandler } from './handler.ts';
import type { LiveKitTokenDeps } from './handler.ts';

const SESSION_ID = '6f1c2f80-0000-4000-8000-00000000000c';
const LIVEKIT = {
  url: 'ws://127.0.0.1:7880',
  apiUrl: 'http://127.0.0.1:7880',
  apiKey: 'devkey',
  apiSecret: 'secret-that-is-long-enough-for-hs256',
};

let supabase: FakeSupabase;
let authorized: Record<string, unknown> | undefined;
beforeEach(async () => {
  supabase = await startFakeSupabase();
  authorized = undefined;
  supabase.rpcs['authorize_session'] = (args) => {
    authorized = args;
    return {
      body: {
        session_id: SESSION_ID,
        room_name: `session-${SESSION_ID}`,
        granted_seconds: 300,
        remaining_seconds: 3600,
        agent_type: args['agent_type'],
      },
    };
  };
  supabase.tables['profiles'] = { body: [{ full_name: 'Ada Lovelace' }] };
});
afterEach(() => supabase.close());

function ask(body: unknown, deps: Partial<LiveKitTokenDeps> = {}, token = supabase.userToken) {
  const { call } = callerOf(
    createLiveKitTokenHandler({
      auth: supabase.db.auth,
      db: supabase.db,
      livekit: LIVEKIT,
      mint: mintSessionToken,
      ...deps,
    }),
  );
  return call({ body, headers: { authorization: `Bearer ${token}` } });
}

test('authorises a session and answers as a LiveKit token endpoint', async () => {
  const { status, body } = await ask(undefined);
  expect(status).toBe(201);
  expect(body).toEqual({
    server_url: 'ws://127.0.0.1:7880',
    participant_token: expect.any(String),
    room_name: `session-${SESSION_ID}`,
    participant_name: 'Ada Lovelace',
    session_id: SESSION_ID,
    granted_seconds: 300,
    remaining_seconds: 3600,
  });
  expect(authorized).toEqual({ user_id: USER_ID, agent_type: 'basic' });
});

test('takes room, identity, metadata, attributes and grants from nobody', async () => {
  const { body } = await ask({
    room_name: 'of-somebody-else',
    participant_identity: 'admin',
    participant_name: '  Ada\u0000 L. ',
    participant_metadata: '{"admin":true}',
    participant_attributes: { admin: 'true' },
    room_config: { max_participants: 99, agents: [{ agent_name: 'other' }] },
    video: { roomAdmin: true },
  });
  const verifier = new TokenVerifier(LIVEKIT.apiKey, LIVEKIT.apiSecret);
  const claims = await verifier.verify(String(body['participant_token']));
  expect(claims).toMatchObject({ sub: USER_ID, name: 'Ada L.' });
  expect(claims.metadata ?? claims.attributes).toBeUndefined();
  expect(claims.video).toMatchObject({ room: `session-${SESSION_ID}` });
  expect(claims.video?.roomAdmin).toBeUndefined();
  expect(claims.roomConfig).toMatchObject({
    maxParticipants: 1,
    agents: [{ agentName: 'mindbot' }],
  });
});

test.each([
  [{ agent_type: 'rag' }, 'rag'],
  [{ room_config: { agents: [{ metadata: '{"agent_type":"enhanced"}' }] } }, 'enhanced'],
  [
    { agent_type: 'rag', room_config: { agents: [{ metadata: '{"agent_type":"enhanced"}' }] } },
    'rag',
  ],
  [{ room_config: { agents: [{ metadata: 'free text' }] } }, 'basic'],
  [{ room_config: { agents: [{ metadata: '{"agent_type":7}' }] } }, 'basic'],
  [{ room_config: { agents: [] } }, 'basic'],
  [{ room_config: 'nonsense' }, 'basic'],
])('reads the agent type of %j as %s', async (body, agentType) => {
  expect((await ask(body)).status).toBe(201);
  expect(authorized?.['agent_type']).toBe(agentType);
});

test.each([
  [{ agent_type: 7 }],
  [{ agent_type: '' }],
  [{ agent_type: 'a\u0000' }],
  [{ participant_name: {} }],
  [{ session_id: 'mine' }],
])('refuses %j', async (body) => {
  const answer = await ask(body);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body['details'] as object)).toEqual(Object.keys(body));
  expect(authorized).toBeUndefined();
});

test('goes back into an open session of the caller without authorising another', async () => {
  let rejoined: unknown;
  supabase.rpcs['rejoin_session'] = (args) => {
    rejoined = args;
    return {
      body: {
        session_id: SESSION_ID,
        room_name: `session-${SESSION_ID}`,
        granted_seconds: 300,
        remaining_seconds: 3500,
        agent_type: 'rag',
      },
    };
  };
  const { status, body } = await ask({ session_id: SESSION_ID });
  expect(status).toBe(201);
  expect(body).toMatchObject({ session_id: SESSION_ID, remaining_seconds: 3500 });
  expect(rejoined).toEqual({ user_id: USER_ID, session_id: SESSION_ID });
  expect(authorized).toBeUndefined();
});

test('does not end a session that somebody wanted back into', async () => {
  let ended = false;
  supabase.rpcs['rejoin_session'] = () => ({
    body: {
      session_id: SESSION_ID,
      room_name: `session-${SESSION_ID}`,
      granted_seconds: 300,
      remaining_seconds: 3500,
      agent_type: 'basic',
    },
  });
  supabase.rpcs['end_session'] = () => {
    ended = true;
    return { body: {} };
  };
  const mint = () => Promise.reject(new Error('no secret'));
  expect((await ask({ session_id: SESSION_ID }, { mint })).status).toBe(500);
  expect(ended).toBe(false);
});

test('shows a name of at most 100 characters, none of them broken', async () => {
  const { body } = await ask({ participant_name: '😀'.repeat(150) });
  expect(body['participant_name']).toBe('😀'.repeat(100));
});

test('passes the refusal of the database on', async () => {
  supabase.rpcs['authorize_session'] = () => raised(402, 'insufficient_balance');
  const { status, body } = await ask({});
  expect(status).toBe(402);
  expect(body).toMatchObject({ code: 'PT402', message: 'insufficient_balance', details: {} });
});

test('holds no time where there is no voice server', async () => {
  const { status, body } = await ask({}, { livekit: null });
  expect(status).toBe(503);
  expect(body['message']).toBe('voice_provider_unavailable');
  expect(supabase.calls).toEqual([]);
});

test('gives the time back when no token could be minted', async () => {
  let ended: unknown;
  supabase.rpcs['end_session'] = (args) => {
    ended = args;
    return { body: {} };
  };
  const answer = await ask({}, { mint: () => Promise.reject(new Error('no secret')) });
  expect(answer.status).toBe(500);
  expect(ended).toEqual({ session_id: SESSION_ID, used_seconds: 0, reason: 'token_failed' });
});

test('talks although the profile cannot be read', async () => {
  supabase.tables['profiles'] = { status: 500, body: { message: 'broken' } };
  expect((await ask({})).body['participant_name']).toBe('');
});

test('authorises nothing for somebody who is not signed in', async () => {
  expect((await ask({}, {}, 'sb_publishable_x')).status).toBe(401);
  expect(supabase.calls).toEqual([]);
});
