import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { synthesize, Synthesizer } from './synthesis.ts';
import { VOICE_NAMES } from './voices.ts';
import { WAV_HEADER_BYTES, writeSpeechWav } from './wav.ts';

const SENTENCE = 'Hello, I am MindBot. How can I help you today?';

function rms(samples: Int16Array): number {
  const squares = samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, samples.length));
}

function peak(samples: Int16Array): number {
  return samples.reduce((top, sample) => Math.max(top, Math.abs(sample)), 0);
}

/** Median fundamental in hertz, from the autocorrelation of the loud 50 ms slices. */
function medianPitch(samples: Int16Array, sampleRate: number): number {
  const slice = sampleRate / 20;
  const pitches: number[] = [];
  for (let from = 0; from + 2 * slice < samples.length; from += slice) {
    if (rms(samples.subarray(from, from + slice)) < 0.05) continue;
    let best = { lag: 1, score: 0 };
    for (let lag = Math.floor(sampleRate / 400); lag < sampleRate / 60; lag++) {
      let score = 0;
      for (let i = from; i < from + slice; i++)
        score += (samples[i] ?? 0) * (samples[i + lag] ?? 0);
      if (score > best.score) best = { lag, score };
    }
    pitches.push(sampleRate / best.lag);
  }
  return pitches.toSorted((a, b) => a - b)[Math.floor(pitches.length / 2)] ?? 0;
}

test('speech is as long as a person would take, loud and not clipped', async () => {
  const samples = await synthesize(SENTENCE, { sampleRate: 24_000 });
  const wordsPerMinute = (9 / (samples.length / 24_000)) * 60;
  expect(wordsPerMinute).toBeGreaterThan(120);
  expect(wordsPerMinute).toBeLessThan(220);
  expect(rms(samples)).toBeGreaterThan(0.03);
  expect(peak(samples)).toBeLessThan(32_000);
});

test.each(VOICE_NAMES)('the voice %s is loud and not clipped', async (voice) => {
  const samples = await synthesize('Peter picked a peck of pickled pepper, oh wow!', { voice });
  expect(rms(samples)).toBeGreaterThan(0.03);
  expect(peak(samples)).toBeLessThan(32_000);
});

test('twice the text takes about twice the time', async () => {
  const once = await synthesize(SENTENCE);
  const twice = await synthesize(`${SENTENCE} ${SENTENCE}`);
  expect(twice.length / once.length).toBeGreaterThan(1.8);
  expect(twice.length / once.length).toBeLessThan(2.3);
});

test('speech alternates between sound and pauses, as words do', async () => {
  const samples = await synthesize('One. Two. Three. Four.', { sampleRate: 16_000 });
  const slices = Array.from({ length: Math.floor(samples.length / 320) }, (_, i) =>
    rms(samples.subarray(i * 320, (i + 1) * 320)) > 0.02 ? 1 : 0,
  );
  const onsets = slices.filter((loud, i) => loud === 1 && slices[i - 1] !== 1);
  expect(onsets.length).toBeGreaterThanOrEqual(4);
  expect(onsets.length).toBeLessThanOrEqual(9);
});

test('length and pitch are the same at every sample rate', async () => {
  const low = await synthesize(SENTENCE, { voice: 'echo', sampleRate: 16_000 });
  const high = await synthesize(SENTENCE, { voice: 'echo', sampleRate: 48_000 });
  expect(Math.abs(low.length / 16_000 - high.length / 48_000)).toBeLessThan(0.1);
  const [lowPitch, highPitch] = [medianPitch(low, 16_000), medianPitch(high, 48_000)];
  expect(Math.abs(lowPitch / highPitch - 1)).toBeLessThan(0.08);
});

test('a deep voice is deeper than a bright one', async () => {
  const deep = await synthesize(SENTENCE, { voice: 'onyx' });
  const bright = await synthesize(SENTENCE, { voice: 'nova' });
  expect(medianPitch(deep, 24_000)).toBeLessThan(110);
  expect(medianPitch(bright, 24_000)).toBeGreaterThan(150);
});

test('speed shortens speech', async () => {
  const normal = await synthesize(SENTENCE, { speed: 1 });
  const fast = await synthesize(SENTENCE, { speed: 2 });
  expect(fast.length).toBeLessThan(normal.length * 0.7);
});

test('markup of the engine in a text is read aloud instead of obeyed', async () => {
  const plain = await synthesize('alpha omega');
  // eSpeak NG would make a pause of nine seconds of the first and drop the digits of the second.
  const pause = await synthesize('alpha <break time="9s"/> omega');
  const phonemes = await synthesize('alpha [[12]] omega');
  expect(pause.length).toBeLessThan(24_000 * 7);
  expect(phonemes.length).toBeGreaterThan(plain.length * 1.3);
});

test('a text with nothing to say is a short silence', async () => {
  const samples = await synthesize('🙂 ***');
  expect(samples.length).toBeGreaterThan(0);
  expect(peak(samples)).toBe(0);
});

test('pieces come before the whole is there, and together are the whole', async () => {
  const synthesizer = new Synthesizer();
  const pieces: number[] = [];
  for await (const piece of synthesizer.stream(SENTENCE)) pieces.push(piece.length);
  const whole = await synthesizer.synthesize(SENTENCE);
  await synthesizer.close();
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.reduce((sum, length) => sum + length, 0)).toBe(whole.length);
});

test('a voice that OpenAI does not have is refused', async () => {
  await expect(synthesize('hello', { voice: 'hal' })).rejects.toThrow('unknown voice: hal');
});

test('closing lets those who wait go, and a later text starts anew', async () => {
  const synthesizer = new Synthesizer();
  const waiting = synthesizer.synthesize('this one will not be heard');
  const [outcome] = await Promise.allSettled([waiting, synthesizer.close()]);
  expect(outcome).toMatchObject({ reason: { message: 'speech failed: closed' } });
  expect((await synthesizer.synthesize('yes')).length).toBeGreaterThan(0);
  await synthesizer.close();
});

test('a WAV file holds the silence, the speech and a header that tells their length', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-voice-'));
  const path = join(folder, 'question.wav');
  const { seconds } = await writeSpeechWav(path, 'Can you hear me?', { leadSeconds: 1 });
  const file = await readFile(path);
  await rm(folder, { recursive: true });
  expect(file.toString('latin1', 0, 4)).toBe('RIFF');
  expect(file.readUInt32LE(24)).toBe(48_000);
  expect(file.readUInt32LE(40)).toBe(file.length - WAV_HEADER_BYTES);
  expect(seconds).toBeCloseTo((file.length - WAV_HEADER_BYTES) / 2 / 48_000, 5);
  const samples = new Int16Array(file.buffer.slice(file.byteOffset + WAV_HEADER_BYTES));
  expect(peak(samples.subarray(0, 48_000))).toBe(0);
  expect(peak(samples.subarray(-2 * 48_000))).toBe(0);
  expect(rms(samples)).toBeGreaterThan(0.02);
});
