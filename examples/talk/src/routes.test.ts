import { expect, test } from 'vitest';
import { addressOf, mailReturnOf, via } from './routes.ts';

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

test('whoever signs in gets to the page they came for', () => {
  expect(addressOf(`http://app.test/${via('signUp', 'redeem')}`)).toMatchObject({
    route: 'signUp',
    after: 'redeem',
  });
  expect(addressOf('http://app.test/#/sign-in?after=//evil.test').after).toBe('home');
});

test('a link from a mail is told from a page', () => {
  expect(mailReturnOf('#access_token=a&type=recovery')).toEqual({ kind: 'new_password' });
  expect(mailReturnOf('#access_token=a&type=signup')).toBeUndefined();
  expect(mailReturnOf('#error=access_denied&error_code=otp_expired')).toEqual({
    kind: 'refused',
    code: 'otp_expired',
  });
  expect(mailReturnOf('#/prices')).toBeUndefined();
});
