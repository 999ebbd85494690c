import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, type TestDatabase, violations } from '../support/database.ts';
import { closeDays, offerPackages, playBusiness } from './business-history.ts';
import { beat, customer, end, randomFrom, talk } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  await offerPackages(db);
  await playBusiness(db, randomFrom(7), 20);
});
afterAll(() => db.close());

async function rebuild(database = db): Promise<number> {
  const { rebuild_cards_from_ledger } = await database.call('service', 'rebuild_cards_from_ledger');
  return Number(rebuild_cards_from_ledger);
}

/** Every card but for when it was last touched. */
async function cards(database = db): Promise<unknown[]> {
  const rows =
    await database.owner`select to_jsonb(c) - 'updated_at' as card from time_cards c order by id`;
  return rows.map(({ card }) => card);
}

async function brokenCards(database = db): Promise<unknown[]> {
  const rows = await violations(database);
  return rows.filter(({ invariant }) => String(invariant).includes('ledger_gives_the_card'));
}

test('cards that are as the ledger says are left alone', async () => {
  const before = await db.owner`select id, xmin::text from time_cards order by id`;
  expect(await rebuild()).toBe(0);
  expect(await db.owner`select id, xmin::text from time_cards order by id`).toEqual(before);
});

test('every bucket that was changed is what the ledger says again, and no other card is touched', async () => {
  const before = await cards();
  expect(before.length).toBeGreaterThan(20);
  const damaged = await db.owner`
    update time_cards c set
      total_seconds = total_seconds + 5,
      remaining_seconds = remaining_seconds + 3,
      expired_seconds = expired_seconds + 2,
      used_seconds = held_seconds + used_seconds,
      held_seconds = 0
    where id in (select id from time_cards order by id limit 9) returning id`;
  expect(await brokenCards()).not.toEqual([]);
  expect(await rebuild()).toBe(damaged.length);
  expect(await cards()).toEqual(before);
  expect(await brokenCards()).toEqual([]);
});

test('a card that lost all its time gets it back', async () => {
  const before = await cards();
  await db.owner`
    update time_cards set total_seconds = 0, remaining_seconds = 0, held_seconds = 0, used_seconds = 0,
      expired_seconds = 0, revoked_seconds = 0, owed_seconds = 0 where owed_seconds = 0`;
  expect(await rebuild()).toBeGreaterThan(0);
  expect(await cards()).toEqual(before);
});

test('time that no entry explains is taken away', async () => {
  await db.owner`insert into time_cards (source, total_seconds, remaining_seconds) values ('promo', 777, 777)`;
  expect(await rebuild()).toBe(1);
  const [stray] = await db.owner`select sum(total_seconds) as total from time_cards c
    where not exists (select from ledger_entries e where e.card_id = c.id)`;
  expect(stray?.total).toBe(0);
});

test('a movement that is under way is waited for, and counted', async () => {
  const { card } = await customer(db, 600);
  await db.owner`
    update time_cards set remaining_seconds = remaining_seconds + 50, total_seconds = total_seconds + 50
    where id = ${card}`;
  let rebuilding = Promise.resolve(0);
  await db.owner.begin(async (sql) => {
    await sql`select private.move_seconds(${card}, 'revoke', 'remaining', 'revoked', 100)`;
    rebuilding = rebuild();
    for (let waiting = 0; waiting === 0;) {
      const [row] = await db.owner`
        select count(*) as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%rebuild_cards%'`;
      waiting = Number(row?.waiting);
    }
  });
  expect(await rebuilding).toBe(1);
  const [row] = await db.owner`
    select total_seconds, remaining_seconds, revoked_seconds from time_cards where id = ${card}`;
  expect(row).toEqual({ total_seconds: 600, remaining_seconds: 500, revoked_seconds: 100 });
});

test('calls that go on meanwhile lose nothing', async () => {
  const callers = await Promise.all(Array.from({ length: 6 }, () => customer(db, 5000)));
  const calls = callers.map(async ({ user }) => {
    for (let round = 0; round < 5; round += 1) {
      const session = await talk(db, user);
      await beat(db, session, 1, 0);
      await end(db, session, 0);
    }
  });
  const rebuilds = Array.from({ length: 12 }, async () => {
    // Damage to one card makes it lock and change something every time.
    await db.owner`
      update time_cards set remaining_seconds = remaining_seconds + 1, total_seconds = total_seconds + 1
      where id = ${callers[0]?.card ?? ''}`;
    await rebuild();
  });
  await Promise.all([...calls, ...rebuilds]);
  await rebuild();
  expect(await brokenCards()).toEqual([]);
});

test('only the secret key may', async () => {
  const { user } = await customer(db);
  for (const caller of ['anon', { user }] as const) {
    expect((await db.refusal(db.rpc(caller, 'rebuild_cards_from_ledger'))).code).toBe('42501');
  }
});

/** The tables of a database, with the columns that a dump carries: those that are not generated. */
async function dumpable(database: TestDatabase): Promise<{ table: string; columns: string }[]> {
  return database.owner`
    select format('%I.%I', n.nspname, c.relname) as "table",
      (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'private', 'auth') order by 1`;
}

/** Copies every row of one migrated database into another, as a dump of the data and its restore do. */
async function restore(from: TestDatabase, to: TestDatabase): Promise<void> {
  const tables = await dumpable(from);
  await to.owner.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(`truncate ${tables.map(({ table }) => table).join(', ')}`);
    for (const { table, columns } of tables) {
      const rows: Buffer[] = [];
      const out = await from.owner.unsafe(`copy ${table} (${columns}) to stdout`).readable();
      for await (const row of out) rows.push(row as Buffer);
      const into = await sql.unsafe(`copy ${table} (${columns}) from stdin`).writable();
      await pipeline(Readable.from(rows), into);
    }
    await sql`
      select setval(pg_get_serial_sequence('ledger_entries', 'id'), (select max(id) from ledger_entries))`;
  });
}

test('dumped, restored and rebuilt, a database is the same', async () => {
  await closeDays(db);
  expect(await violations(db)).toEqual([]);
  const copy = await openDatabase();
  try {
    await restore(db, copy);
    const contents = async (database: TestDatabase) => {
      const sums: Record<string, unknown> = {};
      for (const { table } of await dumpable(database)) {
        const [row] = await database.owner.unsafe(
          `select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${table} t`,
        );
        sums[table] = { ...row };
      }
      return sums;
    };
    expect(await contents(copy)).toEqual(await contents(db));
    expect(await rebuild(copy)).toBe(0);
    expect(await violations(copy)).toEqual([]);

    await copy.owner`
      update time_cards set total_seconds = 0, remaining_seconds = 0, held_seconds = 0, used_seconds = 0,
        expired_seconds = 0, revoked_seconds = 0, owed_seconds = 0`;
    await rebuild(copy);
    const withoutOwed = (rows: unknown[]) =>
      rows.map((card) => ({ ...(card as object), owed_seconds: 0 }));
    expect(withoutOwed(await cards(copy))).toEqual(withoutOwed(await cards(db)));
    expect(await brokenCards(copy)).toEqual([]);
  } finally {
    await copy.close();
  }
});
