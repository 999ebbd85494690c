import { beforeAll, expect, test } from 'vitest';
import { SpeechDetector, type SpeechEvent } from './speech-detector.ts';
import { synthesize } from './synthesis.ts';

const RATE = 16_000;
let speech: Int16Array;

beforeAll(async () => {
  speech = await synthesize('Hello, I am here. What can you do for me?', { sampleRate: RATE });
});

/** White noise with this RMS, the same at every run. */
function noise(seconds: number, rms: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: seconds * RATE }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return Math.round((seed / 2_147_483_647 - 0.5) * 2 * Math.sqrt(3) * rms * 32_768);
  });
}

function silence(seconds: number): Int16Array {
  return new Int16Array(Math.round(seconds * RATE));
}

function mix(a: Int16Array, b: Int16Array, gain = 1): Int16Array {
  return a.map((sample, i) => Math.round(sample * gain) + (b[i] ?? 0));
}

function detect(...parts: Int16Array[]): SpeechEvent[] {
  const detector = new SpeechDetector(RATE, 1, 450);
  const events = parts.flatMap((part) => detector.push(part));
  return events.filter(({ type }) => type !== 'ongoing');
}

function types(events: readonly SpeechEvent[]): string[] {
  return events.map(({ type }) => type);
}

test('speech between silences is one utterance at the right times', () => {
  const [started, ended] = detect(silence(1), speech, silence(1));
  expect(started).toMatchObject({ type: 'started' });
  expect(started?.at).toBeGreaterThan(0.95);
  expect(started?.at).toBeLessThan(1.3);
  if (ended?.type !== 'ended') throw new Error('the utterance did not end');
  expect(Math.abs(ended.end - 1 - speech.length / RATE)).toBeLessThan(0.3);
  expect(ended.at - ended.end).toBeCloseTo(0.45, 1);
});

test('two utterances with a pause between them are two', () => {
  const events = detect(speech, silence(0.8), speech, silence(0.8));
  expect(types(events)).toEqual(['started', 'ended', 'started', 'ended']);
});

test('silence, low noise and clicks are not speech', () => {
  const click = silence(0.5).map((_, i) => (i < 800 ? 20_000 : 0));
  expect(detect(silence(3), noise(5, 0.008), click, silence(1), click, silence(1))).toEqual([]);
});

test('speech over low noise is found and its end too', () => {
  const quiet = mix(speech, noise(speech.length / RATE, 0.006));
  const events = detect(noise(2, 0.006), quiet, noise(2, 0.006));
  expect(types(events)).toEqual(['started', 'ended']);
});

test('quiet speech is found', () => {
  const events = detect(silence(1), mix(speech, silence(0), 0.3), silence(1));
  expect(types(events)).toEqual(['started', 'ended']);
});

test('a steady hum is given up after a while instead of blocking the line', () => {
  const events = detect(noise(32, 0.2));
  expect(types(events).slice(0, 2)).toEqual(['started', 'ended']);
});

test('both channels are listened to', () => {
  const detector = new SpeechDetector(RATE, 2, 450);
  const stereo = new Int16Array(2 * speech.length);
  for (const [i, sample] of speech.entries()) stereo[2 * i + 1] = sample;
  const events = [...detector.push(stereo), ...detector.push(new Int16Array(2 * RATE))];
  expect(types(events.filter(({ type }) => type !== 'ongoing'))).toEqual(['started', 'ended']);
  expect(detector.now).toBeCloseTo(speech.length / RATE + 1, 1);
});
