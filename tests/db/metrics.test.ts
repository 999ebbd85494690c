import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import { closeDays } from './business-history.ts';
import {
  authorize,
  beat,
  customer,
  deliver,
  end,
  intent,
  offerAgent,
  paidPurchase,
  purchase,
  setSettings,
  stripeEvent,
  sweep,
  talk,
} from './scenario.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => db.close());

async function metrics(): Promise<Row> {
  const { metrics: answer } = await db.call('service', 'metrics');
  return answer as Row;
}

const basic = (active: number, pending: number) => [
  { agent_type: 'basic', status: 'active', sessions: active },
  { agent_type: 'basic', status: 'pending', sessions: pending },
];

test('nobody but the secret key may read them', async () => {
  const { user } = await customer(db);
  for (const caller of ['anon', { user }] as const) {
    expect((await db.refusal(db.call(caller, 'metrics'))).code).toBe('42501');
  }
});

test('before there is anything, all is zero', async () => {
  expect(await metrics()).toEqual({
    open_sessions: basic(0, 0),
    granted_seconds: 0,
    heartbeat_age_seconds: 0,
    rooms_to_close: 0,
    pending_payments: 0,
    payments_to_review: 0,
    unprocessed_stripe_events: 0,
    stripe_event_age_seconds: 0,
    closed_day: null,
  });
});

describe('sessions', () => {
  test('are counted while they are open, with what they hold', async () => {
    const [waiting, talking] = [await customer(db), await customer(db)];
    await authorize(db, waiting.user);
    const session = await talk(db, talking.user);
    expect(await metrics()).toMatchObject({ open_sessions: basic(1, 1), granted_seconds: 600 });
    await end(db, session, 0);
    expect(await metrics()).toMatchObject({ open_sessions: basic(0, 1), granted_seconds: 300 });
  });

  test('are told by agent: each on offer, and others for as long as somebody talks to them', async () => {
    const gone = await offerAgent(db);
    const { user } = await customer(db);
    const session = await talk(db, user, gone);
    const ofGone = async () => {
      const rows = (await metrics()).open_sessions as Row[];
      return rows.filter(({ agent_type }) => agent_type === gone);
    };
    const active = { agent_type: gone, status: 'active', sessions: 1 };
    expect(await ofGone()).toEqual([active, { ...active, status: 'pending', sessions: 0 }]);
    await db.owner`update agent_types set is_active = false where id = ${gone}`;
    expect(await ofGone()).toEqual([active]);
    await end(db, session, 0);
    expect(await ofGone()).toEqual([]);
  });

  test('tell how long the most silent one has been so, from its last beat or its start', async () => {
    await setSettings(db, { max_sessions_per_user: 5 });
    const { user } = await customer(db);
    const early = await talk(db, user);
    await db.advance(20);
    await talk(db, user);
    await authorize(db, user);
    await db.advance(10);
    expect((await metrics()).heartbeat_age_seconds).toBe(30);
    await beat(db, early, 1, 30);
    expect((await metrics()).heartbeat_age_seconds).toBe(10);
    await db.advance(500);
    await sweep(db);
    expect((await metrics()).heartbeat_age_seconds).toBe(0);
  });

  test('that are over want their rooms closed until they are', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await end(db, session, 0);
    expect((await metrics()).rooms_to_close).toBe(0);
    await db.advance(11);
    expect((await metrics()).rooms_to_close).toBe(1);
    await db.call('service', 'mark_room_closed', { session_id: session });
    expect((await metrics()).rooms_to_close).toBe(0);
  });
});

describe('money', () => {
  test('that is not decided is pending, and what does not fit is to be reviewed', async () => {
    const { user } = await customer(db);
    const bought = await purchase(db, user);
    expect(await metrics()).toMatchObject({ pending_payments: 1, payments_to_review: 0 });
    await deliver(db, stripeEvent(intent(bought, 'succeeded', { amount_received: 1 })));
    expect(await metrics()).toMatchObject({ payments_to_review: 1 });
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    expect(await metrics()).toMatchObject({ pending_payments: 0 });
  });

  test('a Stripe event that could not be applied waits, and for how long', async () => {
    const { user } = await customer(db);
    const bought = await purchase(db, user);
    await db.owner.unsafe(`
      create function private.break_it() returns trigger language plpgsql as
        $$ begin raise 'the disk is full'; end $$;
      create trigger break_it before update on public.payments
        for each row execute function private.break_it()`);
    const event = stripeEvent(intent(bought, 'succeeded'));
    expect(await deliver(db, event)).toMatchObject({ outcome: 'error' });
    await db.advance(90);
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    expect(await metrics()).toMatchObject({
      unprocessed_stripe_events: 2,
      stripe_event_age_seconds: 90,
    });
    await db.owner`drop trigger break_it on payments`;
    await deliver(db, event);
    expect(await metrics()).toMatchObject({
      unprocessed_stripe_events: 1,
      stripe_event_age_seconds: 0,
    });
  });
});

test('the day that was closed last is told, and not the one before', async () => {
  const { user } = await customer(db);
  await db.owner`
    update private.clock set "offset" = date_trunc('day', now(), 'UTC') + interval '25 hours' - clock_timestamp()`;
  await end(db, await talk(db, user), 0);
  await db.advance(86_400);
  await paidPurchase(db, user);
  const session = await talk(db, user);
  await db.advance(100);
  await end(db, session, 100);
  const [day] = await db.owner`select date_trunc('day', private.now(), 'UTC') as starts_at`;
  await db.advance(2 * 86_400);
  await closeDays(db);
  const { closed_day } = await metrics();
  expect(closed_day).toMatchObject({
    served_seconds: 100,
    completed_sessions: 1,
    failed_sessions: 0,
    succeeded_payments: 1,
    failed_payments: 0,
  });
  const { starts_at } = closed_day as { starts_at: string };
  expect(new Date(starts_at)).toEqual(day?.starts_at);
});

test('what is over is not read', async () => {
  const { user } = await customer(db);
  await db.owner.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`
      insert into voice_sessions (user_id, agent_type_id, status, room_name, rate_permille, minimum_charge_seconds,
        started_at, ended_at, end_reason, settled_by, end_proof, room_closed_at)
      select ${user}, 'basic', 'completed', 'room-' || i, 1000, 0, at, at, 'done', 'worker', 'agent_end', at
      from generate_series(1, 3000) i cross join (select now() - interval '1 year' as at) x`;
    await sql`
      insert into payments (user_id, package_id, time_card_id, amount_cents, currency, status, flow)
      select ${user}, 'starter_1h', gen_random_uuid(), 999, 'usd', (array['succeeded', 'failed'])[1 + i % 2], 'checkout'
      from generate_series(1, 3000) i`;
    await sql`
      insert into stripe_events (id, type, payload, outcome, processed_at)
      select 'evt_' || i, 'charge.updated', '{}', 'ignored', now() from generate_series(1, 3000) i`;
    await sql`
      insert into daily_stats
      select date '2010-01-01' + i, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, now() from generate_series(1, 3000) i`;
  });
  await db.owner`analyze voice_sessions, payments, stripe_events, daily_stats`;
  await talk(db, user);
  const read = await db.owner.begin(async (sql) => {
    // What the connection did before may not have been taken out of these counts yet.
    const counts = async () => {
      const rows = await sql`
        select relname as name, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables`;
      return new Map(rows.map(({ name, rows: count }) => [String(name), Number(count)]));
    };
    const before = await counts();
    await sql`select public.metrics()`;
    const after = [...(await counts())];
    return new Map(after.map(([name, count]) => [name, count - (before.get(name) ?? 0)]));
  });
  expect(read.get('voice_sessions')).toBeGreaterThan(0);
  expect([...read].filter(([, rows]) => rows > 50)).toEqual([]);
});
