import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AccessToken, AgentDispatchClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { z } from 'zod';
import { RoomCustomer } from '../../local/demo/room-customer.ts';
import { synthesize } from '../../local/voice/synthesis.ts';
import {
  answered,
  ask,
  call,
  hangUpAll,
  jobPid,
  session,
  settled,
  shortBeats,
  tokenFor,
  usualBeats,
  voice,
} from '../support/calls.ts';
import {
  giveCard,
  operator,
  type Person,
  poll,
  signUp,
  stack,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

const children: ChildProcess[] = [];

beforeAll(shortBeats);
beforeEach(() => voice.reset());
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await hangUpAll();
  expect(await violations()).toEqual([]);
});
afterAll(usualBeats);

async function customer(seconds = 600): Promise<Person> {
  const person = await signUp();
  await giveCard(person, seconds);
  return person;
}

function secondsSince(from: number): number {
  return (performance.now() - from) / 1000;
}

test.each([
  ['who vanishes', []],
  ['who is muted and vanishes', ['mute']],
])('a customer %s pays until the last that was heard of them', async (_what, options) => {
  const { session_id: sessionId, ...token } = await tokenFor(await customer());
  const script = fileURLToPath(new URL('../support/customer-process.ts', import.meta.url));
  const args = [script, token.server_url, token.participant_token, ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  for await (const line of createInterface(child.stdout)) if (line === 'heard') break;
  const { started_at: startedAt } = await session(sessionId);
  child.kill('SIGKILL');
  const talked = (Date.now() - Date.parse(startedAt ?? '')) / 1000;

  const row = await poll(
    'the settlement',
    () => session(sessionId),
    ({ status }) => status !== 'active',
    50_000,
  );
  expect(row).toMatchObject({ end_reason: 'user_left', settled_by: 'worker' });
  expect(row.billed_seconds).toBeLessThanOrEqual(talked + 1);
  expect(row.unserved_seconds).toBeGreaterThan(10);
});

test('a customer who only types pays for all of the call', async () => {
  const { session_id: sessionId, ...token } = await tokenFor(await customer());
  const caller = new RoomCustomer();
  await caller.join(token.server_url, token.participant_token, false);
  await caller.until('the greeting', () => caller.saidBy('agent').length > 0);
  await ask(caller, 'What is the capital of France?', /Paris/);
  await ask(caller, 'What is the capital of Spain?', /Madrid/);
  const { started_at: startedAt } = await session(sessionId);
  const seconds = (Date.now() - Date.parse(startedAt ?? '')) / 1000;
  await caller.leave();
  const row = await settled(sessionId);
  expect(row.billed_seconds).toBeGreaterThanOrEqual(Math.floor(seconds) - 1);
  expect(row.unserved_seconds).toBe(0);
});

test('a customer who comes back is the same customer, and talks on', async () => {
  const { caller, sessionId, token, startedAt } = await call(await customer());
  const again = new RoomCustomer();
  await again.join(token.server_url, token.participant_token);
  await caller.until('the first connection to end', () => caller.disconnected);
  await ask(again, 'What is the capital of France?', /Paris/);
  await again.leave();
  const seconds = secondsSince(startedAt);
  expect((await settled(sessionId)).billed_seconds).toBeLessThanOrEqual(seconds + 1);
});

test('nobody else gets into the room', async () => {
  const { caller, roomName } = await answered(await customer());
  const token = new AccessToken(stack.LIVEKIT_API_KEY, stack.LIVEKIT_API_SECRET, {
    identity: 'somebody-else',
  });
  token.addGrant({ roomJoin: true, room: roomName });
  const intruder = new RoomCustomer();
  await expect(intruder.join(stack.LIVEKIT_URL ?? '', await token.toJwt())).rejects.toThrow(/./);
  expect(caller.disconnected).toBe(false);
});

test('a worker that takes a call over goes on with it', async () => {
  const { caller, roomName, sessionId, startedAt } = await call(await customer());
  await ask(caller, 'My name is Linus.', /Linus/);
  await poll(
    'a beat with the conversation',
    () => session(sessionId),
    ({ agent_state: state }) => JSON.stringify(state).includes('Linus'),
  );
  process.kill(await jobPid(sessionId), 'SIGKILL');
  const { used_seconds: proven, worker_id: first } = await session(sessionId);

  const dispatch = new AgentDispatchClient(
    (stack.LIVEKIT_URL ?? '').replace(/^ws/, 'http'),
    stack.LIVEKIT_API_KEY,
    stack.LIVEKIT_API_SECRET,
  );
  await dispatch.createDispatch(roomName, 'mindbot', {
    metadata: JSON.stringify({ session_id: sessionId }),
  });
  await caller.until('the new agent', () =>
    caller.saidBy('agent').some((said) => /I am back/.test(said)),
  );
  expect((await session(sessionId)).worker_id).not.toBe(first);
  await ask(caller, 'What is my name?', /Linus/);
  await caller.leave();
  const row = await settled(sessionId);
  expect(row.billed_seconds).toBeGreaterThanOrEqual(proven);
  expect(row.billed_seconds).toBeLessThanOrEqual(secondsSince(startedAt) + 1);
});

test('a worker that is drained talks on, and another takes new calls', async () => {
  const second = await startWorker();
  const first = await call(await customer());
  const drained = parentOf(await jobPid(first.sessionId));
  process.kill(drained, 'SIGTERM');

  const next = await answered(await customer());
  expect(parentOf(await jobPid(next.sessionId))).not.toBe(drained);
  await ask(first.caller, 'What is the capital of Spain?', /Madrid/);
  expect(second.exitCode).toBeNull();
  await Promise.all([first.caller.leave(), next.caller.leave()]);
  await settled(first.sessionId);
  await settled(next.sessionId);
  // Where it was the stack's own, another takes its place before the next test needs one.
  await poll(
    'the drained worker to be gone',
    async () => existsSync(`/proc/${drained}`),
    (isThere) => !isThere,
    30_000,
  );
  await poll(
    'the worker of the stack',
    () => fetch(`http://127.0.0.1:${inject('stackEnv')['MINDBOT_PORT_WORKER']}/`).catch(() => null),
    (answer) => answer?.ok === true,
    30_000,
  );
});

test('an agent that is interrupted stops and listens', async () => {
  const { caller, sessionId } = await answered(await customer());
  await voice.rules([
    { match: 'story', answer: 'Once upon a time there was a robot. '.repeat(12) },
  ]);
  await voice.hears(['What is the capital of France?']);
  await caller.type('Tell me a story.');
  const before = caller.heardMs;
  await caller.until('the story', () => caller.heardMs > before + 1_500);
  await caller.say(
    await synthesize('Stop! What is the capital of France?', { sampleRate: 48_000 }),
  );
  await caller.until('the answer', () => caller.saidBy('agent').some((said) => /Paris/.test(said)));
  await caller.leave();
  const { agent_state: state } = await settled(sessionId);
  const { interruptions } = z.object({ interruptions: z.number() }).parse(state);
  // The greeting that the typed words cut short may count, too.
  expect(interruptions).toBeGreaterThanOrEqual(1);
});

test('a customer who falls silent is asked, and then the call ends kindly', async () => {
  await operator.from('settings').update({ session_timeout_seconds: 10 }).eq('id', true);
  try {
    const { caller, sessionId } = await answered(await customer());
    await caller.until('the end', () => caller.disconnected, 45_000);
    const said = caller.saidBy('agent');
    expect(said.at(-2)).toMatch(/still there/);
    expect(said.at(-1)).toMatch(/hang up now/);
    expect((await settled(sessionId)).end_reason).toBe('user_inactive');
  } finally {
    await operator.from('settings').update({ session_timeout_seconds: 1800 }).eq('id', true);
  }
});

test('a card of hardly more than a minute is told of once', async () => {
  const { caller } = await answered(await customer(62));
  await caller.until('the last minute', () =>
    caller.notices.some(({ type }) => type === 'last_minute'),
  );
  await caller.until('the greeting', () => caller.saidBy('agent').length > 0);
  await ask(caller, 'What is the capital of France?', /Paris/);
  expect(caller.saidBy('agent').filter((said) => /one minute/.test(said))).toHaveLength(1);
});

/** A second worker beside the one of the stack, with the same environment and a port of its own. */
async function startWorker(): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('../../agent-worker/src/main.ts', import.meta.url));
  const port = inject('stackEnv')['MINDBOT_PORT_VOICE'];
  const child = spawn(process.execPath, [main, 'start'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      SUPABASE_URL: stack.API_URL,
      SUPABASE_SECRET_KEY: stack.SECRET_KEY,
      LIVEKIT_URL: stack.LIVEKIT_URL,
      LIVEKIT_API_KEY: stack.LIVEKIT_API_KEY,
      LIVEKIT_API_SECRET: stack.LIVEKIT_API_SECRET,
      OPENAI_API_KEY: 'sk-local-double',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      DEEPGRAM_API_KEY: 'local',
      DEEPGRAM_BASE_URL: `ws://127.0.0.1:${port}`,
      WORKER_PORT: '0',
      WORKER_DRAIN_SECONDS: '30',
    },
  });
  children.push(child);
  const lines = createInterface(child.stdout);
  for await (const line of lines) if (line.includes('registered worker')) break;
  child.stdout.resume();
  return child;
}

function parentOf(pid: number): number {
  // proc(5): the parent is the second field after the name, which is in parentheses.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
