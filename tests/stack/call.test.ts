import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { synthesize } from '../../local/voice/synthesis.ts';
import {
  answered,
  call,
  hangUpAll,
  jobPid,
  join,
  session,
  settled,
  shortBeats,
  usualBeats,
} from '../support/calls.ts';
import {
  balanceOf,
  buyAnHour,
  giveCard,
  maintenance,
  operator,
  owner,
  poll,
  signUp,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

let question: Int16Array;

beforeAll(async () => {
  question = await synthesize('Hello! What can you do for me?', { sampleRate: 48_000 });
  await shortBeats();
});

afterEach(async () => {
  await hangUpAll();
  expect(await violations()).toEqual([]);
});

afterAll(usualBeats);

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
  expect(row.billed_seconds).toBeLessThanOrEqual(seconds + 1);
  // A machine that is too slow for an answer in time is not charged for.
  expect(row.billed_seconds + row.unserved_seconds).toBeGreaterThanOrEqual(seconds - 2);
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
  const open = (Date.now() - Date.parse(row.started_at ?? '')) / 1000;
  expect(Math.abs(600 - shown() - (open - row.unserved_seconds))).toBeLessThanOrEqual(4);
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
  const row = await settled(sessionId);
  expect(row.billed_seconds).toBeLessThanOrEqual(seconds + 1.5);
  expect(row.billed_seconds + row.unserved_seconds).toBeGreaterThanOrEqual(seconds - 2);
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
  expect(row.billed_seconds).toBeLessThanOrEqual(seconds + 1);
  expect(row.billed_seconds + row.unserved_seconds).toBeGreaterThanOrEqual(seconds - 2);
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
  expect(row.billed_seconds + row.unserved_seconds).toBeGreaterThanOrEqual(seconds - 5);
  const { data } = await operator
    .from('time_cards')
    .select('remaining_seconds, held_seconds')
    .eq('id', card)
    .single();
  expect(data).toEqual({ remaining_seconds: 600 - row.billed_seconds, held_seconds: 0 });
});
