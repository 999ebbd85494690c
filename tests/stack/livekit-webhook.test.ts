import { createHash, randomUUID } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  giveCard,
  invoke,
  operator,
  type Person,
  signUp,
  stack,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

let person: Person;
let session: { session_id: string; room_name: string; participant_token: string };

beforeAll(async () => {
  person = await signUp();
  await giveCard(person, 600);
  const { body } = await invoke('livekit-token', { as: person });
  session = {
    session_id: String(body.session_id),
    room_name: String(body.room_name),
    participant_token: String(body.participant_token),
  };
});

afterAll(async () => {
  await person.client.rpc('end_my_session', { session_id: session.session_id });
  expect(await violations()).toEqual([]);
});

/** The body of a room event; `changes` replace its fields. */
function roomEvent(changes: object = {}) {
  const id = `EV_${randomUUID()}`;
  const event = {
    event: 'participant_left',
    id,
    createdAt: String(Math.floor(Date.now() / 1000)),
    room: { name: session.room_name },
    participant: { identity: person.id, disconnectReason: 'CLIENT_INITIATED' },
    ...changes,
  };
  return { id, body: JSON.stringify(event) };
}

function sign(body: string, secret = stack.LIVEKIT_API_SECRET, ttl = 300): Promise<string> {
  const token = new AccessToken(stack.LIVEKIT_API_KEY, secret, { ttl });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
}

function deliver(rawBody: string, authorization: string) {
  return invoke('livekit-webhook', { rawBody, headers: { authorization } });
}

async function stored(id: string) {
  const { data, error } = await operator
    .from('livekit_events')
    .select('session_id, is_agent')
    .eq('id', id);
  expect(error).toBeNull();
  return data;
}

test('the same event twenty times at once is kept once', async () => {
  const { id, body } = roomEvent();
  const authorization = await sign(body);
  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(body, authorization)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(await stored(id)).toEqual([{ session_id: session.session_id, is_agent: false }]);
});

test('whatever a customer names their microphone, it is evidence that they left', async () => {
  const tracks = [{ sid: 'TR_1', name: 'a zero \0 byte' }];
  const { id, body } = roomEvent({ participant: { identity: person.id, tracks } });
  expect((await deliver(body, await sign(body))).status).toBe(200);
  expect(await stored(id)).toEqual([{ session_id: session.session_id, is_agent: false }]);
});

test.each([
  ['the customer’s own room token', () => session.participant_token],
  ['the customer’s access token', () => person.accessToken],
  ['another secret', (body: string) => sign(body, 'a-secret-that-somebody-has-guessed')],
  ['an old signature', (body: string) => sign(body, stack.LIVEKIT_API_SECRET, -60)],
  ['the signature of another body', () => sign(roomEvent().body)],
])('%s makes no evidence', async (_name, authorize) => {
  const { id, body } = roomEvent();
  const { status, body: answer } = await deliver(body, await authorize(body));
  expect(status).toBe(401);
  expect(answer).toMatchObject({ code: 'PT401', message: 'invalid_signature' });
  expect(await stored(id)).toEqual([]);
});

test('an event of a room that is not ours is taken and kept nowhere', async () => {
  const { id, body } = roomEvent({ room: { name: 'somebody-elses' } });
  expect((await deliver(body, await sign(body))).status).toBe(200);
  expect(await stored(id)).toEqual([]);
});

test.each(['{}', JSON.stringify({ event: 'room_started', id: 'x'.repeat(300) })])(
  'a signed body that is no event, %#, is refused in the shape of every error',
  async (body) => {
    const { status, body: answer } = await deliver(body, await sign(body));
    expect(status).toBe(400);
    expect(answer.message).toBe('invalid_input');
  },
);
