import { expect, test } from 'vitest';
import { parseEnv } from './env.ts';

const GOOD = {
  SUPABASE_URL: 'http://127.0.0.1:54321',
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_a"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_a","next":"sb_secret_b"}',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  APP_URL: 'http://127.0.0.1:54328/',
};

const VOICE = {
  LIVEKIT_URL: 'ws://127.0.0.1:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'secret',
};

test('reads a project without voice', () => {
  expect(parseEnv(GOOD)).toEqual({
    supabaseUrl: 'http://127.0.0.1:54321',
    publishableKey: 'sb_publishable_a',
    secretKey: 'sb_secret_a',
    secretKeys: ['sb_secret_a', 'sb_secret_b'],
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', apiBase: null },
    livekit: null,
    appUrl: 'http://127.0.0.1:54328',
    allowedOrigins: ['http://127.0.0.1:54328'],
    metricsToken: null,
  });
});

test('derives the address of the LiveKit API from the one for browsers', () => {
  expect(parseEnv({ ...GOOD, ...VOICE }).livekit?.apiUrl).toBe('http://127.0.0.1:7880');
});

test('treats a blank variable as absent', () => {
  expect(parseEnv({ ...GOOD, LIVEKIT_URL: '  ', STRIPE_API_BASE: '' }).livekit).toBeNull();
});

test('names every problem at once', () => {
  const bad = { APP_URL: 'ftp://x', SUPABASE_SECRET_KEYS: 'sb_secret_plain', LIVEKIT_API_KEY: 'k' };
  expect(() => parseEnv(bad)).toThrow(
    /SUPABASE_URL is missing[^]*SUPABASE_PUBLISHABLE_KEYS is missing[^]*SUPABASE_SECRET_KEYS must[^]*STRIPE_SECRET_KEY is missing[^]*STRIPE_WEBHOOK_SECRET is missing[^]*APP_URL must[^]*LIVEKIT_URL is missing[^]*LIVEKIT_API_SECRET is missing/,
  );
});

test('does not quote a secret in its complaint', () => {
  expect(() => parseEnv({ ...GOOD, SUPABASE_SECRET_KEYS: 'sb_secret_plain' })).not.toThrow(
    /sb_secret_plain/,
  );
});

test('refuses a part of the LiveKit settings', () => {
  const { LIVEKIT_API_SECRET: _, ...part } = VOICE;
  expect(() => parseEnv({ ...GOOD, ...part })).toThrow('LIVEKIT_API_SECRET is missing');
});

test('refuses a Stripe double with a live key', () => {
  const live = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_BASE: 'http://127.0.0.1:54325' };
  expect(() => parseEnv({ ...GOOD, ...live })).toThrow('STRIPE_API_BASE is for the local double');
});

test('allows no origin that sends customers over the open net in clear text', () => {
  expect(() =>
    parseEnv({ ...GOOD, ALLOWED_ORIGINS: 'https://a.example, http://b.example' }),
  ).toThrow('ALLOWED_ORIGINS must be an https:// address');
});

test('takes no token for the metrics that can be guessed', () => {
  const metricsToken = 'sixteen-letters-';
  expect(parseEnv({ ...GOOD, METRICS_TOKEN: metricsToken })).toMatchObject({ metricsToken });
  for (const METRICS_TOKEN of ['short', 'sixteen letters!']) {
    expect(() => parseEnv({ ...GOOD, METRICS_TOKEN })).toThrow('METRICS_TOKEN must be');
  }
});
