import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { callRpc, createDb } from './supabase.ts';
import { deadUrl } from './testing/server.ts';
import { raised, startFakeSupabase } from './testing/supabase.ts';
import type { FakeSupabase } from './testing/supabase.ts';

let supabase: FakeSupabase;
beforeAll(async () => {
  supabase = await startFakeSupabase();
});
afterAll(() => supabase.close());

const run = (schema: z.ZodType = z.unknown(), db = supabase.db) =>
  callRpc(db, 'run_maintenance', {}, schema);

test('passes an error of the catalogue on with status, code, details and hint', async () => {
  supabase.rpcs['run_maintenance'] = () => raised(402, 'insufficient_balance', { needed: 60 });
  expect((await run()).error).toEqual({
    status: 402,
    code: 'insufficient_balance',
    details: { needed: 60 },
    hint: 'A sentence for people.',
    headers: {},
  });
});

test('sends only what Postgres can store, whatever somebody wrote', async () => {
  let sent: unknown;
  supabase.rpcs['apply_stripe_object'] = (args) => {
    sent = args;
    return { body: null };
  };
  const object = { name: 'a\0b', city: '😀'.slice(0, 1), amount: 999, note: null, list: ['😀'] };
  await callRpc(supabase.db, 'apply_stripe_object', { object }, z.unknown());
  expect(sent).toEqual({ object: { ...object, name: 'a\ufffdb', city: '\ufffd' } });
});

test('throws on an error that is not in the catalogue', async () => {
  supabase.rpcs['run_maintenance'] = () => ({
    status: 403,
    body: { code: '42501', message: 'permission denied', details: null, hint: null },
  });
  await expect(run()).rejects.toThrow('rpc run_maintenance failed: 42501');
});

test('throws on an answer of another shape', async () => {
  supabase.rpcs['run_maintenance'] = () => ({ body: { released_sessions: 'many' } });
  await expect(run(z.object({ released_sessions: z.int() }))).rejects.toThrow('another shape');
});

test('throws when the database cannot be reached', async () => {
  await expect(run(z.unknown(), createDb(await deadUrl(), 'sb_secret_x'))).rejects.toThrow(
    'unreachable',
  );
});
