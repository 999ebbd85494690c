import { initializeLogger } from '@livekit/agents';
import type { stt } from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createVoiceDouble } from '../../../local/voice/server.ts';
import type { VoiceDouble } from '../../../local/voice/server.ts';
import { watchHearingLink } from './hearing-link.ts';
import { LastingSTT } from './lasting-stt.ts';

let double: VoiceDouble;
let stop: () => void;
let told: string[];
let hearing: LastingSTT;
const streams: stt.SpeechStream[] = [];

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  double = await createVoiceDouble();
});
beforeEach(() => {
  told = [];
  stop = watchHearingLink({
    onDown: () => told.push('down'),
    onUp: () => told.push('up'),
    onFailure: () => told.push('failure'),
    onLost: () => hearing.renew(),
    handshakeLimitMs: 300,
  });
});
afterEach(async () => {
  stop();
  for (const stream of streams.splice(0)) stream.close();
  await fetch(`${double.url}/_double/reset`, { method: 'POST', body: '{}' });
});
afterAll(() => double.close());

function fault(kind: string, more: object = {}) {
  const faults = [{ target: 'stt', kind, ...more }];
  return fetch(`${double.url}/_double/faults`, {
    method: 'POST',
    body: JSON.stringify({ faults }),
  });
}

/** Recognition as the worker has it; answers the errors that it gives up with. */
function listen(): Error[] {
  const plugin = new deepgram.STT({ apiKey: 'x', baseUrl: double.wsUrl });
  hearing = new LastingSTT(plugin);
  const errors: Error[] = [];
  hearing.on('error', ({ error }) => errors.push(error));
  const connOptions = { maxRetry: 1, retryIntervalMs: 50, timeoutMs: 1_000 };
  streams.push(hearing.stream({ connOptions }));
  return errors;
}

it('tells when a connection is being opened, and when it is open', async () => {
  listen();
  await vi.waitFor(() => expect(told).toEqual(['down', 'up']));
});

it('tells of a refused handshake and of the next that succeeds', async () => {
  await fault('status', { status: 503 });
  listen();
  await vi.waitFor(() => expect(told).toEqual(['down', 'failure', 'down', 'up']));
});

it('tells of a connection that is lost, and had again', async () => {
  await fault('close');
  listen();
  await vi.waitFor(() => expect(told).toEqual(['down', 'up', 'failure', 'down', 'down', 'up']), {
    timeout: 5_000,
  });
});

it('gives up a handshake that nobody answers, so that the plugin can', async () => {
  await fault('timeout', { hold_ms: 60_000, times: 9 });
  const errors = listen();
  await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 8_000 });
  expect(told).not.toContain('up');
  expect(told.filter((word) => word === 'failure')).toHaveLength(2);
});

it('does not mind other requests', async () => {
  await fetch(`${double.url}/healthz`);
  expect(told).toEqual([]);
});
