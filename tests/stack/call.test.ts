import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import { RoomCustomer } from '../../local/demo/room-customer.ts';
import { synthesize } from '../../local/voice/synthesis.ts';
import {
  balanceOf,
  buyAnHour,
  giveCard,
  invoke,
  maintenance,
  operator,
  owner,
  type Person,
  poll,
  signUp,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

let question: Int16Array;
const callers: RoomCustomer[] = [];

beforeAll(async () => {
  question = await synthesize('Hello! What can you do for me?', { sampleRate: 48_000 });
  // Short beats and slices, so that a call of seconds goes through what a call of an hour does.
  await operator
    .from('settings')
    .update({
      heartbeat_interval_seconds: 2,
      heartbeat_timeout_seconds: 30,
      hold_slice_seconds: 10,
    })
    .eq('id', true);
});

afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.leave().catch(() => {})));
  expect(await violations()).toEqual([]);
});

afterAll(async () => {
  await owner`update private.clock set "offset" = '0'`;
  await operator
    .from('settings')
    .update({
      heartbeat_interval_seconds: 15,
      heartbeat_timeout_seconds: 90,
      hold_slice_seconds: 300,
    })
    .eq('id', true);
});

/** Asks for a room and joins it, without waiting for anybody. */
async function join(person: Person) {
  const { status, body } = await invoke('livekit-token', { as: person });
  expect(status).toBe(201);
  const token = z
    .object({ server_url: z.string(), participant_token: z.string(), session_id: z.string() })
    .parse(body);
  const caller = new RoomCustomer();
  callers.push(caller);
  await caller.join(token.server_url, token.participant_token);
  return { caller, sessionId: token.session_id };
}

/** A call whose agent has begun to speak. */
async function answered(person: Person) {
  const { caller, sessionId } = await join(person);
  await caller.until(
    'the meter',
    () => caller.attribute('mindbot.remaining_seconds') !== undefined,
  );
  const startedAt = performance.now();
  await caller.until('the agent to speak', () => caller.heardMs > 200);
  return { caller, sessionId, startedAt };
}

/** A call whose greeting has been spoken. */
async function call(person: Person) {
  const begun = await answered(person);
  await begun.caller.until('the greeting', () => begun.caller.saidBy('agent').length > 0);
  return begun;
}

async function session(id: string) {
  const { data, error } = await operator.from('voice_sessions').select('*').eq('id', id).single();
  if (error) throw new Error(error.message);
  return data;
}

function settled(id: string) {
  return poll(
    'the settlement',
    () => session(id),
    ({ status }) => status === 'completed' || status === 'error',
    30_000,
  );
}

test('a bought hour is talked: heard, understood, and billed to the second', async () => {
  const person = await signUp('Grace Hopper');
  const order = await buyAnHour(person);
  const { caller, sessionId, startedAt } = await call(person);

  await caller.until(
    'the agent to listen',
    () => caller.attribute('lk.agent.state') === 'listening',
  );
  const saidBefore = caller.saidBy('agent').length;
  const heardBefore = caller.heardMs;
  await caller.say(question);
  await caller.until(
    'the answer',
    () => caller.saidBy('agent').length > saidBefore && caller.heardMs > heardBefore + 300,
  );
  expect(caller.saidBy('customer').join(' ')).not.toBe('');

  await caller.leave();
  const seconds = (performance.now() - startedAt) / 1000;
  const row = await settled(sessionId);

  expect(row).toMatchObject({
    status: 'completed',
    end_reason: 'user_left',
    end_proof: 'agent_end',
  });
  expect(Math.abs(row.billed_seconds - seconds)).toBeLessThanOrEqual(1);
  const { data: card } = await person.client
    .from('time_cards')
    .select('*')
    .eq('id', order.time_card_id)
    .single();
  expect(card).toMatchObject({
    held_seconds: 0,
    used_seconds: row.billed_seconds,
    remaining_seconds: 3600 - row.billed_seconds,
  });
});

test('the agent shows the remaining seconds, counting down', async () => {
  const person = await signUp();
  await giveCard(person, 600);
  const { caller, sessionId } = await call(person);
  const shown = () => Number(caller.attribute('mindbot.remaining_seconds'));
  const first = shown();
  expect(first).toBeLessThanOrEqual(600);
  expect(caller.attribute('mindbot.session_id')).toBe(sessionId);
  await caller.until('the countdown', () => shown() <= first - 3);
  const row = await session(sessionId);
  expect(
    Math.abs(600 - shown() - (Date.now() - Date.parse(row.started_at ?? '')) / 1000),
  ).toBeLessThanOrEqual(3);
});

test('a card that runs out ends with a warning and a spoken goodbye, and bills no more than it had', async () => {
  const person = await signUp();
  const card = await giveCard(person, 25);
  const { caller, sessionId } = await call(person);
  await caller.until('the room to close', () => caller.disconnected, 45_000);

  const row = await settled(sessionId);
  expect(row.status).toBe('completed');
  expect(row.billed_seconds).toBeLessThanOrEqual(25);
  expect(row.billed_seconds).toBeGreaterThanOrEqual(20);
  expect(caller.notices.map(({ type }) => type)).toEqual(['low_balance', 'goodbye']);
  expect(caller.saidBy('agent').at(-1)).toMatch(/bye/i);
  const { data } = await operator
    .from('time_cards')
    .select('remaining_seconds, held_seconds')
    .eq('id', card)
    .single();
  expect(data).toEqual({ remaining_seconds: 25 - row.billed_seconds, held_seconds: 0 });
});

test('a customer who asks for the end gets it within a beat, with a goodbye', async () => {
  const person = await signUp();
  await giveCard(person, 600);
  // In the middle of the greeting, which has to give way to the goodbye.
  const { caller, sessionId } = await answered(person);
  const { data } = await person.client.rpc('end_my_session', { session_id: sessionId });
  expect(data).toEqual({ session_id: sessionId, status: 'active' });
  await caller.until('the room to close', () => caller.disconnected, 30_000);
  expect((await settled(sessionId)).status).toBe('completed');
  expect(caller.saidBy('agent').at(-1)).toMatch(/bye!$/i);
});

test('a customer who leaves before the agent comes has the time back without the sweep', async () => {
  const person = await signUp();
  await giveCard(person, 600);
  const { caller, sessionId } = await join(person);
  await caller.leave();
  expect(await settled(sessionId)).toMatchObject({ settled_by: 'worker', billed_seconds: 0 });
  expect(await balanceOf(person)).toBe(600);
});

test('nobody pays for the time in which the agent stood still', async () => {
  const person = await signUp();
  await giveCard(person, 600);
  const { caller, sessionId, startedAt } = await call(person);
  const pid = await jobPid(sessionId);
  const stoppedAt = performance.now();
  process.kill(pid, 'SIGSTOP');
  try {
    await caller.until('a silence', () => performance.now() - stoppedAt > 5_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const stoodStill = (performance.now() - stoppedAt) / 1000;
  const before = caller.attribute('mindbot.remaining_seconds');
  await caller.until(
    'the countdown to go on',
    () => caller.attribute('mindbot.remaining_seconds') !== before,
  );
  await caller.leave();
  const seconds = (performance.now() - startedAt) / 1000 - stoodStill;
  expect(Math.abs((await settled(sessionId)).billed_seconds - seconds)).toBeLessThanOrEqual(1.5);
});

test('lost heartbeats cost neither side anything: the end settles by the clock', async () => {
  const person = await signUp();
  await giveCard(person, 600);
  const { caller, sessionId, startedAt } = await call(person);
  await owner`alter function public.heartbeat_session rename to heartbeat_session_away`;
  try {
    await caller.until(
      'some time without beats',
      () => performance.now() - startedAt > 6000,
      30_000,
    );
  } finally {
    await owner`alter function public.heartbeat_session_away rename to heartbeat_session`;
  }
  await caller.leave();
  const seconds = (performance.now() - startedAt) / 1000;
  const row = await settled(sessionId);
  expect(Math.abs(row.billed_seconds - seconds)).toBeLessThanOrEqual(1);
});

test('an agent killed in mid-call is settled by the sweep on its last beat, never for more', async () => {
  const person = await signUp();
  const card = await giveCard(person, 600);
  const { sessionId, startedAt } = await call(person);
  await poll(
    'a few beats',
    () => session(sessionId),
    ({ heartbeat_seq: seq }) => seq >= 2,
  );

  process.kill(await jobPid(sessionId), 'SIGKILL');
  const seconds = (performance.now() - startedAt) / 1000;

  expect((await maintenance()).status).toBe(200);
  expect((await session(sessionId)).status).toBe('active');
  await owner`update private.clock set "offset" = "offset" + interval '60 seconds'`;
  const swept = await maintenance();
  expect(swept.body.settled_sessions).toBe(1);

  const row = await session(sessionId);
  expect(row).toMatchObject({ status: 'error', settled_by: 'sweep', end_proof: 'heartbeat' });
  expect(row.billed_seconds).toBeLessThanOrEqual(seconds);
  expect(row.billed_seconds).toBeGreaterThanOrEqual(seconds - 4);
  const { data } = await operator
    .from('time_cards')
    .select('remaining_seconds, held_seconds')
    .eq('id', card)
    .single();
  expect(data).toEqual({ remaining_seconds: 600 - row.billed_seconds, held_seconds: 0 });
});

/** The process that runs the call: the worker names itself as worker, job and process. */
async function jobPid(sessionId: string): Promise<number> {
  const { worker_id: workerId } = await session(sessionId);
  return z.coerce.number().int().min(2).parse(workerId?.split('/').at(-1));
}
