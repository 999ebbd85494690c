import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  beat,
  charge,
  customer,
  dispute,
  end,
  gift,
  paidPurchase,
  purchase,
  sweep,
  talk,
  tell,
} from './scenario.ts';

let db: TestDatabase;
/** Ids of a healthy, busy database that each test corrupts and leaves as it was. */
const ids = {
  user: '',
  card: '',
  open: '',
  ended: '',
  swept: '',
  paid: '',
  unpaid: '',
  partly: '',
  refunded: '',
  disputed: '',
  lost: '',
  gift: '',
};

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
  const other = await signUp(db);
  ids.paid = (await paidPurchase(db, user)).payment_id;
  ids.unpaid = (await purchase(db, user)).payment_id;
  ids.gift = (await gift(db, other)).payment_id;
  const partly = await purchase(db, other);
  ids.partly = partly.payment_id;
  const refunded = await purchase(db, other);
  ids.refunded = refunded.payment_id;
  const disputed = await paidPurchase(db, other);
  ids.disputed = disputed.payment_id;
  const lost = await paidPurchase(db, other);
  ids.lost = lost.payment_id;
  await tell(
    db,
    charge(partly, 333),
    charge(refunded, 999),
    dispute(disputed, 'needs_response'),
    dispute(lost, 'lost'),
  );
});
afterAll(() => db.close());

class Undo extends Error {}

/** What verify_ledger reports after a corruption, which is undone again. */
async function reported(corrupt: (sql: Sql) => Promise<unknown>): Promise<Row[]> {
  let rows: Row[] = [];
  await db.owner
    .begin(async (transaction) => {
      const sql = transaction as unknown as Sql;
      for (const table of [
        'time_cards',
        'voice_sessions',
        'payments',
        'ledger_entries',
        'payment_entries',
      ]) {
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
    select string_agg(prosrc, '') as source from pg_proc
    where oid = 'public.verify_ledger()'::regprocedure or proname like 'verify%' and pronamespace = 'private'::regnamespace`;
  const known = [...String(row?.source).matchAll(/select '(\w+)'/g)].map(([, name]) => name);
  expect(known.toSorted()).toEqual(
    [
      'buckets_are_not_negative',
      'code_belongs_to_a_pending_card',
      'dispute_knows_its_payment',
      'disputed_card_is_not_usable',
      'expired_card_is_not_active',
      'held_is_the_sum_of_open_holds',
      'ledger_gives_the_card',
      'money_book_gives_the_payment',
      'no_session_is_silent_for_long',
      'open_session_holds_its_grant',
      'paid_payment_has_a_live_card',
      'refund_takes_time_back',
      'refunded_cents_fit_the_status',
      'session_bills_what_the_ledger_used',
      'session_bills_within_its_grant',
      'session_bills_within_the_clock',
      'served_and_unserved_fit_the_clock',
      'settled_session_holds_nothing',
      'sold_card_has_a_payment',
      'unpaid_card_is_not_usable',
      'usable_card_has_time',
      'what_is_owed_is_not_left',
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

test('served_and_unserved_fit_the_clock', async () => {
  const rows = await reported(
    (sql) => sql`update voice_sessions set unserved_seconds = 100000 where id = ${ids.ended}`,
  );
  expect(rows).toEqual([{ invariant: 'served_and_unserved_fit_the_clock', subject: ids.ended }]);
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

/** Revokes a card as move_seconds would, and all that is left on it. */
const revoke = async (sql: Sql, card: string) => {
  await sql`update time_cards set status = 'revoked' where id = ${card}`;
  await sql`
    select private.move_seconds(id, 'revoke', 'remaining', 'revoked', remaining_seconds)
    from time_cards where id = ${card}`;
};

test('paid_payment_has_a_live_card: its card is revoked, and no admin did it', async () => {
  const rows = await reported(async (sql) => revoke(sql, await cardOf(sql, ids.paid)));
  expect(rows).toEqual([{ invariant: 'paid_payment_has_a_live_card', subject: ids.paid }]);
});

test('an admin may revoke a card that was paid for, and nothing but that is an excuse', async () => {
  const audited = (action: string) =>
    reported(async (sql) => {
      const card = await cardOf(sql, ids.paid);
      await revoke(sql, card);
      await sql`
        insert into admin_audit_log (action, subject_table, subject_id, reason)
        values (${action}, 'time_cards', ${card}, 'a test')`;
    });
  expect(await audited('admin_revoke_card')).toEqual([]);
  expect(await audited('admin_extend_card')).toEqual([
    { invariant: 'paid_payment_has_a_live_card', subject: ids.paid },
  ]);
});

test('paid_payment_has_a_live_card: its card is pending, and no gift', async () => {
  const pend = (payment: string) =>
    reported(
      async (sql) =>
        sql`update time_cards set status = 'pending' where id = ${await cardOf(sql, payment)}`,
    );
  expect(await pend(ids.paid)).toEqual([
    { invariant: 'paid_payment_has_a_live_card', subject: ids.paid },
  ]);
  expect(await pend(ids.gift)).toEqual([]);
});

test.each(['used', 'expired', 'revoked'])(
  'usable_card_has_time: a card that is %s with time left',
  async (status) => {
    const rows = await reported(
      (sql) => sql`update time_cards set status = ${status} where id = ${ids.card}`,
    );
    expect(rows).toEqual([{ invariant: 'usable_card_has_time', subject: ids.card }]);
  },
);

test('usable_card_has_time: an active card that has none left', async () => {
  const rows = await reported(async (sql) => {
    const card = await cardOf(sql, ids.refunded);
    await sql`update payments set refunded_cents = 0, status = 'succeeded' where id = ${ids.refunded}`;
    await sql`delete from payment_entries where payment_id = ${ids.refunded} and kind = 'refund'`;
    await sql`
      select private.move_seconds(${card}, 'reinstate', 'revoked', 'remaining', 3600),
        private.move_seconds(${card}, 'use', 'remaining', 'used', 3600)`;
    await sql`update time_cards set status = 'active' where id = ${card}`;
  });
  const [row] = await db.owner`select time_card_id from payments where id = ${ids.refunded}`;
  expect(rows).toEqual([{ invariant: 'usable_card_has_time', subject: row?.time_card_id }]);
});

test('expired_card_is_not_active: an hour after its expiry no sweep has come by', async () => {
  const expire = (ago: string) =>
    reported(
      (sql) =>
        sql`update time_cards set expires_at = private.now() - ${ago}::interval where id = ${ids.card}`,
    );
  expect(await expire('59 minutes')).toEqual([]);
  expect(await expire('61 minutes')).toEqual([
    { invariant: 'expired_card_is_not_active', subject: ids.card },
  ]);
});

test('code_belongs_to_a_pending_card', async () => {
  const rows = await reported(
    (sql) => sql`
      insert into private.activation_codes (code_hmac, card_id) values (decode('00', 'hex'), ${ids.card})`,
  );
  expect(rows).toEqual([{ invariant: 'code_belongs_to_a_pending_card', subject: ids.card }]);
});

test.each([
  ['a part of it, but not that it was', `refunded_cents = 333, status = 'succeeded'`, 'partly'],
  ['all, but says a part', `status = 'partially_refunded'`, 'refunded'],
  ['a part, but says all', `status = 'refunded'`, 'partly'],
] as const)('refunded_cents_fit_the_status: refunds %s', async (_, change, payment) => {
  const rows = await reported((sql) =>
    sql.unsafe(`update payments set ${change} where id = '${ids[payment]}'`),
  );
  expect(rows).toContainEqual({
    invariant: 'refunded_cents_fit_the_status',
    subject: ids[payment],
  });
});

test.each([
  ['paid', 'paid'],
  ['refund', 'partly'],
] as const)('money_book_gives_the_payment: an entry of kind %s is missing', async (kind, which) => {
  const rows = await reported(
    (sql) => sql`delete from payment_entries where payment_id = ${ids[which]} and kind = ${kind}`,
  );
  expect(rows).toEqual([{ invariant: 'money_book_gives_the_payment', subject: ids[which] }]);
});

test.each([
  ['a payment that nobody paid', 'unpaid', 'paid', 999],
  ['a refund that Stripe did not tell of', 'paid', 'refund', -1],
] as const)('money_book_gives_the_payment: %s', async (_, which, kind, amount) => {
  const rows = await reported(
    (sql) => sql`
      insert into payment_entries (payment_id, kind, amount_cents, currency)
      values (${ids[which]}, ${kind}, ${amount}, 'usd')`,
  );
  expect(rows).toEqual([{ invariant: 'money_book_gives_the_payment', subject: ids[which] }]);
});

test.each([
  ['too little', 'revoked', 'remaining', 'partly'],
  ['too much', 'remaining', 'revoked', 'partly'],
  ['time that was not refunded', 'remaining', 'revoked', 'paid'],
] as const)('refund_takes_time_back: %s', async (_, from, to, which) => {
  const rows = await reported(
    async (sql) =>
      sql`select private.move_seconds(${await cardOf(sql, ids[which])}, 'correct', ${from}, ${to}, 1)`,
  );
  expect(rows).toEqual([{ invariant: 'refund_takes_time_back', subject: ids[which] }]);
});

test('refund_takes_time_back: the card of a full refund is not revoked', async () => {
  const rows = await reported(
    async (sql) =>
      sql`update time_cards set status = 'frozen' where id = ${await cardOf(sql, ids.refunded)}`,
  );
  expect(rows).toEqual([{ invariant: 'refund_takes_time_back', subject: ids.refunded }]);
});

test('refund_takes_time_back: a revoked card kept some of it', async () => {
  const rows = await reported(
    async (sql) =>
      sql`select private.move_seconds(${await cardOf(sql, ids.refunded)}, 'correct', 'revoked', 'used', 1)`,
  );
  expect(rows).toEqual([{ invariant: 'refund_takes_time_back', subject: ids.refunded }]);
});

test.each(['remaining', 'expired'])('what_is_owed_is_not_left: %s time', async (bucket) => {
  const rows = await reported(async (sql) => {
    await sql`select private.move_seconds(${ids.card}, 'correct', 'remaining', ${bucket}, 5) where ${bucket} = 'expired'`;
    await sql`
      select private.move_seconds(id, 'use', 'remaining', 'used', remaining_seconds)
      from time_cards where id = ${ids.card} and ${bucket} = 'expired'`;
    await sql`update time_cards set owed_seconds = 1 where id = ${ids.card}`;
  });
  expect(rows).toEqual([{ invariant: 'what_is_owed_is_not_left', subject: ids.card }]);
});

test.each([
  ['an open one, and its card can be talked', 'disputed', 'active'],
  ['a lost one, and its card is not revoked', 'lost', 'frozen'],
] as const)('disputed_card_is_not_usable: %s', async (_, which, status) => {
  const rows = await reported(
    async (sql) =>
      sql`
        update time_cards set status = ${status} where id = ${await cardOf(sql, ids[which])}`,
  );
  expect(rows).toContainEqual({
    invariant: 'disputed_card_is_not_usable',
    subject: `du_${ids[which]}`,
  });
});

test('dispute_knows_its_payment', async () => {
  const rows = await reported(
    (sql) => sql`update payment_disputes set payment_id = null where payment_id = ${ids.disputed}`,
  );
  expect(rows).toEqual([{ invariant: 'dispute_knows_its_payment', subject: `du_${ids.disputed}` }]);
});

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
