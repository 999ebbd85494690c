import { expect, test } from 'vitest';
import { clock, duration, money, savedCard, toCents, toUnits, utcDay } from './format.ts';

test('a clock shows hours only when there are some', () => {
  expect(clock(0)).toBe('0:00');
  expect(clock(75)).toBe('1:15');
  expect(clock(3600)).toBe('1:00:00');
});

test('a clock never runs below zero', () => {
  expect(clock(-1)).toBe('0:00');
});

test('a duration in words leaves out what is nothing', () => {
  expect(duration(3600)).toBe('1 hour');
  expect(duration(3675)).toBe('1 hour 1 minute 15 seconds');
  expect(duration(0)).toBe('0 seconds');
});

test('money is divided by what its currency has', () => {
  expect(money(999, 'usd')).toBe('$9.99');
  expect(money(500, 'jpy')).toBe('¥500');
});

test('a limit is kept in the smallest unit of its currency', () => {
  expect(toCents(20, 'usd')).toBe(2000);
  expect(toCents(500, 'jpy')).toBe(500);
  expect(toUnits(1999, 'usd')).toBe(20);
});

test('a day of UTC is the same day everywhere', () => {
  expect(utcDay('2026-11-24')).toBe('Nov 24');
});

test('a saved card is told by its brand and its last digits', () => {
  expect(savedCard({ brand: 'visa', last4: '4242' })).toBe('Visa •••• 4242');
});
