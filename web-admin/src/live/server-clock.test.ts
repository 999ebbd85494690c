import { expect, test } from 'vitest';
import { createServerClock } from './server-clock.ts';

/** A moment of the database, so many milliseconds after noon. */
const at = (ms: number): string => new Date(Date.UTC(2026, 10, 27, 12) + ms).toISOString();

test('an answer that was long on its way counts from when it was given', () => {
  const answeredAt = createServerClock();
  expect(answeredAt(at(0), 1_000, 1_040)).toBe(1_040);
  expect(answeredAt(at(5_000), 6_020, 8_500)).toBe(6_040);
  expect(answeredAt(at(10_000), 11_000, 11_030)).toBe(11_030);
});

test('an answer is given between question and receipt, even if a clock is set', () => {
  const answeredAt = createServerClock();
  answeredAt(at(0), 1_000, 1_040);
  expect(answeredAt(at(-60_000), 6_000, 6_050)).toBe(6_000);
  expect(answeredAt(at(3_600_000), 11_000, 11_050)).toBe(11_050);
});
