import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  beat,
  customer,
  deliver,
  end,
  intent,
  purchase,
  stripeEvent,
  sweep,
  talk,
} from './scenario.ts';

let db: TestDatabase;
/** Ids of a healthy, busy database that each test corrupts and leaves as it was. */
const ids = { user: '', card: '', open: '', ended: '', swept: '', paid: '', unpaid: '' };

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  const silent = await customer(db);
  ids.swept = await talk(db, silent.user);
  await db.advance(30);
  await beat(db, ids.swept, 1, 20);
  await db.advance(100);
  await sweep(db);

  const { user, card } = await customer(db, 5000);
  Object.assign(ids, { user, card });
  ids.ended = await talk(db, user);
  await db.advance(100);
  await end(db, ids.ended, 90);
  ids.open = await talk(db, user);
  await db.advance(20);
  await beat(db, ids.open, 1, 15);
  const paid = await purchase(db, user);
  await deliver(db, stripeEvent(intent(paid, 'succeeded')));
  ids.paid = paid.payment_id;
  ids.unpaid = (await purchase(db, user)).payment_id;
});
afterAll(() => db.close());

class Undo extends Error {}

/** What verify_ledger reports after a corruption, which is undone again. */
async function reported(corrupt: (sql: Sql) => Promise<unknown>): Promise<Row[]> {
  let rows: Row[] = [];
  await db.owner
    .begin(async (transaction) => {
      const sql = transaction as unknown as Sql;
      for (const table of ['time_cards', 'voice_sessions', 'payments', 'ledger_entries']) {
        await sql.unsafe(`alter table ${table} disable trigger user`);
      }
      await corrupt(sql);
      rows = [...(await sql`select distinct invariant, subject from verify_ledger()`)];
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return rows.map((row) => ({ ...row }));
}

const cardOf = async (sql: Sql, payment: string) => {
  const [row] = await sql`select time_card_id from payments where id = ${payment}`;
  return String(row?.time_card_id);
};

test('a healthy, busy database has no violations', async () => {
  expect(await violations(db)).toEqual([]);
});

test('every invariant that verify_ledger knows is tested here', async () => {
  const [row] = await db.owner`
    select prosrc from pg_proc where oid = 'public.verify_ledger()'::regprocedure`;
  const known = [...String(row?.prosrc).matchAll(/select '(\w+)'/g)].map(([, name]) => name);
  expect(known.toSorted()).toEqual(
    [
      'buckets_are_not_negative',
      'held_is_the_sum_of_open_holds',
      'ledger_gives_the_card',
      'no_session_is_silent_for_long',
      'open_session_holds_its_grant',
      'paid_payment_has_a_live_card',
      'session_bills_what_the_ledger_used',
      'session_bills_within_its_grant',
      'session_bills_within_the_clock',
      'settled_session_holds_nothing',
      'sold_card_has_a_payment',
      'unpaid_card_is_not_usable',
    ].toSorted(),
  );
});

test('ledger_gives_the_card: a bucket that was changed without an entry', async () => {
  const rows = await reported(
    (sql) => sql`
      update time_cards set used_seconds = used_seconds + 7, remaining_seconds = remaining_seconds - 7
      where id = ${ids.card}`,
  );
  expect(rows).toEqual([{ invariant: 'ledger_gives_the_card', subject: ids.card }]);
});

test('ledger_gives_the_card: an entry that was removed', async () => {
  const rows = await reported(
    (sql) => sql`delete from ledger_entries where card_id = ${ids.card} and kind = 'issue'`,
  );
  expect(rows).toEqual([{ invariant: 'ledger_gives_the_card', subject: ids.card }]);
});

test('ledger_gives_the_card: an entry whose seconds were changed', async () => {
  const rows = await reported(
    (sql) =>
      sql`update ledger_entries set seconds = seconds + 1 where card_id = ${ids.card} and kind = 'issue'`,
  );
  expect(rows).toEqual([{ invariant: 'ledger_gives_the_card', subject: ids.card }]);
});

test('ledger_gives_the_card: a total that is not the sum of what was issued', async () => {
  const rows = await reported(async (sql) => {
    await sql`alter table time_cards drop constraint buckets_add_up`;
    await sql`update time_cards set total_seconds = total_seconds + 60 where id = ${ids.card}`;
  });
  expect(rows).toEqual([{ invariant: 'ledger_gives_the_card', subject: ids.card }]);
});

test('buckets_are_not_negative', async () => {
  const rows = await reported(async (sql) => {
    await sql`alter table time_cards drop constraint remaining_is_not_negative`;
    await sql`
      select private.move_seconds(id, 'revoke', 'remaining', 'revoked', remaining_seconds + 5)
      from time_cards where id = ${ids.card}`;
  });
  expect(rows).toEqual([{ invariant: 'buckets_are_not_negative', subject: ids.card }]);
});

test('held_is_the_sum_of_open_holds', async () => {
  const rows = await reported(
    (sql) => sql`select private.move_seconds(${ids.card}, 'hold', 'remaining', 'held', 5)`,
  );
  expect(rows).toEqual([{ invariant: 'held_is_the_sum_of_open_holds', subject: ids.card }]);
});

test('open_session_holds_its_grant', async () => {
  const rows = await reported(
    (sql) =>
      sql`update voice_sessions set granted_seconds = granted_seconds + 1 where id = ${ids.open}`,
  );
  expect(rows).toEqual([{ invariant: 'open_session_holds_its_grant', subject: ids.open }]);
});

test('settled_session_holds_nothing', async () => {
  const rows = await reported(async (sql) => {
    await sql`select private.move_seconds(${ids.card}, 'hold', 'remaining', 'held', 5)`;
    await sql`update card_holds set held_seconds = 5 where session_id = ${ids.ended}`;
  });
  expect(rows).toEqual([{ invariant: 'settled_session_holds_nothing', subject: ids.ended }]);
});

test('session_bills_what_the_ledger_used: a bill that was lowered', async () => {
  const rows = await reported(
    (sql) =>
      sql`update voice_sessions set billed_seconds = billed_seconds - 1 where id = ${ids.ended}`,
  );
  expect(rows).toEqual([{ invariant: 'session_bills_what_the_ledger_used', subject: ids.ended }]);
});

test('session_bills_what_the_ledger_used: a hold that says something else', async () => {
  const rows = await reported(
    (sql) =>
      sql`update card_holds set used_seconds = used_seconds + 1 where session_id = ${ids.ended}`,
  );
  expect(rows).toEqual([{ invariant: 'session_bills_what_the_ledger_used', subject: ids.ended }]);
});

test('session_bills_within_its_grant', async () => {
  const rows = await reported(async (sql) => {
    await sql`alter table voice_sessions drop constraint bills_at_most_what_was_granted`;
    await sql`update voice_sessions set granted_seconds = billed_seconds - 1 where id = ${ids.ended}`;
  });
  expect(rows).toEqual([{ invariant: 'session_bills_within_its_grant', subject: ids.ended }]);
});

test('session_bills_within_the_clock', async () => {
  const rows = await reported(
    (sql) =>
      sql`update voice_sessions set started_at = ended_at - interval '89 seconds' where id = ${ids.ended}`,
  );
  expect(rows).toEqual([{ invariant: 'session_bills_within_the_clock', subject: ids.ended }]);
});

test('session_bills_within_the_clock: an open session', async () => {
  const rows = await reported(
    (sql) => sql`update voice_sessions set used_seconds = 100000 where id = ${ids.open}`,
  );
  expect(rows).toEqual([{ invariant: 'session_bills_within_the_clock', subject: ids.open }]);
});

test('session_bills_within_the_clock: a session that the sweep settled', async () => {
  const rows = await reported(
    (sql) => sql`update voice_sessions set used_seconds = 100000 where id = ${ids.swept}`,
  );
  expect(rows).toEqual([{ invariant: 'session_bills_within_the_clock', subject: ids.swept }]);
});

test.each(['revoked', 'pending'])(
  'paid_payment_has_a_live_card: its card is %s',
  async (status) => {
    const rows = await reported(
      async (sql) =>
        sql`update time_cards set status = ${status} where id = ${await cardOf(sql, ids.paid)}`,
    );
    expect(rows).toEqual([{ invariant: 'paid_payment_has_a_live_card', subject: ids.paid }]);
  },
);

test('unpaid_card_is_not_usable', async () => {
  const rows = await reported(
    async (sql) =>
      sql`update time_cards set status = 'active' where id = ${await cardOf(sql, ids.unpaid)}`,
  );
  expect(rows).toEqual([{ invariant: 'unpaid_card_is_not_usable', subject: ids.unpaid }]);
});

test('sold_card_has_a_payment', async () => {
  const rows = await reported(
    (sql) => sql`update time_cards set source = 'purchase' where id = ${ids.card}`,
  );
  expect(rows).toEqual([{ invariant: 'sold_card_has_a_payment', subject: ids.card }]);
});

test('no_session_is_silent_for_long: an active one without a beat', async () => {
  const rows = await reported(
    (sql) => sql`
      update voice_sessions set last_heartbeat_at = private.now() - interval '211 seconds' where id = ${ids.open}`,
  );
  expect(rows).toEqual([{ invariant: 'no_session_is_silent_for_long', subject: ids.open }]);
});

test('no_session_is_silent_for_long: a pending one that nobody joined', async () => {
  const rows = await reported(
    (sql) => sql`
      update voice_sessions
      set status = 'pending', used_seconds = 0, started_at = null, created_at = private.now() - interval '241 seconds'
      where id = ${ids.open}`,
  );
  expect(rows).toEqual([{ invariant: 'no_session_is_silent_for_long', subject: ids.open }]);
});
