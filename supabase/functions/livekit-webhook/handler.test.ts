import { createHash } from 'node:crypto';
import { AccessToken, WebhookReceiver } from 'livekit-server-sdk';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { callerOf } from '../_shared/testing/calls.ts';
import { startFakeSupabase } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createLiveKitWebhookHandler } from './handler.ts';

const KEY = 'devkey';
const SECRET = 'secret-that-is-long-enough-for-hs256';
const EVENT = JSON.stringify({
  event: 'participant_left',
  id: 'EV_1',
  createdAt: '1795000000',
  room: { name: 'session-1' },
  participant: { identity: 'u1', disconnectReason: 'CLIENT_INITIATED' },
  fieldOfAnotherVersion: 1,
});

let supabase: FakeSupabase;
let recorded: unknown[];
beforeAll(async () => {
  supabase = await startFakeSupabase();
});
afterAll(() => supabase.close());
beforeEach(() => {
  recorded = [];
  supabase.rpcs['record_livekit_event'] = ({ event }) => {
    recorded.push(event);
    return { body: { event_id: 'EV_1', outcome: 'stored', session_id: null } };
  };
});

async function sign(body: string, secret = SECRET, ttl = 300): Promise<string> {
  const token = new AccessToken(KEY, secret, { ttl });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
}

function deliver(
  body: string,
  authorization?: string,
  receiver: WebhookReceiver | null = new WebhookReceiver(KEY, SECRET),
) {
  const { call } = callerOf(createLiveKitWebhookHandler({ db: supabase.db, receiver }));
  return call({ body, headers: authorization === undefined ? {} : { authorization } });
}

test('keeps a signed event as it was sent', async () => {
  const answer = await deliver(EVENT, await sign(EVENT));
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ received: true });
  expect(recorded).toEqual([JSON.parse(EVENT)]);
});

test.each([
  ['missing', async () => undefined],
  ['garbage', async () => 'a.b.c'],
  ['made with another secret', () => sign(EVENT, 'another-secret-that-is-long-enough')],
  ['of another body', () => sign('{}')],
  ['expired', () => sign(EVENT, SECRET, -60)],
  ['a room token without a checksum', () => new AccessToken(KEY, SECRET).toJwt()],
])('refuses a signature that is %s', async (_, signature) => {
  const answer = await deliver(EVENT, await signature());
  expect(answer.status).toBe(401);
  expect(answer.body['message']).toBe('invalid_signature');
  expect(recorded).toEqual([]);
});

test('believes nobody where there is no voice server', async () => {
  expect((await deliver(EVENT, await sign(EVENT), null)).status).toBe(401);
});

test('takes no signed body that is not an event', async () => {
  const { status, body } = await deliver('{}', await sign('{}'));
  expect(status).toBe(400);
  expect(body['message']).toBe('invalid_input');
  expect(recorded).toEqual([]);
});
