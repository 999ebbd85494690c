import type { Sql } from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
} from '../support/database.ts';
import {
  authorize,
  beat,
  cardState,
  customer,
  deliver,
  end,
  intent,
  purchase,
  setSettings,
  settleUp,
  stripeEvent,
  sweep,
  talk,
  times,
} from './scenario.ts';

// Locks are taken profile → session → payment → cards, and several of a kind by id: then nothing can deadlock.
let db: TestDatabase;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(async () => {
  await settleUp(db);
  await db.close();
});

/** Resolves once so many statements of this database wait for a lock. */
async function someoneWaits(statements = 1): Promise<void> {
  for (const _ of times(500, (index) => index)) {
    const [row] = await db.owner`
      select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (Number(row?.count) >= statements) return;
  }
  throw new Error('nobody waits for a lock');
}

/** Which of the rows are free while a call waits for the first of them by id, which somebody else has locked. */
async function freeWhileWaiting(
  table: 'time_cards' | 'voice_sessions',
  ids: string[],
  call: () => PromiseLike<unknown>,
): Promise<{ free: string[]; others: string[] }> {
  const [first, ...others] = ids.toSorted();
  const waiting: { call?: PromiseLike<unknown> } = {};
  const free = await db.owner.begin(async (transaction) => {
    const sql = transaction as unknown as Sql;
    await sql`select from ${sql(table)} where id = ${first as string} for no key update`;
    waiting.call = Promise.resolve(call());
    await someoneWaits();
    return db.owner`
      select id from ${db.owner(table)} where id in ${db.owner(others)} order by id for no key update skip locked`;
  });
  await waiting.call;
  return { free: free.map((row) => String(row.id)), others };
}

async function callsOf(user: string, count: number): Promise<string[]> {
  const sessions: string[] = [];
  for (const _ of times(count, (index) => index)) sessions.push(await talk(db, user));
  return sessions;
}

test('a batch of beats locks its sessions by id', async () => {
  await setSettings(db, { max_sessions_per_user: 8 });
  const { user } = await customer(db, 100_000);
  const sessions = await callsOf(user, 8);
  const { free, others } = await freeWhileWaiting('voice_sessions', sessions, () =>
    db.rpc('service', 'heartbeat_sessions', {
      // The one that is locked comes last.
      beats: sessions
        .toSorted()
        .toReversed()
        .map((session_id) => ({ session_id, seq: 1, used_seconds: 0 })),
    }),
  );
  expect(free).toEqual(others);
});

test('a batch of beats locks the cards of all its people by id before it burns any', async () => {
  const people = await Promise.all(times(6, () => customer(db, 100_000)));
  const calls = await Promise.all(
    people.map(async ({ user, card }) => ({ card, session: await talk(db, user) })),
  );
  await db.advance(20);
  const { free, others } = await freeWhileWaiting(
    'time_cards',
    calls.map(({ card }) => card),
    () =>
      db.rpc('service', 'heartbeat_sessions', {
        beats: calls
          .toSorted((a, b) => (a.card < b.card ? 1 : -1))
          .map(({ session }) => ({ session_id: session, seq: 1, used_seconds: 15 })),
      }),
  );
  expect(free).toEqual(others);
});

test('a batch locks no card of people whose hold is long enough', async () => {
  const { user, card } = await customer(db, 3600);
  const session = await talk(db, user);
  await db.advance(20);
  await beat(db, session, 1, 1);
  const answers = await db.owner.begin(async (sql) => {
    await sql`select from time_cards where id = ${card} for no key update`;
    return db.rpc('service', 'heartbeat_sessions', {
      beats: [{ session_id: session, seq: 2, used_seconds: 15 }],
    });
  });
  expect(answers).toMatchObject([{ action: 'continue' }]);
});

test('deactivating somebody locks their sessions by id', async () => {
  await setSettings(db, { max_sessions_per_user: 8 });
  const { user } = await customer(db, 100_000);
  const sessions = await callsOf(user, 8);
  const { free, others } = await freeWhileWaiting(
    'voice_sessions',
    sessions,
    () => db.owner`update profiles set is_active = false where id = ${user}`,
  );
  expect(free).toEqual(others);
});

test('an authorisation, a beat and an end lock the cards of one person by id, whatever they burn first', async () => {
  await setSettings(db, { max_sessions_per_user: 2 });
  const { user, card } = await customer(db, 100, { priority: 1 });
  const cards = [card];
  for (const priority of [2, 3, 4, 5, 6]) cards.push(await giveCard(db, user, 100, { priority }));
  // The card that burns last is the one that everybody must lock first.
  const order = cards.toSorted();
  for (const [index, id] of order.entries()) {
    await db.owner`update time_cards set priority = ${10 - index} where id = ${id}`;
  }

  const authorized = await freeWhileWaiting('time_cards', cards, () => authorize(db, user));
  expect(authorized.free).toEqual(authorized.others);
  const [row] = await db.owner`select id from voice_sessions where user_id = ${user}`;
  const session_id = String(row?.id);
  await db.call('service', 'start_session', { session_id, worker_id: 'w' });
  await db.advance(60);
  const beaten = await freeWhileWaiting('time_cards', cards, () => beat(db, session_id, 1, 30));
  expect(beaten.free).toEqual(beaten.others);
  const ended = await freeWhileWaiting('time_cards', cards, () => end(db, session_id, 40));
  expect(ended.free).toEqual(ended.others);
});

test('a card that is activated while a beat waits for its locks is left to the next beat', async () => {
  const { user, card } = await customer(db, 3600);
  const session = await talk(db, user);
  await db.advance(60);
  const waiting: { beat?: Promise<unknown> } = {};
  const sooner = await db.owner.begin(async (transaction) => {
    const sql = transaction as unknown as Sql;
    await sql`select from time_cards where id = ${card} for no key update`;
    waiting.beat = beat(db, session, 1, 30);
    await someoneWaits();
    return giveCard(db, user, 600, { priority: 1 });
  });
  await waiting.beat;
  expect(await cardState(db, card)).toMatchObject({ held: 600 });
  expect(await cardState(db, sooner)).toEqual({ status: 'active', remaining: 600 });
});

test('a sweep locks all cards that it will change by id', async () => {
  const people = await Promise.all(times(6, () => customer(db, 300)));
  for (const { user } of people.slice(0, 3)) await talk(db, user);
  const expiring = people.slice(3).map(({ card }) => card);
  await db.owner`update time_cards set expires_at = private.now() where id in ${db.owner(expiring)}`;
  await db.advance(91);
  const { free, others } = await freeWhileWaiting(
    'time_cards',
    people.map(({ card }) => card),
    () => sweep(db),
  );
  expect(free).toEqual(others);
});

test('a sweep leaves a session to whoever is at it', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(91);
  const done = await db.owner.begin(async (sql) => {
    await sql`select from voice_sessions where id = ${session} for no key update`;
    return sweep(db);
  });
  expect(done).toMatchObject({ settled_sessions: 0 });
  expect(await sweep(db)).toMatchObject({ settled_sessions: 1 });
});

test('a beat that waited for its session and then finds it settled changes nothing', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(100);
  const late: { answer?: Promise<unknown> } = {};
  await db.owner.begin(async (transaction) => {
    const sql = transaction as unknown as Sql;
    await sql`select end_session(${session}, 40, 'done')`;
    late.answer = beat(db, session, 1, 90);
    await someoneWaits();
  });
  expect(await late.answer).toMatchObject({ action: 'end' });
  const [row] = await db.owner`
    select used_seconds, billed_seconds, heartbeat_seq from voice_sessions where id = ${session}`;
  expect(row).toEqual({ used_seconds: 40, billed_seconds: 40, heartbeat_seq: 0 });
});

test('two events that waited for their payment credit it once', async () => {
  const { user } = await customer(db);
  const bought = await purchase(db, user);
  await deliver(db, stripeEvent(intent(bought, 'processing')));
  const waiting: { answers?: Promise<Row[]> } = {};
  await db.owner.begin(async (sql) => {
    await sql`select from payments where id = ${bought.payment_id} for no key update`;
    waiting.answers = Promise.all(
      times(2, () => deliver(db, stripeEvent(intent(bought, 'succeeded')))),
    );
    await someoneWaits(2);
  });
  const outcomes = (await waiting.answers)?.map(({ outcome }) => outcome);
  expect(outcomes?.toSorted()).toEqual(['credited', 'duplicate']);
});
