import { expect, test } from 'vitest';
import { Resampler } from './resample.ts';

const AMPLITUDE = 10_000;

function sine(hertz: number, sampleRate: number, seconds: number): Int16Array {
  return Int16Array.from({ length: sampleRate * seconds }, (_, i) =>
    Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hertz * i) / sampleRate)),
  );
}

function resample(samples: Int16Array, from: number, to: number, pieceLength: number): Int16Array {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  for (let i = 0; i < samples.length; i += pieceLength) {
    output.push(...resampler.push(samples.subarray(i, i + pieceLength)));
  }
  output.push(...resampler.flush());
  return Int16Array.from(output);
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** How far the samples are from the sine that they should be, at worst, edges left out. */
function worstError(samples: Int16Array, hertz: number, sampleRate: number): number {
  const wanted = sine(hertz, sampleRate, samples.length / sampleRate);
  const inner = [...samples.entries()].slice(200, -200);
  return Math.max(...inner.map(([i, sample]) => Math.abs(sample - (wanted[i] ?? 0))));
}

test.each([16_000, 24_000, 48_000])('a tone keeps its pitch, phase and level at %i Hz', (to) => {
  const output = resample(sine(1000, 22_050, 1), 22_050, to, 2206);
  expect(Math.abs(output.length - to)).toBeLessThan(40);
  expect(worstError(output, 1000, to)).toBeLessThan(AMPLITUDE * 0.005);
});

test('the result does not depend on how the audio was cut into pieces', () => {
  const input = sine(440, 22_050, 0.5);
  const whole = resample(input, 22_050, 24_000, input.length);
  expect(resample(input, 22_050, 24_000, 7)).toEqual(whole);
});

test('a tone that the lower rate cannot carry is removed', () => {
  const output = resample(sine(10_000, 22_050, 1), 22_050, 16_000, 2206);
  expect(rms(output)).toBeLessThan(AMPLITUDE * 0.01);
});

test('samples stay within sixteen bits', () => {
  const square = Int16Array.from({ length: 22_050 }, (_, i) => (i % 100 < 50 ? 32_767 : -32_768));
  const output = resample(square, 22_050, 24_000, 2206);
  // An overshoot that wrapped around would make neighbours jump by almost the full range.
  const late = output.slice(100, 2000);
  const flips = late.filter((sample, i) => Math.abs(sample - (late[i + 1] ?? sample)) > 60_000);
  expect(flips).toHaveLength(0);
});
