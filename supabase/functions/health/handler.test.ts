import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDb } from '../_shared/supabase.ts';
import { callerOf } from '../_shared/testing/calls.ts';
import { deadUrl } from '../_shared/testing/server.ts';
import { startFakeSupabase } from '../_shared/testing/supabase.ts';
import type { FakeSupabase } from '../_shared/testing/supabase.ts';
import { createHealthHandler } from './handler.ts';

let supabase: FakeSupabase;
beforeAll(async () => {
  supabase = await startFakeSupabase();
  supabase.tables['packages'] = { body: [] };
});
afterAll(() => supabase.close());

function ask(isLiveKitConfigured = true, db = supabase.db) {
  const handler = createHealthHandler({ db, isStripeConfigured: true, isLiveKitConfigured });
  return callerOf(handler, ['GET']).call({ method: 'GET' });
}

test('is ok when the database answers and all is configured', async () => {
  const { status, body } = await ask();
  expect(status).toBe(200);
  expect(body).toEqual({
    status: 'ok',
    checks: { database: true, stripe_configured: true, livekit_configured: true },
  });
});

test('is degraded but serving without a voice server', async () => {
  const { status, body } = await ask(false);
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'degraded', checks: { livekit_configured: false } });
});

test('is unavailable without its database', async () => {
  const { status, body } = await ask(true, createDb(await deadUrl(), 'sb_publishable_a'));
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'degraded', checks: { database: false } });
});
