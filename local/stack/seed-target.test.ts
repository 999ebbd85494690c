import { expect, it } from 'vitest';
import { seedTarget } from './seed-target.ts';

const project = {
  SUPABASE_URL: 'https://abc.supabase.co',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_1',
  SUPABASE_SECRET_KEY: 'sb_secret_1',
};

it('without a project in the environment the local stack is meant', () => {
  expect(seedTarget({ SUPABASE_URL: '', PATH: '/bin' })).toBeUndefined();
});

it('a project of the environment is seeded, and may be remote only when that is said', () => {
  expect(seedTarget(project)).toEqual({
    apiUrl: 'https://abc.supabase.co',
    publishableKey: 'sb_publishable_1',
    secretKey: 'sb_secret_1',
    allowRemote: false,
  });
  expect(seedTarget({ ...project, SEED_ALLOW_REMOTE: 'yes' })?.allowRemote).toBe(true);
});

it('half a project is refused, with every problem named', () => {
  const half = { SUPABASE_URL: 'abc', SUPABASE_SECRET_KEY: 'sb_secret_1', SEED_ALLOW_REMOTE: '1' };
  expect(() => seedTarget(half)).toThrow(
    /SUPABASE_URL: must be an address[^]*SUPABASE_PUBLISHABLE_KEY: is missing[^]*SEED_ALLOW_REMOTE: may only be yes/,
  );
});
