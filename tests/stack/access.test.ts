import type { SupabaseClient } from '@supabase/supabase-js';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../../supabase/functions/_shared/database.types.ts';
import { buyAnHour, connect, operator, type Person, signUp, stack } from '../support/stack.ts';

type Table = keyof Database['public']['Tables'];

/** What an owner sees of each table after a purchase and an authorised session: rows, or null for nothing at all. */
const ownRows: Record<Table, number | null> = {
  profiles: 1,
  time_cards: 1,
  voice_sessions: 1,
  payments: 1,
  admins: null,
  settings: null,
  card_holds: null,
  ledger_entries: null,
  stripe_events: null,
  livekit_events: null,
  admin_audit_log: null,
  agent_prompts: null,
  auto_top_up_attempts: null,
  auto_top_ups: null,
  code_batches: null,
  daily_card_time: null,
  daily_revenue: null,
  daily_stats: null,
  knowledge_chunks: null,
  knowledge_documents: null,
  notices: null,
  payment_disputes: null,
  payment_entries: null,
  refund_requests: null,
  weekly_retention: null,
  packages: 3,
  agent_types: 3,
};
const publicTables = new Set<Table>(['packages', 'agent_types']);
const tables = Object.keys(ownRows) as Table[];

let owner: Person;
let stranger: Person;

beforeAll(async () => {
  owner = await signUp('Owner Person');
  stranger = await signUp('Stranger Person');
  await buyAnHour(owner);
  const { error } = await operator.rpc('authorize_session', {
    user_id: owner.id,
    agent_type: 'basic',
  });
  expect(error).toBeNull();
});

test.each(tables)('the owner sees their own rows of %s and no others', async (table) => {
  const { data, error } = await owner.client.from(table).select('*');
  expect(error).toBeNull();
  expect(data).toHaveLength(ownRows[table] ?? 0);
});

test.each(tables)('a stranger sees nothing of the owner in %s', async (table) => {
  const { data } = await stranger.client.from(table).select('*');
  expect(JSON.stringify(data)).not.toContain(owner.id);
});

test.each(tables)('a visitor sees nothing of %s unless it is public', async (table) => {
  const { data, error } = await connect().from(table).select('*');
  if (publicTables.has(table)) expect(data).toHaveLength(ownRows[table] ?? 0);
  else expect(error?.code).toBe('42501');
});

test.each(tables.filter((table) => table !== 'profiles'))(
  'nobody signed in writes %s',
  async (table) => {
    // The types rightly know no such write: a client of somebody else's making may try it all the same.
    const raw = (owner.client as unknown as SupabaseClient).from(table);
    const now = new Date().toISOString();
    const inserted = await raw.insert({ created_at: now });
    const deleted = await raw.delete().lt('created_at', now);
    const updated = await raw.update({ created_at: now }).lt('created_at', now);
    for (const { error } of [inserted, deleted, updated])
      expect(error?.code).toMatch(/42501|PGRST204|42703/);
  },
);

test.each([
  'authorize_session',
  'start_session',
  'heartbeat_session',
  'end_session',
  'run_maintenance',
  'apply_stripe_event',
  'verify_ledger',
  'create_purchase',
])('nobody but the secret key calls %s', async (name) => {
  const args: Record<string, Record<string, unknown>> = {
    authorize_session: { user_id: owner.id, agent_type: 'basic' },
    start_session: { session_id: owner.id, worker_id: 'w' },
    heartbeat_session: { session_id: owner.id, seq: 1, used_seconds: 1 },
    end_session: { session_id: owner.id, used_seconds: 0, reason: 'x' },
    apply_stripe_event: { event: {} },
    create_purchase: { user_id: owner.id, package_id: 'starter_1h', flow: 'checkout' },
  };
  for (const client of [owner.client, connect()]) {
    const { error } = await client.rpc(name as 'verify_ledger', args[name] as never);
    expect(error?.code).toBe('42501');
  }
});

test('a session of somebody else cannot be ended', async () => {
  const { data: session } = await owner.client.from('voice_sessions').select('id').single();
  const { error } = await stranger.client.rpc('end_my_session', { session_id: session?.id ?? '' });
  expect(error).toMatchObject({ code: 'PT404', message: 'not_found' });
});

/** A request of the stranger's that supabase-js would not make. */
async function asStranger(path: string, init: RequestInit = {}) {
  const response = await fetch(`${stack.API_URL}/rest/v1/${path}`, {
    ...init,
    headers: {
      apikey: stack.PUBLISHABLE_KEY,
      authorization: `Bearer ${stranger.accessToken}`,
      'content-type': 'application/json',
      ...init.headers,
    },
  });
  return { status: response.status, text: await response.text() };
}

test.each([
  [
    'an embedded table',
    'packages?select=*,payments(*,profiles!payments_user_id_fkey(*),time_cards!payments_time_card_id_fkey(*))',
  ],
  ['an inner join', 'packages?select=id,payments!inner(user_id)'],
  ['a spread', 'packages?select=id,...payments(user_id,amount_cents)'],
  ['a tree of filters', 'profiles?or=(id.not.is.null,email.like.*@*)'],
  ['a count of embedded rows', 'packages?select=id,payments(count)'],
])('%s shows a stranger nothing of the owner', async (_name, path) => {
  const { status, text } = await asStranger(path);
  expect(status).toBe(200);
  expect(text).not.toContain(owner.id);
  expect(text).not.toMatch(/"count":[1-9]/);
});

test.each(['private', 'auth', 'pg_catalog', 'information_schema'])(
  'the schema %s is not exposed',
  async (schema) => {
    const read = await asStranger('users?select=*', { headers: { 'accept-profile': schema } });
    const call = await asStranger('rpc/now', {
      method: 'POST',
      body: '{}',
      headers: { 'content-profile': schema },
    });
    expect([read.status, call.status]).toEqual([406, 406]);
  },
);

test('no upsert, update or extra argument reaches a row of somebody else', async () => {
  const merge = { prefer: 'resolution=merge-duplicates,return=representation' };
  const name = JSON.stringify({ id: owner.id, full_name: 'Taken Over' });
  const upsert = await asStranger('profiles', { method: 'POST', body: name, headers: merge });
  expect(upsert.status).toBe(403);
  const update = await asStranger(`profiles?id=eq.${owner.id}`, {
    method: 'PATCH',
    body: JSON.stringify({ full_name: 'Taken Over' }),
    headers: merge,
  });
  expect(update.text).toBe('[]');
  const balance = await asStranger('rpc/get_balance', {
    method: 'POST',
    body: JSON.stringify({ user_id: owner.id }),
  });
  expect(balance.status).toBe(404);
  const { data } = await owner.client.from('profiles').select('full_name').single();
  expect(data?.full_name).toBe('Owner Person');
});

test.each(['is_active', 'stripe_customer_id', 'email', 'id'])(
  'nobody changes the %s of their own profile',
  async (column) => {
    const { status, text } = await asStranger(`profiles?id=eq.${stranger.id}`, {
      method: 'PATCH',
      body: JSON.stringify({ [column]: column === 'is_active' ? true : owner.id }),
    });
    expect(status).toBe(403);
    expect(text).toContain('42501');
  },
);
