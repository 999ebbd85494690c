import { expect, test } from 'vitest';
import { checkFields } from './account-rules.ts';

test('what is right has no error', () => {
  const good = { full_name: 'Ada', email: 'ada@example.com', password: 'Correct1Horse' };
  expect(checkFields(good)).toBeUndefined();
});

test('every wrong field is told at once, under its own name', () => {
  const error = checkFields({ full_name: 'A', email: 'ada', password: 'correct' });
  expect(Object.keys(error?.fields ?? {})).toEqual(['full_name', 'email', 'password']);
});

test('a password is told what it still lacks', () => {
  const error = checkFields({ password: 'correcthorse' });
  expect(error?.fields['password']).toEqual(['Still missing: a capital letter, a digit.']);
});

test('a field that the form does not have is not missed', () => {
  expect(checkFields({ email: 'ada@example.com' })).toBeUndefined();
});
