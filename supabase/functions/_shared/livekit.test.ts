import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, expect, test } from 'vitest';
import { createRooms, deleteRoom, mintSessionToken } from './livekit.ts';
import { deadUrl, startServer } from './testing/server.ts';
import type { Answer, TestServer } from './testing/server.ts';

const livekit = (url: string) => ({
  url: url.replace('http', 'ws'),
  apiUrl: url,
  apiKey: 'devkey',
  apiSecret: 'secret-that-is-long-enough-for-hs256',
});

let server: TestServer | undefined;
afterEach(() => server?.close());

async function deleteAgainst(answer: Answer): Promise<void> {
  server = await startServer(() => answer);
  return deleteRoom(createRooms(livekit(server.url)), 'session-1');
}

test('mints a short token for one room, a microphone and the agent', async () => {
  const env = livekit('http://127.0.0.1:1');
  const token = await mintSessionToken(env, {
    sessionId: 's1',
    roomName: 'session-s1',
    agentType: 'basic',
    userId: 'u1',
    participantName: 'Ada',
  });
  const claims = await new TokenVerifier(env.apiKey, env.apiSecret).verify(token);
  expect(claims).toMatchObject({ sub: 'u1', name: 'Ada' });
  expect(claims.video).toEqual({
    roomJoin: true,
    room: 'session-s1',
    canPublish: true,
    canPublishSources: ['microphone'],
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: false,
  });
  expect(claims.roomConfig).toMatchObject({
    emptyTimeout: 60,
    departureTimeout: 20,
    maxParticipants: 1,
  });
  const agent = { agentName: 'mindbot', metadata: '{"session_id":"s1","agent_type":"basic"}' };
  expect(claims.roomConfig?.agents).toMatchObject([agent]);
  const { exp, nbf } = claims as { exp: number; nbf: number };
  expect(exp - nbf).toBe(120);
});

test('counts a room that LiveKit does not know as deleted', async () => {
  const notFound = { code: 'not_found', msg: 'requested room does not exist' };
  await expect(deleteAgainst({ status: 404, body: notFound })).resolves.toBeUndefined();
});

test('does not take a wrong address for a room that is gone', async () => {
  const badRoute = { code: 'bad_route', msg: 'no handler' };
  await expect(deleteAgainst({ status: 404, body: badRoute })).rejects.toThrow('no handler');
});

test('does not take a server that cannot be reached for a room that is gone', async () => {
  await expect(deleteRoom(createRooms(livekit(await deadUrl())), 'session-1')).rejects.toThrow(
    'fetch failed',
  );
});
