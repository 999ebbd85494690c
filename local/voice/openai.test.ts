import { request as httpRequest } from 'node:http';
import { initializeLogger, llm } from '@livekit/agents';
import * as openai from '@livekit/agents-plugin-openai';
import { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVoiceDouble, type VoiceDouble } from './server.ts';
import { WAV_HEADER_BYTES } from './wav.ts';

const KEY = 'sk-test';
let double: VoiceDouble;
let client: OpenAI;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  double = await createVoiceDouble({ tokenDelayMs: 0 });
  client = new OpenAI({ apiKey: KEY, baseURL: `${double.url}/v1`, maxRetries: 0 });
});

afterAll(async () => {
  await double.close();
});

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${double.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

function speakAtLength(signal?: AbortSignal): Promise<Response> {
  const input = 'Words upon words. '.repeat(40);
  return fetch(`${double.url}/v1/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'tts-1', voice: 'echo', input, response_format: 'pcm' }),
    signal: signal ?? null,
  });
}

describe('the LiveKit plugins', () => {
  test('the language model streams an answer and its usage', async () => {
    const model = new openai.LLM({
      apiKey: KEY,
      baseURL: `${double.url}/v1`,
      model: 'gpt-4o-mini',
    });
    const chatCtx = new llm.ChatContext();
    chatCtx.addMessage({ role: 'system', content: 'You are MindBot.' });
    chatCtx.addMessage({ role: 'user', content: 'What is the capital of Japan?' });
    let text = '';
    let pieces = 0;
    let usage: llm.CompletionUsage | undefined;
    for await (const chunk of model.chat({ chatCtx })) {
      if (chunk.delta?.content !== undefined) pieces += 1;
      text += chunk.delta?.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe('The capital of Japan is Tokyo.');
    expect(pieces).toBeGreaterThan(3);
    expect(usage?.promptTokens).toBeGreaterThan(5);
    expect(usage?.totalTokens).toBe((usage?.promptTokens ?? 0) + (usage?.completionTokens ?? 0));
  });

  test('speech arrives as frames of 24 kHz mono that are as long as the text takes', async () => {
    const speaker = new openai.TTS({ apiKey: KEY, baseURL: `${double.url}/v1`, voice: 'nova' });
    let samples = 0;
    let squares = 0;
    for await (const { frame } of speaker.synthesize('The capital of Japan is Tokyo.')) {
      expect(frame.sampleRate).toBe(24_000);
      expect(frame.channels).toBe(1);
      samples += frame.samplesPerChannel;
      squares += frame.data.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0);
    }
    expect(samples / 24_000).toBeGreaterThan(1.2);
    expect(samples / 24_000).toBeLessThan(3.5);
    expect(Math.sqrt(squares / samples)).toBeGreaterThan(0.03);
  });
});

describe('the openai SDK', () => {
  test('models are listed and retrieved', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('gpt-4o-mini');
    expect(await client.models.retrieve('tts-1')).toMatchObject({ id: 'tts-1', object: 'model' });
  });

  test('an answer that is not streamed comes whole', async () => {
    const completion = await client.chat.completions.create({
      model: 'gpt-4.1',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What is 3 times 5?' }] }],
    });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: '3 times 5 is 15.' },
    });
    expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('usage is streamed only when it is asked for', async () => {
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    const stream = await client.chat.completions.create({
      model: 'gpt-4.1',
      messages,
      stream: true,
    });
    const chunks: OpenAI.Chat.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.every((chunk) => !chunk.usage)).toBe(true);
  });

  test('a WAV file can be had', async () => {
    const response = await client.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'onyx',
      input: 'Hello.',
      response_format: 'wav',
    });
    const file = Buffer.from(await response.arrayBuffer());
    expect(file.toString('latin1', 0, 4)).toBe('RIFF');
    expect(file.readUInt32LE(24)).toBe(24_000);
    expect(file.length).toBeGreaterThan(WAV_HEADER_BYTES + 10_000);
  });

  test("errors are the vendor's", async () => {
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    const stranger = new OpenAI({ apiKey: 'nonsense', baseURL: `${double.url}/v1`, maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(
      client.chat.completions.create({ model: 'tts-1', messages }),
    ).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    await expect(
      client.audio.speech.create({
        model: 'tts-1',
        voice: 'hal',
        input: 'Hi',
        response_format: 'pcm',
      }),
    ).rejects.toMatchObject({ status: 400, param: 'voice', code: 'invalid_value' });
    await expect(
      client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi' }),
    ).rejects.toMatchObject({ status: 400, param: 'response_format' });
  });
});

describe('bad input', () => {
  test("malformed JSON and missing fields are 400 in OpenAI's shape", async () => {
    const malformed = await post('/v1/chat/completions', '{"model":');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    const missing = await post('/v1/chat/completions', '{"model":"gpt-4o"}');
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({
      error: { param: 'messages', code: 'missing_required_parameter' },
    });
    const wrong = await post('/v1/chat/completions', '[]');
    expect(wrong.status).toBe(400);
  });

  test('a key is required, unknown paths are 404 and wrong methods 405', async () => {
    const keyless = await fetch(`${double.url}/v1/models`);
    expect(keyless.status).toBe(401);
    expect((await fetch(`${double.url}/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${double.url}/v1/chat/completions`)).status).toBe(405);
    expect((await fetch(`${double.url}/healthz`)).status).toBe(200);
  });

  test('a huge body is refused', async () => {
    const response = await post('/v1/chat/completions', 'x'.repeat(8 * 1024 * 1024));
    expect(response.status).toBe(413);
  });

  test('a request target that is no URL is 404', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = double;
      httpRequest({ host: '127.0.0.1', port, path: '//' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(404);
  });

  test('clients that vanish in the middle do no harm, and many can be served at once', async () => {
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const response = await speakAtLength(controller.signal);
      await response.body?.getReader().read();
      controller.abort();
    }
    const answers = await Promise.all(Array.from({ length: 20 }, () => speakAtLength()));
    const lengths = await Promise.all(answers.map(async (a) => (await a.arrayBuffer()).byteLength));
    expect(new Set(lengths).size).toBe(1);
    expect(lengths[0]).toBeGreaterThan(24_000 * 2 * 20);
  });
});
