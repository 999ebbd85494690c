import { expect, test } from 'vitest';
import { addressOf } from './routes.ts';

test('a page is found by its hash and anything else is home', () => {
  expect(addressOf('http://app.test/#/history').route).toBe('history');
  expect(addressOf('http://app.test/#/nonsense').route).toBe('home');
  expect(addressOf('http://app.test/').route).toBe('home');
});

test('a successful checkout names its payment', () => {
  const { checkout } = addressOf('http://app.test/?checkout=success&payment_id=p1#/');
  expect(checkout).toEqual({ outcome: 'success', paymentId: 'p1' });
});

test('a cancelled checkout is told from no checkout', () => {
  expect(addressOf('http://app.test/?checkout=cancelled').checkout?.outcome).toBe('cancelled');
  expect(addressOf('http://app.test/?checkout=other').checkout).toBeUndefined();
});
