import { describe, expect, test } from 'vitest';
import { centsOf, duration, durationInWords, money, typedAmount, utc, words } from './format.ts';

test.each([
  [0, '0 s', '0 seconds'],
  [1, '1 s', '1 second'],
  [60, '1 min', '1 minute'],
  [3675, '1 h 1 min 15 s', '1 hour 1 minute 15 seconds'],
  [7200, '2 h', '2 hours'],
  [36_000_000, '10,000 h', '10,000 hours'],
])('%i seconds are %j, and in a sentence %j', (seconds, short, long) => {
  expect(duration(seconds)).toBe(short);
  expect(durationInWords(seconds)).toBe(long);
});

describe('money', () => {
  test.each([
    [999, 'usd', '$9.99'],
    [-333, 'usd', '-$3.33'],
    [500, 'jpy', '¥500'],
    [1500, 'kwd', 'KWD 1.500'],
  ])('%i %s are %s', (cents, currency, text) => {
    expect(money(cents, currency).replace('\u00a0', ' ')).toBe(text);
  });

  test.each([
    ['9.99', 'usd', 999],
    ['9,9', 'usd', 990],
    ['9', 'usd', 900],
    [' 0.29 ', 'usd', 29],
    ['500', 'jpy', 500],
    ['1.234', 'kwd', 1234],
    ['5.5', 'jpy', undefined],
    ['9.999', 'usd', undefined],
    ['-1', 'usd', undefined],
    ['1e3', 'usd', undefined],
    ['', 'usd', undefined],
  ])('%j typed as %s are %s cents', (typed, currency, cents) => {
    expect(centsOf(typed, currency)).toBe(cents);
  });

  test.each([
    [999, 'usd'],
    [1, 'usd'],
    [500, 'jpy'],
    [99_999_999, 'kwd'],
  ])('%i %s come back as they were typed', (cents, currency) => {
    expect(centsOf(typedAmount(cents, currency), currency)).toBe(cents);
  });
});

test('a time is told in UTC to the second', () => {
  expect(utc('2026-11-24T20:15:03.5+01:00')).toBe('2026-11-24 19:15:03 UTC');
});

test('words of the database become words of people', () => {
  expect(words('partially_refunded')).toBe('Partially refunded');
});
