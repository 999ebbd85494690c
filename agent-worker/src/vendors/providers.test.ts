import { initializeLogger, llm, stt } from '@livekit/agents';
import type { tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createVoiceDouble } from '../../../local/voice/server.ts';
import type { VoiceDouble } from '../../../local/voice/server.ts';
import { synthesize } from '../../../local/voice/synthesis.ts';
import { readEnv } from '../env.ts';
import { VendorGuards } from '../resilience.ts';
import type { VendorLimits } from '../resilience.ts';
import { createProviders } from './providers.ts';
import type { CallProviders } from './providers.ts';
import { watchHearingLink } from './hearing-link.ts';

let first: VoiceDouble;
let second: VoiceDouble;
let vitestHears: NodeJS.UnhandledRejectionListener[];
beforeAll(async () => {
  // The framework starts a sentence without anybody to catch its failure; a job process lives with that.
  vitestHears = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', () => {});
  initializeLogger({ pretty: false, level: 'silent' });
  const answers = (answer: string) => ({ tokenDelayMs: 0, rules: [{ match: '.', answer }] });
  first = await createVoiceDouble(answers('The first answers.'));
  second = await createVoiceDouble(answers('The second answers.'));
});
afterEach(() => Promise.all([first, second].map((double) => post(double, 'reset', {}))));
afterAll(async () => {
  await Promise.all([first, second].map((double) => double.close()));
  process.removeAllListeners('unhandledRejection');
  for (const listener of vitestHears) process.on('unhandledRejection', listener);
});

async function post(double: VoiceDouble, path: string, body: object): Promise<void> {
  const response = await fetch(`${double.url}/_double/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

const fault = (double: VoiceDouble, target: string, kind: string, more: object = {}) =>
  post(double, 'faults', { faults: [{ target, kind, ...more }] });

/** The real plugins against the doubles; the second only where a test wants one. */
function providers(
  hasSecond = false,
  limits?: VendorLimits,
): CallProviders & { guards: VendorGuards } {
  const env = readEnv({
    SUPABASE_URL: 'http://127.0.0.1:1',
    SUPABASE_SECRET_KEY: 'sb_secret_x',
    LIVEKIT_URL: 'ws://127.0.0.1:1',
    LIVEKIT_API_KEY: 'k',
    LIVEKIT_API_SECRET: 's',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: `${first.url}/v1`,
    DEEPGRAM_API_KEY: 'dg',
    DEEPGRAM_BASE_URL: first.wsUrl,
    ...(hasSecond && {
      FALLBACK_OPENAI_API_KEY: 'sk-test',
      FALLBACK_OPENAI_BASE_URL: `${second.url}/v1`,
      FALLBACK_DEEPGRAM_API_KEY: 'dg',
      FALLBACK_DEEPGRAM_BASE_URL: second.wsUrl,
    }),
  });
  const guards = new VendorGuards({ warn: () => {} }, limits);
  return { ...createProviders(env, guards, null), guards };
}

/** What the model says, and the error that the session would be told of. */
async function ask(model: llm.LLM) {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Who answers?' });
  const errors: Error[] = [];
  const onError = ({ error }: { error: Error }) => errors.push(error);
  model.on('error', onError);
  let text = '';
  for await (const chunk of model.chat({ chatCtx })) text += chunk.delta?.content ?? '';
  model.off('error', onError);
  return { text, errors };
}

async function speak(speech: tts.TTS) {
  const errors: Error[] = [];
  const onError = ({ error, recoverable }: { error: Error; recoverable: boolean }) => {
    if (!recoverable) errors.push(error);
  };
  speech.on('error', onError);
  let samples = 0;
  for await (const { frame } of speech.synthesize('Hello.')) samples += frame.samplesPerChannel;
  speech.off('error', onError);
  return { seconds: samples / speech.sampleRate, errors };
}

describe('the language model', () => {
  it.each([
    ['429', 'status', { status: 429 }],
    ['500', 'status', { status: 500 }],
    ['a closed socket', 'close', {}],
    ['a stream that breaks before the first word', 'break', { after_chunks: 0 }],
  ])('is asked again after %s', async (_what, kind, more) => {
    const { guards, ...vendors } = providers();
    await fault(first, 'llm', kind, more);
    const { text, errors } = await ask(vendors.llm);
    expect(text).toBe('The first answers.');
    expect(errors).toEqual([]);
    expect(guards.counts.llm.failures).toBe(1);
  });

  it('is not asked again when the request itself is refused', async () => {
    const { guards, ...vendors } = providers();
    await fault(first, 'llm', 'status', { status: 401 });
    const { errors } = await ask(vendors.llm);
    expect(errors).toHaveLength(1);
    expect(guards.counts.llm.failures).toBeLessThanOrEqual(3);
  });

  it('that breaks off in mid-sentence is not begun anew, and the session is told', async () => {
    const { llm: model } = providers();
    await fault(first, 'llm', 'break', { after_chunks: 3 });
    const { text, errors } = await ask(model);
    expect(text).toMatch(/^The/);
    expect(text).not.toContain('answers. The');
    expect(errors).toHaveLength(1);
  });

  it('that stays down is given up once, and then spared', async () => {
    const { guards, llm: model } = providers();
    await fault(first, 'llm', 'status', { status: 503, times: 100 });
    expect((await ask(model)).errors).toHaveLength(1);
    expect((await ask(model)).errors).toHaveLength(1);
    const asked = guards.counts.llm.failures;
    const before = performance.now();
    expect((await ask(model)).errors).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(500);
    expect(guards.counts.llm).toEqual({ failures: asked, timeouts: 0, breaks: 1 });
  });

  it('that does not answer is given up in time', async () => {
    const { guards, llm: model } = providers(false, { attemptMs: 300, requestMs: 800 });
    await fault(first, 'llm', 'timeout', { hold_ms: 20_000, times: 5 });
    const before = performance.now();
    expect((await ask(model)).errors).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(guards.counts.llm.timeouts).toBeGreaterThanOrEqual(1);
  });
});

describe('speech', () => {
  it.each([
    ['429', 'status', { status: 429 }],
    ['a closed socket', 'close', {}],
    ['sound that breaks off', 'break', { after_chunks: 1 }],
  ])('is asked for again after %s', async (_what, kind, more) => {
    const { guards, tts: speech } = providers();
    await fault(first, 'tts', kind, more);
    const { seconds, errors } = await speak(speech);
    expect(seconds).toBeGreaterThan(0.2);
    expect(errors).toEqual([]);
    expect(guards.counts.tts.failures).toBe(1);
  });

  it('that stays silent fails, and the session is told', async () => {
    const { tts: speech } = providers();
    await fault(first, 'tts', 'status', { status: 500, times: 100 });
    expect((await speak(speech)).errors).toHaveLength(1);
  });
});

describe('a second provider', () => {
  it('thinks while the first is down, and gives way when it is back', async () => {
    const { llm: model } = providers(true);
    expect((await ask(model)).text).toBe('The first answers.');
    await fault(first, 'llm', 'status', { status: 503, times: 3 });
    const { text, errors } = await ask(model);
    expect(text).toBe('The second answers.');
    expect(errors).toEqual([]);
  });

  it('speaks while the first is down', async () => {
    const { tts: speech } = providers(true);
    await fault(first, 'tts', 'status', { status: 503, times: 100 });
    const { seconds, errors } = await speak(speech);
    expect(seconds).toBeGreaterThan(0.2);
    expect(errors).toEqual([]);
  });
});

/** What recognition makes of speech. */
async function hear(hearing: stt.STT): Promise<string> {
  const stream = hearing.stream();
  const speech = await synthesize('Hello there, who hears me?', { sampleRate: 16_000 });
  const audio = new Int16Array(speech.length + 16_000);
  audio.set(speech);
  for (let at = 0; at < audio.length; at += 1_600) {
    stream.pushFrame(new AudioFrame(audio.slice(at, at + 1_600), 16_000, 1, 1_600));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  try {
    for await (const event of stream) {
      if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT)
        return event.alternatives?.[0]?.text ?? '';
    }
    return '';
  } finally {
    stream.close();
  }
}

describe('recognition', () => {
  it('goes on when its connection was lost', async () => {
    const { stt: hearing, renewHearing } = providers();
    await fault(first, 'stt', 'break', { after_chunks: 2 });
    const stop = watchHearingLink({
      onDown: () => {},
      onUp: () => {},
      onFailure: () => {},
      onLost: renewHearing,
    });
    expect(await hear(hearing)).not.toBe('');
    stop();
  });

  it('is asked for whatever language is spoken, and hands its words on as they are', async () => {
    const { stt: hearing } = providers();
    const spoken = 'Où est la bibliothèque ?';
    await post(first, 'script', { lines: [spoken], clear: true });
    expect(await hear(hearing)).toBe(spoken);
    const log = (await (await fetch(`${first.url}/_double/log`)).json()) as {
      entries: { event: string; detail: { query?: { language?: string } } }[];
    };
    const listened = log.entries.findLast(({ event }) => event === 'listen');
    expect(listened?.detail.query?.language).toBe('multi');
  });

  it('is had from the second provider while the first is down', async () => {
    const { stt: hearing } = providers(true);
    await fault(first, 'stt', 'status', { status: 503, times: 100 });
    await post(second, 'script', { lines: ['The second hears.'] });
    expect(await hear(hearing)).toBe('The second hears.');
  });
});

it('takes the voice that an admin chose, and its own where there is no such voice', async () => {
  const { tts: speech } = providers();
  await speak(speech);
  const log = (await (await fetch(`${first.url}/_double/log`)).json()) as {
    entries: { event: string; detail: { voice?: string } }[];
  };
  expect(log.entries.find(({ event }) => event === 'speech')?.detail.voice).toBe('ash');
});
