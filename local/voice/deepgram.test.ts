import { once } from 'node:events';
import { initializeLogger, stt } from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import { AudioFrame } from '@livekit/rtc-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createVoiceDouble, type VoiceDouble } from './server.ts';
import { synthesize } from './synthesis.ts';

const RATE = 16_000;
const LINES = ['First line, please.', 'And the second one!'];
let double: VoiceDouble;
let speech: Int16Array;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  double = await createVoiceDouble({ lines: LINES });
  speech = await synthesize('Is anybody there who can hear me?', { sampleRate: RATE });
});

beforeEach(async () => {
  await fetch(`${double.url}/_double/reset`, { method: 'POST' });
});

afterAll(async () => {
  await double.close();
});

async function script(body: unknown): Promise<void> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${double.url}/_double/script`, init);
  expect(response.status).toBe(200);
}

interface Message {
  type: string;
  transcript: string;
  raw: Record<string, unknown>;
}

/** A bare client that keeps what it hears. */
class Listener {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<number>;

  constructor(query: string, baseUrl = double.wsUrl) {
    this.socket = new WebSocket(`${baseUrl}/v1/listen?${query}`, {
      headers: { authorization: 'Token test' },
    });
    this.socket.on('message', (data) => {
      const raw = JSON.parse(String(data)) as Record<string, unknown> & {
        channel?: { alternatives?: { transcript: string }[] };
      };
      const transcript = raw.channel?.alternatives?.[0]?.transcript ?? '';
      this.messages.push({ type: String(raw['type']), transcript, raw });
    });
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close').then(([code]) => code as number);
  }

  async play(...parts: Int16Array[]): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open');
    for (const part of parts) {
      for (let i = 0; i < part.length; i += 1600) this.socket.send(part.slice(i, i + 1600));
    }
  }

  async finish(): Promise<Message[]> {
    this.socket.send('{"type":"CloseStream"}');
    await this.closed;
    return this.messages;
  }
}

const QUERY = `model=nova-3&encoding=linear16&sample_rate=${RATE}&channels=1&smart_format=true`;
const silence = new Int16Array(RATE);

describe('the LiveKit plugin', () => {
  test("synthesised speech and silence give the script's lines, one per utterance", async () => {
    const recognizer = new deepgram.STT({ apiKey: 'test', baseUrl: double.wsUrl });
    const stream = recognizer.stream();
    for (const part of [silence, speech, silence, speech, silence]) {
      for (let i = 0; i < part.length; i += 320) {
        stream.pushFrame(new AudioFrame(part.slice(i, i + 320), RATE, 1, 320));
      }
    }
    const types: stt.SpeechEventType[] = [];
    const finals: stt.SpeechData[] = [];
    let interim = 0;
    for await (const event of stream) {
      if (event.type === stt.SpeechEventType.INTERIM_TRANSCRIPT) interim += 1;
      if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT) {
        finals.push(...(event.alternatives ?? []));
      }
      if (event.type === stt.SpeechEventType.START_OF_SPEECH) types.push(event.type);
      if (event.type === stt.SpeechEventType.END_OF_SPEECH) types.push(event.type);
      if (types.length === 4) break;
    }
    stream.close();
    await recognizer.close();
    const { START_OF_SPEECH, END_OF_SPEECH } = stt.SpeechEventType;
    expect(finals.map(({ text }) => text)).toEqual(LINES);
    expect(finals.map(({ words }) => words?.length)).toEqual([3, 4]);
    expect(Math.min(...finals.map(({ confidence }) => confidence))).toBeGreaterThan(0.9);
    expect(types).toEqual([START_OF_SPEECH, END_OF_SPEECH, START_OF_SPEECH, END_OF_SPEECH]);
    expect(interim).toBeGreaterThan(1);
  });
});

describe('the wire', () => {
  test('interim results grow, and the final one carries times for every word', async () => {
    const listener = new Listener(`${QUERY}&interim_results=true&vad_events=true`);
    await listener.play(silence, speech, silence);
    const messages = await listener.finish();
    expect(messages[0]?.type).toBe('SpeechStarted');
    const results = messages.filter(({ type }) => type === 'Results');
    const interim = results.slice(0, -1);
    expect(interim.length).toBeGreaterThan(0);
    for (const { transcript, raw } of interim) {
      expect(LINES[0]?.startsWith(transcript)).toBe(true);
      expect(raw['is_final']).toBe(false);
    }
    const last = results.at(-1);
    expect(last?.transcript).toBe(LINES[0]);
    expect(last?.raw).toMatchObject({
      is_final: true,
      speech_final: true,
      channel_index: [0, 1],
      channel: {
        alternatives: [
          { words: [{ word: 'first', punctuated_word: 'First' }, {}, { word: 'please' }] },
        ],
      },
    });
    expect(last?.raw['start']).toBeGreaterThan(0.9);
    expect(messages.at(-1)).toMatchObject({ type: 'Metadata', raw: { channels: 1 } });
    expect(await listener.closed).toBe(1000);
  });

  test('without punctuation the words are plain', async () => {
    const listener = new Listener(QUERY.replace('smart_format=true', 'smart_format=false'));
    await listener.play(speech, silence);
    const [result] = await listener.finish();
    expect(result?.transcript).toBe('first line please');
  });

  test('lines set by a test are taken first and once; then the loop goes on', async () => {
    await script({ lines: ['Said by a test.'] });
    const listener = new Listener(QUERY);
    await listener.play(speech, silence, speech, silence, speech, silence, speech, silence);
    const heard = (await listener.finish()).map(({ transcript }) => transcript);
    expect(heard.slice(0, 4)).toEqual(['Said by a test.', LINES[0], LINES[1], LINES[0]]);
  });

  test('the loop can be replaced, and each connection begins at its start', async () => {
    await script({ lines: ['Only this.'], mode: 'loop' });
    for (let i = 0; i < 2; i++) {
      const listener = new Listener(QUERY);
      await listener.play(speech, silence);
      expect((await listener.finish())[0]?.transcript).toBe('Only this.');
    }
  });

  test('an utterance ends although no more audio comes', async () => {
    const listener = new Listener(`${QUERY}&interim_results=true&utterance_end_ms=1000`);
    await listener.play(speech);
    const keepAlive = setInterval(() => listener.socket.send('{"type":"KeepAlive"}'), 200);
    await expect.poll(() => listener.messages.at(-1)?.type, { timeout: 5000 }).toBe('UtteranceEnd');
    clearInterval(keepAlive);
    const final = listener.messages.findLast(({ type }) => type === 'Results');
    expect(final?.raw['speech_final']).toBe(true);
    await listener.finish();
  });

  test('Finalize answers with what was heard so far', async () => {
    const listener = new Listener(QUERY);
    await listener.play(speech);
    listener.socket.send('{"type":"Finalize"}');
    await expect.poll(() => listener.messages.length).toBeGreaterThan(0);
    expect(listener.messages[0]?.raw).toMatchObject({ from_finalize: true, is_final: true });
    expect(listener.messages[0]?.transcript).toBe(LINES[0]);
    await listener.finish();
  });

  test('a connection that says nothing is closed with NET-0001', async () => {
    const impatient = await createVoiceDouble({ listenIdleMs: 100 });
    const listener = new Listener(QUERY, impatient.wsUrl);
    expect(await listener.closed).toBe(1011);
    await impatient.close();
  });

  test('a message that is not understood is closed with DATA-0000', async () => {
    const listener = new Listener(QUERY);
    await once(listener.socket, 'open');
    listener.socket.send('not json');
    expect(await listener.closed).toBe(1008);
    expect(listener.messages[0]).toMatchObject({ type: 'Error', raw: { variant: 'DATA-0000' } });
  });

  test.each([
    ['without a key', `${QUERY}`, '', 401],
    ['with another encoding', 'encoding=opus&sample_rate=16000', 'Token test', 400],
    ['without a sample rate', 'encoding=linear16', 'Token test', 400],
  ])('a connection %s is refused', async (_, query, authorization, status) => {
    const headers = authorization === '' ? {} : { authorization };
    const socket = new WebSocket(`${double.wsUrl}/v1/listen?${query}`, { headers });
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number; destroy(): void },
    ];
    expect(response.statusCode).toBe(status);
    response.destroy();
  });

  test('twenty connections at once all get their line', async () => {
    const listeners = Array.from({ length: 20 }, () => new Listener(QUERY));
    await Promise.all(listeners.map((listener) => listener.play(speech, silence)));
    const heard = await Promise.all(listeners.map((listener) => listener.finish()));
    for (const messages of heard) expect(messages[0]?.transcript).toBe(LINES[0]);
  });
});
