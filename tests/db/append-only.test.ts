import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { customer, end, intent, paidPurchase, purchase, talk, tell } from './scenario.ts';

let db: TestDatabase;
const ids = { time_cards: '', voice_sessions: '', payments: '' };
type Table = keyof typeof ids;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  const { user, card } = await customer(db);
  ids.time_cards = card;
  ids.voice_sessions = await talk(db, user);
  await end(db, ids.voice_sessions, 0);
  const bought = await purchase(db, user);
  ids.payments = bought.payment_id;
  await tell(db, intent(bought, 'processing'));
  await paidPurchase(db, user);
  await db.owner`
    insert into admin_audit_log (actor_id, action, subject_table, subject_id, reason)
    values (${user}, 'test', 'profiles', ${user}, 'a test')`;
});
afterAll(() => db.close());

describe.each(['ledger_entries', 'payment_entries', 'admin_audit_log'])(
  '%s keeps what it has',
  (table) => {
    test.each([
      ['update', `update ${table} set created_at = now()`],
      ['delete', `delete from ${table}`],
      ['truncate', `truncate ${table} cascade`],
    ])('its owner cannot %s', async (_, statement) => {
      expect(await db.refusal(db.owner.unsafe(statement))).toMatchObject({
        code: 'PT409',
        message: 'illegal_transition',
      });
    });

    test('the operator cannot change it either', async () => {
      for (const statement of [`update ${table} set created_at = now()`, `delete from ${table}`]) {
        const error = await db.refusal(db.as('service', (sql) => sql.unsafe(statement)));
        expect(error.code).toBe('42501');
      }
    });
  },
);

test('what the ledger stands on cannot be deleted under it', async () => {
  for (const table of ['time_cards', 'voice_sessions', 'payments']) {
    expect((await db.refusal(db.owner.unsafe(`delete from ${table}`))).code).toBe('23503');
  }
  expect(await db.refusal(db.owner`truncate time_cards cascade`)).toMatchObject({
    message: 'illegal_transition',
  });
});

describe('an entry of the ledger', () => {
  test.each([
    ['no seconds', { seconds: 0 }],
    ['negative seconds', { seconds: -5 }],
    ['no movement', { from_bucket: 'held', to_bucket: 'held' }],
    ['an unknown bucket', { from_bucket: 'held', to_bucket: 'pocket' }],
    ['an issue from a bucket', { kind: 'issue', from_bucket: 'held' }],
    ['a movement from nowhere that is no issue', { kind: 'use', from_bucket: null }],
    ['an unknown kind', { kind: 'gift' }],
  ])('with %s is refused', async (_, columns) => {
    const entry = {
      card_id: ids.time_cards,
      kind: 'use',
      from_bucket: 'held',
      to_bucket: 'used',
      seconds: 5,
      ...columns,
    };
    const error = await db.refusal(db.owner`insert into ledger_entries ${db.owner(entry)}`);
    expect(error.code).toBe('23514');
  });
});

describe('an entry of the money book', () => {
  const entry = (columns: Record<string, unknown>) =>
    db.refusal(db.owner`
      insert into payment_entries ${db.owner({
        payment_id: ids.payments,
        kind: 'refund',
        amount_cents: -5,
        currency: 'usd',
        ...columns,
      })}`);

  test.each([
    ['no money', { amount_cents: 0 }],
    ['money that comes in with a refund', { amount_cents: 5 }],
    ['money that comes in with a chargeback', { kind: 'chargeback', amount_cents: 5 }],
    ['money that goes out by being paid', { kind: 'paid', amount_cents: -5 }],
    ['an unknown kind', { kind: 'tip' }],
    ['a currency that is none', { currency: 'US' }],
  ])('with %s is refused', async (_, columns) => {
    expect((await entry(columns)).code).toBe('23514');
  });

  test('of a payment that was paid already, or of a dispute that was charged back, is refused', async () => {
    const [paid] = await db.owner`select payment_id from payment_entries where kind = 'paid'`;
    const again = { payment_id: paid?.payment_id, kind: 'paid', amount_cents: 1 };
    expect((await entry(again)).code).toBe('23505');

    await db.owner`
      insert into payment_disputes (id, payment_id, status, amount_cents, currency)
      values ('du_1', ${ids.payments}, 'lost', 5, 'usd')`;
    const chargeback = { kind: 'chargeback', dispute_id: 'du_1' };
    await db.owner`
      insert into payment_entries ${db.owner({ payment_id: ids.payments, amount_cents: -5, currency: 'usd', ...chargeback })}`;
    expect((await entry(chargeback)).code).toBe('23505');
  });
});

test.each([
  [
    'a bucket below zero, though all add up',
    'update time_cards set used_seconds = used_seconds + remaining_seconds + 1, remaining_seconds = -1',
  ],
  ['buckets that do not add up', 'update time_cards set total_seconds = total_seconds + 1'],
  ['a bill above the grant', 'update voice_sessions set billed_seconds = granted_seconds + 1'],
  ['refunds above the price', 'update payments set refunded_cents = amount_cents + 1'],
  ['a rating of six', 'update voice_sessions set rating = 6'],
  ['time owed that is neither held nor spent', 'update time_cards set owed_seconds = 1'],
  ['less than nothing owed', 'update time_cards set owed_seconds = -1'],
  ['a second row of settings', 'insert into settings (id) values (false)'],
  [
    'a supervision time shorter than a beat',
    'update settings set heartbeat_interval_seconds = 90, heartbeat_timeout_seconds = 90',
  ],
])('the tables refuse %s', async (_, statement) => {
  expect((await db.refusal(db.owner.unsafe(statement))).code).toBe('23514');
});

test('a card has one payment', async () => {
  const bought = await purchase(db, await signUp(db));
  const error = await db.refusal(db.owner`
    insert into payments (user_id, package_id, time_card_id, amount_cents, currency, flow)
    select user_id, package_id, time_card_id, 1, 'usd', 'checkout' from payments where id = ${bought.payment_id}`);
  expect(error.code).toBe('23505');
});

describe('state machines', () => {
  /** Written a second time, apart from the migration: what may follow what. */
  const legal: Record<Table, Record<string, string[]>> = {
    time_cards: {
      pending: ['active', 'revoked'],
      active: ['used', 'expired', 'revoked', 'frozen'],
      used: ['active', 'frozen', 'revoked'],
      expired: ['active', 'revoked', 'frozen'],
      revoked: ['active', 'pending'],
      frozen: ['active', 'used', 'expired', 'revoked'],
    },
    voice_sessions: {
      pending: ['active', 'completed'],
      active: ['completed', 'error'],
      completed: [],
      error: [],
    },
    payments: {
      pending: ['succeeded', 'failed', 'canceled'],
      failed: ['succeeded', 'canceled'],
      canceled: ['succeeded'],
      succeeded: ['partially_refunded', 'refunded', 'disputed'],
      partially_refunded: ['refunded', 'disputed'],
      refunded: [],
      disputed: ['succeeded', 'partially_refunded', 'refunded'],
    },
  };

  /** Whether the row of a table can go from one status to another; undone afterwards. */
  async function goes(table: Table, from: string, to: string): Promise<boolean> {
    const undo = new Error('undo');
    try {
      await db.owner.begin(async (sql) => {
        if (table === 'voice_sessions') {
          // What an ended session must carry is not what is asked here.
          await sql`alter table voice_sessions drop constraint an_ended_session_says_why`;
        }
        await sql.unsafe(`alter table ${table} disable trigger user`);
        await sql.unsafe(`update ${table} set status = '${from}' where id = '${ids[table]}'`);
        await sql.unsafe(`alter table ${table} enable trigger user`);
        await sql.unsafe(`update ${table} set status = '${to}' where id = '${ids[table]}'`);
        throw undo;
      });
    } catch (error) {
      if (error === undo) return true;
      expect(error).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
    }
    return false;
  }

  test.each(Object.keys(legal) as Table[])('%s go only where they may', async (table) => {
    const statuses = Object.keys(legal[table]);
    const actual: Record<string, string[]> = {};
    for (const from of statuses) {
      actual[from] = [];
      for (const to of statuses) {
        if (from !== to && (await goes(table, from, to))) actual[from].push(to);
      }
    }
    const sorted = (machine: Record<string, string[]>) =>
      Object.fromEntries(Object.entries(machine).map(([from, to]) => [from, to.toSorted()]));
    expect(sorted(actual)).toEqual(sorted(legal[table]));
  });

  test('the error names the row and both statuses', async () => {
    const error = await db.refusal(
      db.owner`update voice_sessions set status = 'active' where id = ${ids.voice_sessions}`,
    );
    expect(JSON.parse(error.detail ?? '')).toEqual({
      table: 'voice_sessions',
      id: ids.voice_sessions,
      from: 'completed',
      to: 'active',
    });
  });

  test.each(Object.keys(legal) as Table[])('%s have no other status', async (table) => {
    const statuses = await db.owner`
      select distinct unnest(array[from_status, to_status]) as status from private.status_transitions
      where table_name = ${table}`;
    expect(statuses.map(({ status }) => status).toSorted()).toEqual(
      Object.keys(legal[table]).toSorted(),
    );
    await db.owner.unsafe(`alter table ${table} disable trigger transition`);
    const error = await db.refusal(db.owner.unsafe(`update ${table} set status = 'lost'`));
    await db.owner.unsafe(`alter table ${table} enable trigger transition`);
    expect(error.code).toBe('23514');
  });
});
