import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { synthesize } from '../../local/voice/synthesis.ts';
import {
  answered,
  ask,
  call,
  hangUpAll,
  join,
  session,
  settled,
  shortBeats,
  usualBeats,
  voice,
} from '../support/calls.ts';
import {
  giveCard,
  owner,
  type Person,
  poll,
  signUp,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

beforeAll(shortBeats);
beforeEach(() => voice.reset());
afterEach(async () => {
  await hangUpAll();
  await voice.reset();
  expect(await violations()).toEqual([]);
  expect(
    await owner`
    select id from voice_sessions where used_seconds + unserved_seconds
      > extract(epoch from ended_at - started_at)`,
  ).toEqual([]);
});
afterAll(usualBeats);

async function customer(): Promise<Person> {
  const person = await signUp();
  await giveCard(person, 600);
  return person;
}
const seconds = (from: number) => (performance.now() - from) / 1000;

test('a language model that stumbles is asked again, and nobody notices', async () => {
  const { caller, sessionId } = await answered(await customer());
  await voice.faults([
    { target: 'llm', kind: 'status', status: 429 },
    { target: 'llm', kind: 'close' },
  ]);
  await ask(caller, 'What is the capital of France?', /Paris/);
  await caller.leave();
  const row = await settled(sessionId);
  expect(caller.saidBy('agent').join(' ')).not.toMatch(/went wrong/);
  expect(row.agent_state).toMatchObject({ vendors: { llm: { failures: 2 } } });
});

test('a language model that is down: an apology, and nobody pays until it answers again', async () => {
  const { caller, sessionId, startedAt } = await call(await customer());
  await voice.faults([{ target: 'llm', kind: 'status', status: 500, times: 3 }]);
  const before = seconds(startedAt);
  await ask(caller, 'What is the capital of Peru?', /went wrong/);
  const downFor = seconds(startedAt) - before;
  await ask(caller, 'What is the capital of France?', /Paris/);
  await caller.leave();
  const open = seconds(startedAt);
  const row = await settled(sessionId);
  expect(row.billed_seconds + row.unserved_seconds).toBeLessThanOrEqual(open + 1);
  expect(row.unserved_seconds).toBeGreaterThanOrEqual(Math.floor(downFor) - 1);
});

test.each([
  ['a zero byte', 'Hello \0 there'],
  ['an emoji that is cut in two where a turn is', `${'x'.repeat(499)}😀`],
])('%s in what a customer types does not stop the meter', async (_, text) => {
  const { caller, sessionId } = await call(await customer());
  await caller.type(text);
  const heard = await poll(
    'the turn to be saved with a beat',
    () => session(sessionId),
    ({ agent_state: state }) => JSON.stringify(state).includes('"user"'),
  );
  const later = await poll(
    'the beat after it',
    () => session(sessionId),
    ({ heartbeat_seq: seq }) => seq > heard.heartbeat_seq,
  );
  expect(later.used_seconds).toBeGreaterThan(heard.used_seconds);
  await caller.leave();
  expect(await settled(sessionId)).toMatchObject({ settled_by: 'worker', end_proof: 'agent_end' });
});

test('a call whose agent has no voice ends at once and costs nothing', async () => {
  await voice.faults([{ target: 'tts', kind: 'status', status: 500, times: 1000 }]);
  const { caller, sessionId } = await join(await customer());
  await caller.until('the room to close', () => caller.disconnected, 40_000);
  const row = await settled(sessionId);
  expect(row).toMatchObject({ end_reason: 'agent_failed', billed_seconds: 0 });
});

test('an agent that cannot hear says so and ends, and nobody pays for it', async () => {
  await voice.faults([{ target: 'stt', kind: 'status', status: 503, times: 1000 }]);
  const { caller, sessionId } = await join(await customer());
  await caller.until('the room to close', () => caller.disconnected, 40_000);
  const row = await settled(sessionId);
  expect(row.end_reason).toBe('agent_failed');
  expect(caller.saidBy('agent').at(-1)).toMatch(/cannot hear you/);
  expect(row.billed_seconds).toBeLessThanOrEqual(1);
});

test('recognition that loses its connection gets it back, and the next question is answered', async () => {
  await voice.faults([{ target: 'stt', kind: 'break', after_chunks: 4 }]);
  const { caller, sessionId } = await call(await customer());
  const question = await synthesize('What is the capital of France?', { sampleRate: 48_000 });
  await voice.hears(['What is the capital of France?', 'What is the capital of France?']);
  const isAnswered = () => caller.saidBy('agent').some((said) => /Paris/.test(said));
  for (let attempt = 0; attempt < 3 && !isAnswered(); attempt += 1) {
    await caller.say(question);
    await caller.until('the answer', isAnswered, 5_000).catch(() => {});
  }
  expect(isAnswered()).toBe(true);
  await caller.leave();
  expect((await settled(sessionId)).agent_state).toMatchObject({
    vendors: { stt: { failures: 1 } },
  });
});
