import { expect, it } from 'vitest';
import { encodeJsonOnce, isoMoment } from './data-api.ts';

it.each([
  ['an object', { a: 1 }, '{"a":1}'],
  ['what is encoded already', '{"a":1}', '{"a":1}'],
  ['text that is no JSON', 'hello', '"hello"'],
  ['text that only looks like JSON', '{bad', '"{bad"'],
  ['empty text', '', '""'],
])('JSON is encoded once: %s', (_, value, encoded) => {
  expect(encodeJsonOnce(value)).toBe(encoded);
});

it.each([
  ['2026-01-31 12:00:00.5+00', '2026-01-31T12:00:00.5+00:00'],
  ['2026-01-31 12:00:00+05:30', '2026-01-31T12:00:00+05:30'],
  ['2026-01-31 12:00:00', '2026-01-31T12:00:00'],
  ['infinity', 'infinity'],
])('the moment %s is written as PostgREST does: %s', (text, written) => {
  expect(isoMoment(text)).toBe(written);
});
