import { createClient } from '@supabase/supabase-js';
import { expect, test } from 'vitest';
import { lacksSecondFactor, passSecondFactor } from './second-factor.ts';

type Level = 'aal1' | 'aal2';
type Status = 'verified' | 'unverified';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const token = (aal: Level): string =>
  `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    sub: 'grace',
    aal,
    exp: Math.floor(Date.now() / 1000) + 3600,
  })}.${Buffer.from('signature').toString('base64url')}`;

/**
 * Auth as it answers over HTTP (https://github.com/supabase/auth/blob/master/openapi.yaml), which the local one does
 * not know: an account with one factor, whose code is 123456.
 */
const authWith = async (factor: { factor_type: 'totp' | 'phone'; status: Status } | undefined) => {
  const asked: string[] = [];
  const session = (aal: Level) => ({
    access_token: token(aal),
    token_type: 'bearer',
    expires_in: 3600,
    refresh_token: 'refresh',
    user: {
      id: 'grace',
      email: 'grace@example.com',
      aud: 'authenticated',
      ...(factor ? { factors: [{ id: 'factor-1', ...factor }] } : {}),
    },
  });
  const answer = (status: number, body: object): Response =>
    Response.json(body, { status, headers: { 'x-supabase-api-version': '2024-01-01' } });
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    asked.push(pathname);
    const body = JSON.parse(String(init?.body ?? '{}')) as Record<string, unknown>;
    if (pathname === '/auth/v1/token') return answer(200, session('aal1'));
    if (pathname === '/auth/v1/factors/factor-1/challenge') {
      return answer(200, { id: 'challenge-1', type: 'totp', expires_at: Date.now() / 1000 + 300 });
    }
    if (pathname === '/auth/v1/factors/factor-1/verify' && body['challenge_id'] === 'challenge-1') {
      return body['code'] === '123456'
        ? answer(200, session('aal2'))
        : answer(422, {
            code: 'mfa_verification_failed',
            message: 'Invalid TOTP code entered',
          });
    }
    return answer(404, { code: 'unexpected', message: pathname });
  };
  const { auth } = createClient('https://project.example.com', 'sb_publishable_key', {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch },
  });
  await auth.signInWithPassword({ email: 'grace@example.com', password: 'Correct1Horse' });
  asked.length = 0;
  return { auth, asked };
};

test('an account without a factor is asked nothing', async () => {
  const { auth, asked } = await authWith(undefined);
  expect(await lacksSecondFactor(auth)).toEqual({ data: false });
  expect(await passSecondFactor(auth, undefined)).toEqual({ data: undefined });
  expect(asked).toEqual([]);
});

test('a factor that was never confirmed is none', async () => {
  const { auth } = await authWith({ factor_type: 'totp', status: 'unverified' });
  expect(await passSecondFactor(auth, undefined)).toEqual({ data: undefined });
});

test('where Auth wants aal2, a code is asked for before anything else', async () => {
  const { auth, asked } = await authWith({ factor_type: 'totp', status: 'verified' });
  expect(await lacksSecondFactor(auth)).toEqual({ data: true });
  const { error } = await passSecondFactor(auth, undefined);
  expect(error).toMatchObject({ code: 'second_factor_needed', status: 401 });
  expect(asked).toEqual([]);
});

test('the right code lifts the session to aal2', async () => {
  const { auth, asked } = await authWith({ factor_type: 'totp', status: 'verified' });
  expect(await passSecondFactor(auth, '123456')).toEqual({ data: undefined });
  expect(asked).toEqual([
    '/auth/v1/factors/factor-1/challenge',
    '/auth/v1/factors/factor-1/verify',
  ]);
  expect(await lacksSecondFactor(auth)).toEqual({ data: false });
});

test('a wrong code is refused, and the session stays at aal1', async () => {
  const { auth } = await authWith({ factor_type: 'totp', status: 'verified' });
  const { error } = await passSecondFactor(auth, '000000');
  expect(error).toMatchObject({ code: 'mfa_verification_failed', status: 422 });
  expect(await lacksSecondFactor(auth)).toEqual({ data: true });
});

test('a factor that is no authenticator app lets nobody past', async () => {
  const { auth } = await authWith({ factor_type: 'phone', status: 'verified' });
  const { error } = await passSecondFactor(auth, '123456');
  expect(error).toMatchObject({ code: 'second_factor_unknown', status: 403 });
});
