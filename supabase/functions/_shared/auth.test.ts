import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireSecretKey, requireToken, requireUser } from './auth.ts';
import { createDb } from './supabase.ts';
import { makeRequest } from './testing/calls.ts';
import { deadUrl } from './testing/server.ts';
import { claimsOf, makeToken, startFakeSupabase, USER_ID } from './testing/supabase.ts';
import type { FakeSupabase } from './testing/supabase.ts';

let supabase: FakeSupabase;
beforeAll(async () => {
  supabase = await startFakeSupabase();
});
afterAll(() => supabase.close());

const withBearer = (token: string) =>
  makeRequest({ headers: { authorization: `Bearer ${token}` } });

test('knows the user behind a token', async () => {
  const user = await requireUser(withBearer(supabase.userToken), supabase.db.auth);
  expect(user.data).toEqual({ id: USER_ID, accessToken: supabase.userToken });
});

test.each([
  ['no token', ''],
  ['a publishable key', 'sb_publishable_abc'],
  ['garbage', 'a.b.c'],
  ['parts that are not JSON', 'YWJj.YWJj.YWJj'],
  ['an expired token', makeToken(claimsOf(USER_ID, -60))],
  ['a token of another project', makeToken({ ...claimsOf(USER_ID), iss: 'elsewhere' })],
])('takes %s for nobody', async (_, token) => {
  const user = await requireUser(withBearer(token), supabase.db.auth);
  expect(user.error).toMatchObject({ status: 401, code: 'not_authenticated' });
});

test('takes a request without an Authorization header for nobody', async () => {
  const request = makeRequest({ headers: { apikey: 'sb_publishable_abc' } });
  expect((await requireUser(request, supabase.db.auth)).error?.code).toBe('not_authenticated');
});

test('does not blame the caller when Auth cannot be reached', async () => {
  const { auth } = createDb(await deadUrl(), 'sb_publishable_abc');
  await expect(requireUser(withBearer(supabase.userToken), auth)).rejects.toThrow('fetch failed');
});

test.each([
  ['as apikey', { apikey: 'sb_secret_b' }],
  ['as bearer', { authorization: 'Bearer sb_secret_a' }],
  [
    'as bearer beside a publishable key',
    { apikey: 'sb_publishable_x', authorization: 'Bearer sb_secret_a' },
  ],
])('accepts any secret key %s', async (_, headers) => {
  const passed = await requireSecretKey(makeRequest({ headers }), ['sb_secret_a', 'sb_secret_b']);
  expect(passed.error).toBeNull();
});

test.each([
  ['none', {}],
  ['a publishable one', { apikey: 'sb_publishable_x' }],
  ['a beginning of one', { apikey: 'sb_secret_' }],
  ['an empty one', { apikey: '', authorization: 'Bearer ' }],
])('refuses a secret key when there is %s', async (_, headers) => {
  const passed = await requireSecretKey(makeRequest({ headers: { ...headers } }), ['sb_secret_a']);
  expect(passed.error).toMatchObject({ status: 401, code: 'not_authenticated' });
});

test('accepts the token that a function is set up with', async () => {
  expect((await requireToken(withBearer('a-long-token'), 'a-long-token')).error).toBeNull();
});

test.each([
  ['none', {}],
  ['another', { authorization: 'Bearer another-token' }],
  ['a beginning of it', { authorization: 'Bearer a-long' }],
  ['more than it', { authorization: 'Bearer a-long-token2' }],
  ['one that is no bearer', { authorization: 'Basic a-long-token', apikey: 'a-long-token' }],
])('refuses a token when there is %s', async (_, headers) => {
  const passed = await requireToken(makeRequest({ headers: { ...headers } }), 'a-long-token');
  expect(passed.error).toMatchObject({ status: 401, code: 'not_authenticated' });
});
