import { createHmac } from 'node:crypto';
import { RoomServiceClient, TokenVerifier } from 'livekit-server-sdk';
import { afterEach, expect } from 'vitest';
import { z } from 'zod';
import {
  balanceOf,
  giveCard,
  invoke,
  operator,
  type Person,
  signUp,
  stack,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

const open: { person: Person; sessionId: string }[] = [];

async function authorise(person: Person, body: object = {}) {
  const answer = await invoke('livekit-token', { as: person, body });
  if (answer.status === 201) open.push({ person, sessionId: String(answer.body.session_id) });
  return answer;
}

afterEach(async () => {
  for (const { person, sessionId } of open.splice(0)) {
    await person.client.rpc('end_my_session', { session_id: sessionId });
  }
  expect(await violations()).toEqual([]);
});

test('a token opens exactly one room, as the user, with a microphone and nothing more', async () => {
  const person = await signUp();
  await giveCard(person, 3600);

  const { status, body } = await authorise(person, {
    room_name: 'somebody-elses-room',
    participant_identity: 'somebody-else',
    room_config: { agents: [{ agent_name: 'evil', metadata: '{"agent_type":"basic"}' }] },
  });

  expect(status).toBe(201);
  expect(body).toMatchObject({
    server_url: stack.LIVEKIT_URL,
    granted_seconds: 300,
    remaining_seconds: 3600,
  });
  const verifier = new TokenVerifier(stack.LIVEKIT_API_KEY ?? '', stack.LIVEKIT_API_SECRET ?? '');
  const claims = await verifier.verify(String(body.participant_token));
  expect(claims.sub).toBe(person.id);
  expect(claims.video).toMatchObject({
    room: body.room_name,
    roomJoin: true,
    canPublishSources: ['microphone'],
  });
  expect(claims.video?.roomAdmin).toBeFalsy();
  expect(claims.roomConfig?.agents).toHaveLength(1);
  expect(claims.roomConfig?.agents[0]?.agentName).toBe('mindbot');
  const life = z.object({ exp: z.number(), nbf: z.number() }).parse(claims);
  expect(life.exp - life.nbf).toBeLessThanOrEqual(600);
});

test('the authorised slice is held at once and given back when nobody joins', async () => {
  const person = await signUp();
  await giveCard(person, 3600);
  const { body } = await authorise(person);
  expect(await balanceOf(person)).toBe(3300);

  const { data } = await person.client.rpc('end_my_session', {
    session_id: String(body.session_id),
  });
  expect(data).toEqual({ session_id: body.session_id, status: 'completed' });
  expect(await balanceOf(person)).toBe(3600);
});

test('without a user there is no token', async () => {
  for (const headers of [
    {},
    { authorization: `Bearer ${stack.PUBLISHABLE_KEY}` },
    { authorization: 'Bearer x.y.z' },
  ]) {
    const { status, body } = await invoke('livekit-token', { headers });
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'PT401', message: 'not_authenticated' });
  }
});

/** The person's access token with other claims, signed by whoever has this secret. */
function forged(person: Person, claims: object, secret: string, alg = 'HS256'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const own: object = JSON.parse(
    Buffer.from(person.accessToken.split('.')[1] ?? '', 'base64url').toString(),
  );
  const content = `${part({ alg, typ: 'JWT' })}.${part({ ...own, ...claims })}`;
  const signature = createHmac('sha256', secret).update(content).digest('base64url');
  return `${content}.${alg === 'none' ? '' : signature}`;
}

test.each<[string, (victim: Person) => string]>([
  ['no algorithm', (victim) => forged(victim, {}, '', 'none')],
  ['another secret', (victim) => forged(victim, {}, 'guess')],
  ['LiveKit’s secret', (victim) => forged(victim, {}, stack.LIVEKIT_API_SECRET ?? '')],
  ['a past expiry', (victim) => forged(victim, { exp: 1_700_000_000 }, stack.JWT_SECRET)],
  ['another role', (victim) => forged(victim, { role: 'service_role' }, stack.JWT_SECRET)],
  ['the secret key', () => stack.SECRET_KEY],
])('a bearer with %s is nobody', async (_name, bearer) => {
  const victim = await signUp();
  await giveCard(victim, 600);
  const headers = { authorization: `Bearer ${bearer(victim)}` };
  for (const name of ['livekit-token', 'purchase']) {
    const { status, body } = await invoke(name, { headers, body: { package_id: 'starter_1h' } });
    expect(status).toBe(401);
    expect(body.message).toBe('not_authenticated');
  }
  expect(await balanceOf(victim)).toBe(600);
});

test('fifty requests at once hold what there is once', async () => {
  const person = await signUp();
  await giveCard(person, 30);
  const answers = await Promise.all(Array.from({ length: 50 }, () => authorise(person)));
  const granted = answers.filter(({ status }) => status === 201);
  expect(granted.map(({ body }) => body.granted_seconds)).toEqual([30]);
  const refused = answers.filter(({ body }) => body.message === 'too_many_sessions');
  expect(refused).toHaveLength(49);
  expect(await balanceOf(person)).toBe(0);
});

test('without time there is no token, and the answer says what to do', async () => {
  const { status, body } = await authorise(await signUp());
  expect(status).toBe(402);
  expect(body).toMatchObject({ code: 'PT402', message: 'insufficient_balance' });
  expect(body.hint).toContain('Buy');
});

test('an inactive user gets no token', async () => {
  const person = await signUp();
  await giveCard(person, 3600);
  await operator.from('profiles').update({ is_active: false }).eq('id', person.id);
  const { status, body } = await authorise(person);
  expect(status).toBe(403);
  expect(body.message).toBe('account_inactive');
});

test('a second session at once is refused', async () => {
  const person = await signUp();
  await giveCard(person, 3600);
  expect((await authorise(person)).status).toBe(201);
  const { status, body } = await authorise(person);
  expect(status).toBe(429);
  expect(body.message).toBe('too_many_sessions');
});

test('the limit of all sessions is refused to everybody else', async () => {
  const [first, second] = [await signUp(), await signUp()];
  await giveCard(first, 3600);
  await giveCard(second, 3600);
  expect((await authorise(first)).status).toBe(201);
  const { count } = await operator
    .from('voice_sessions')
    .select('*', { count: 'exact', head: true })
    .in('status', ['pending', 'active']);
  await operator
    .from('settings')
    .update({ max_sessions: count ?? 0 })
    .eq('id', true);
  try {
    const { status, body } = await authorise(second);
    expect(status).toBe(429);
    expect(body.message).toBe('too_many_sessions');
  } finally {
    await operator.from('settings').update({ max_sessions: 100 }).eq('id', true);
  }
});

test('an agent that is not on offer is not found', async () => {
  const person = await signUp();
  await giveCard(person, 3600);
  const offer = (is_active: boolean) =>
    operator.from('agent_types').update({ is_active }).eq('id', 'rag').throwOnError();
  await offer(false);
  try {
    const { status, body } = await authorise(person, { agent_type: 'rag' });
    expect(status).toBe(404);
    expect(body.message).toBe('not_found');
  } finally {
    await offer(true);
  }
});

test('a refused token opens no room', async () => {
  const rooms = new RoomServiceClient(
    (stack.LIVEKIT_URL ?? '').replace('ws', 'http'),
    stack.LIVEKIT_API_KEY,
    stack.LIVEKIT_API_SECRET,
  );
  const names = async () => (await rooms.listRooms()).map(({ name }) => name);
  const before = await names();
  const { status } = await authorise(await signUp());
  expect(status).toBe(402);
  expect(before).toEqual(expect.arrayContaining(await names()));
});
