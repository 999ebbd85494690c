import { once } from 'node:events';
import { APIError, initializeLogger, llm } from '@livekit/agents';
import * as openai from '@livekit/agents-plugin-openai';
import { OpenAI } from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createVoiceDouble, type VoiceDouble } from './server.ts';

const SAY_HELLO = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello' }] };
const SPEAK = {
  model: 'tts-1',
  voice: 'alloy' as const,
  input: 'One two three four five six seven.',
  response_format: 'pcm' as const,
};
const LISTEN = '/v1/listen?encoding=linear16&sample_rate=16000';

const logSchema = z.object({
  counters: z.record(z.string(), z.number()),
  entries: z.array(z.object({ event: z.string(), detail: z.record(z.string(), z.unknown()) })),
});

let double: VoiceDouble;
let client: OpenAI;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  double = await createVoiceDouble({ tokenDelayMs: 0 });
  client = new OpenAI({ apiKey: 'sk-test', baseURL: `${double.url}/v1`, maxRetries: 0 });
});

afterAll(async () => {
  await double.close();
});

beforeEach(async () => {
  await turn('reset', {});
});

function turn(name: string, body: unknown): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${double.url}/_double/${name}`, { method: 'POST', body: text });
}

async function fault(...faults: unknown[]): Promise<void> {
  expect((await turn('faults', { faults })).status).toBe(200);
}

async function readLog(): Promise<z.infer<typeof logSchema>> {
  const response = await fetch(`${double.url}/_double/log`);
  return logSchema.parse(await response.json());
}

test('so many calls fail with the status asked for, then all is well again', async () => {
  await fault({ target: 'llm', kind: 'status', status: 429, times: 2, retry_after_seconds: 1 });
  for (let i = 0; i < 2; i++) {
    const failed = client.chat.completions.create(SAY_HELLO);
    await expect(failed).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  }
  expect((await client.chat.completions.create(SAY_HELLO)).choices).toHaveLength(1);
});

test("the plugin's own retry gets over one failure", async () => {
  await fault({ target: 'llm', kind: 'status', status: 500 });
  const model = new openai.LLM({ apiKey: 'sk-test', baseURL: `${double.url}/v1`, model: 'gpt-4o' });
  model.on('error', () => undefined);
  const chatCtx = new llm.ChatContext();
  chatCtx.addMessage({ role: 'user', content: 'Goodbye!' });
  const connOptions = { maxRetry: 1, retryIntervalMs: 1, timeoutMs: 5000 };
  let text = '';
  for await (const chunk of model.chat({ chatCtx, connOptions }))
    text += chunk.delta?.content ?? '';
  expect(text).toContain('Goodbye');
  expect((await readLog()).counters['chat']).toBe(2);
});

test('a stream can break after some chunks', async () => {
  await fault({ target: 'llm', kind: 'break', after_chunks: 2 });
  const stream = await client.chat.completions.create({ ...SAY_HELLO, stream: true });
  const received: unknown[] = [];
  const reading = (async () => {
    for await (const chunk of stream) received.push(chunk);
  })();
  await expect(reading).rejects.toThrow('terminated');
  expect(received).toHaveLength(2);
});

test('speech can break off, fail, or never be answered', async () => {
  await fault(
    { target: 'tts', kind: 'break', after_chunks: 1 },
    { target: 'tts', kind: 'status', status: 503 },
    { target: 'tts', kind: 'timeout', hold_ms: 100 },
    { target: 'tts', kind: 'close' },
  );
  const broken = await client.audio.speech.create(SPEAK);
  await expect(broken.arrayBuffer()).rejects.toThrow('terminated');
  await expect(client.audio.speech.create(SPEAK)).rejects.toMatchObject({ status: 503 });
  await expect(client.audio.speech.create(SPEAK)).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  await expect(client.audio.speech.create(SPEAK)).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  expect((await client.audio.speech.create(SPEAK)).status).toBe(200);
});

test('a call that is not answered ends by the time-out of its client', async () => {
  await fault({ target: 'llm', kind: 'timeout' });
  const model = new openai.LLM({ apiKey: 'sk-test', baseURL: `${double.url}/v1`, model: 'gpt-4o' });
  const failed = once(model, 'error') as Promise<[{ error: unknown }]>;
  const chatCtx = new llm.ChatContext();
  chatCtx.addMessage({ role: 'user', content: 'Hello' });
  const connOptions = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 100 };
  const stream = model.chat({ chatCtx, connOptions });
  const [{ error }] = await failed;
  expect(error).toBeInstanceOf(APIError);
  stream.close();
});

function listen(): WebSocket {
  const socket = new WebSocket(`${double.wsUrl}${LISTEN}`, {
    headers: { authorization: 'Token x' },
  });
  socket.on('error', () => undefined);
  return socket;
}

test('the transcriber can refuse, hang up, or break off', async () => {
  await fault(
    { target: 'stt', kind: 'status', status: 429 },
    { target: 'stt', kind: 'close' },
    { target: 'stt', kind: 'break', after_chunks: 2 },
    { target: 'stt', kind: 'timeout', hold_ms: 100 },
  );
  const [refusal] = (await once(listen(), 'error')) as [Error];
  expect(refusal.message).toContain('429');
  expect((await once(listen(), 'close'))[0]).toBe(1011);
  const broken = listen();
  await once(broken, 'open');
  for (let i = 0; i < 3; i++) broken.send(new Int16Array(1600));
  expect((await once(broken, 'close'))[0]).toBe(1006);
  const [hangUp] = (await once(listen(), 'error')) as [Error];
  expect(hangUp.message).toContain('socket hang up');
  const healthy = listen();
  await once(healthy, 'open');
  healthy.close();
});

test('the log tells what was asked and answered', async () => {
  await client.chat.completions.create(SAY_HELLO);
  await client.audio.speech.create(SPEAK);
  const { counters, entries } = await readLog();
  // A connection of an earlier test may still have been closing.
  const asked = entries.filter(({ event }) => event !== 'listen_closed');
  expect(counters).toMatchObject({ chat: 1, speech: 1 });
  expect(asked.map(({ event }) => event)).toEqual(['chat', 'speech']);
  expect(asked[0]?.detail).toMatchObject({
    messages: [{ role: 'user', text: 'Hello' }],
    answer: 'Hello! What would you like to talk about?',
  });
  expect(asked[1]?.detail).toMatchObject({ input: SPEAK.input, voice: 'alloy' });
});

async function answerToHello(): Promise<string | null | undefined> {
  const { choices } = await client.chat.completions.create(SAY_HELLO);
  return choices[0]?.message.content;
}

test('rules can be set, the newest first, and a reset takes them back', async () => {
  await turn('rules', { rules: [{ match: 'hello', answer: 'Old.' }] });
  await turn('rules', { rules: [{ match: '(h)ello', answer: 'New $1.' }] });
  expect(await answerToHello()).toBe('New H.');
  await turn('reset', {});
  expect(await answerToHello()).toBe('Hello! What would you like to talk about?');
});

test('a tool that a rule names is called', async () => {
  await turn('rules', {
    rules: [{ match: 'hello', call: { name: 'look_up', arguments: { a: 1 } } }],
  });
  const tools = [{ type: 'function' as const, function: { name: 'look_up' } }];
  const stream = client.chat.completions.stream({ ...SAY_HELLO, tools });
  const [choice] = (await stream.finalChatCompletion()).choices;
  expect(choice?.finish_reason).toBe('tool_calls');
  expect(choice?.message.tool_calls?.[0]).toMatchObject({
    function: { name: 'look_up', arguments: '{"a":1}' },
  });
});

test.each([
  ['faults', { faults: [{ target: 'llm', kind: 'explode' }] }, 400],
  ['faults', { faults: [{ target: 'llm', kind: 'status', status: 200 }] }, 400],
  ['script', { lines: 'one' }, 400],
  ['rules', { rules: [{ match: '(', answer: 'x' }] }, 400],
  ['script', '{', 400],
  ['nothing', {}, 404],
])('the switch %s refuses %j', async (name, body, status) => {
  const response = await turn(name, body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code: `PT${status}` });
});
