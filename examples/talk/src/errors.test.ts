import { AuthApiError, FunctionsHttpError } from '@supabase/supabase-js';
import { expect, test } from 'vitest';
import { ERROR_TEXTS, textOfError } from './error-texts.ts';
import { appError, fromAuth, fromBody, fromFunction } from './errors.ts';

/** The codes of the API's error catalogue (DESIGN §9). */
const API_CODES = [
  'invalid_input',
  'not_authenticated',
  'invalid_signature',
  'insufficient_balance',
  'account_inactive',
  'not_allowed',
  'not_found',
  'code_not_accepted',
  'illegal_transition',
  'already_settled',
  'idempotency_conflict',
  'too_many_sessions',
  'too_many_attempts',
  'payment_provider_unavailable',
  'voice_provider_unavailable',
];

test.each(API_CODES)('the refusal %s is told in words', (code) => {
  expect(ERROR_TEXTS[code]?.text).toMatch(/\.$/);
});

test('a refusal of the database keeps its code and its fields', () => {
  const error = fromBody({
    code: 'PT400',
    message: 'invalid_input',
    details: '{"full_name":["is too short"]}',
    hint: 'Give your name.',
  });
  expect(error).toEqual({
    code: 'invalid_input',
    fields: { full_name: ['is too short'] },
    hint: 'Give your name.',
    details: { full_name: ['is too short'] },
  });
});

test('another call of the same person is told from lines that are all busy', () => {
  const refusal = (scope: string) =>
    textOfError(fromBody({ code: 'PT429', message: 'too_many_sessions', details: { scope } }));
  expect(refusal('user').next).toBe('talk');
  expect(refusal('all').next).toBe('retry');
});

test('a wrong code is told how many tries are left', () => {
  const details = '{"attempts_left": 3}';
  const error = fromBody({ code: 'PT404', message: 'code_not_accepted', details });
  expect(textOfError(error).text).toContain('3 more tries');
});

test('an error that is not ours is not shown in its own words', () => {
  const error = fromBody({ code: '42P01', message: 'relation "x" does not exist' });
  expect(error.code).toBe('unexpected');
  expect(textOfError(error).text).not.toContain('relation');
});

test('a refusal of an Edge Function is read from its response', async () => {
  const body = { code: 'PT402', message: 'insufficient_balance', details: null, hint: 'Buy time.' };
  const error = await fromFunction(new FunctionsHttpError(Response.json(body, { status: 402 })));
  expect(error.code).toBe('insufficient_balance');
  expect(textOfError(error).next).toBe('buy');
});

test('an answer of an Edge Function that is no JSON is unexpected', async () => {
  const error = await fromFunction(new FunctionsHttpError(new Response('oops', { status: 500 })));
  expect(error.code).toBe('unexpected');
});

test('a refused password belongs to its field', () => {
  const error = fromAuth(new AuthApiError('Too short', 422, 'weak_password'));
  expect(error.fields).toEqual({ password: ['Too short'] });
});

test('a refused address is told at its field in our words', () => {
  const text = 'Unable to validate email address: invalid format';
  const error = fromAuth(new AuthApiError(text, 400, 'validation_failed'));
  expect(error.fields).toEqual({ email: ['This does not look like an e-mail address.'] });
});

test('a name that the sign-up refuses belongs to its field', () => {
  const error = fromAuth(new AuthApiError('invalid_input', 400, 'PT400'));
  expect(error.code).toBe('invalid_input');
  expect(Object.keys(error.fields)).toEqual(['full_name']);
});

test('a code without a text falls back on what the server said', () => {
  expect(textOfError(appError('brand_new', { hint: 'Come back tomorrow.' })).text).toBe(
    'Come back tomorrow.',
  );
});
