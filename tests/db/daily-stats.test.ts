import type { Sql } from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
} from '../support/database.ts';
import {
  call,
  closeDays,
  dispute,
  type History,
  intentOf,
  newcomer,
  offerPackages,
  order,
  pay,
  refund,
  reportLate,
  today,
} from './business-history.ts';
import { daysAfter, weekOf } from './plain-figures.ts';
import { deliver, end, stripeEvent, sweep, talk } from './scenario.ts';

const DAY = 86_400;

let db: TestDatabase;
let history: History;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
  await offerPackages(db);
  history = { served: new Map(), failures: new Map() };
});
afterEach(() => db.close());

/** Moves the business clock to so many seconds into a day; one in the morning unless told. */
async function goTo(day: string, seconds = 3600): Promise<void> {
  await db.owner`
    update private.clock
    set "offset" = ${day}::date::timestamp at time zone 'UTC' + make_interval(secs => ${seconds}) - clock_timestamp()`;
}

/** Goes to the next Monday after the real day, so that weeks and days begin together. */
async function goToMonday(): Promise<string> {
  const monday = daysAfter(weekOf(await today(db)), 7);
  await goTo(monday);
  return monday;
}

async function statsOf(day: string): Promise<Row | undefined> {
  const [row] = await db.owner<Row[]>`select * from daily_stats where day = ${day}`;
  return row;
}

/** All that the roll-up says, as text. */
async function rollUp(): Promise<string> {
  const tables = ['daily_stats', 'daily_revenue', 'daily_card_time', 'weekly_retention'];
  const rows = await Promise.all(
    tables.map((table) => db.owner.unsafe(`select t::text as row from ${table} t order by 1`)),
  );
  return JSON.stringify(rows);
}

describe('a day', () => {
  test('is closed a day and ten minutes after its end, and not a second earlier', async () => {
    const monday = await goToMonday();
    await newcomer(db);
    await goTo(daysAfter(monday, 2), 10 * 60 - 5);
    expect(await closeDays(db)).toBe(0);
    await goTo(daysAfter(monday, 2), 10 * 60);
    expect(await closeDays(db)).toBe(1);
    expect(await statsOf(monday)).toMatchObject({ sign_ups: 1 });
    expect(await closeDays(db)).toBe(0);
  });

  test('without anything is closed too, so that days follow each other', async () => {
    const monday = await goToMonday();
    await newcomer(db);
    await goTo(daysAfter(monday, 6));
    expect(await closeDays(db)).toBe(5);
    const rows = await db.owner`select day::text from daily_stats order by day`;
    expect(rows.map(({ day }) => day)).toEqual([0, 1, 2, 3, 4].map((n) => daysAfter(monday, n)));
  });

  test('begins and ends at midnight UTC, whatever zone the connection has', async () => {
    const monday = await goToMonday();
    await goTo(monday, DAY - 1);
    await newcomer(db);
    await goTo(daysAfter(monday, 1), 1);
    await newcomer(db);
    await goTo(daysAfter(monday, 4));
    await db.owner.begin(async (sql) => {
      await sql`set local timezone = 'Pacific/Auckland'`;
      await sql`select private.close_days()`;
    });
    expect(await statsOf(monday)).toMatchObject({ sign_ups: 1 });
    expect(await statsOf(daysAfter(monday, 1))).toMatchObject({ sign_ups: 1 });
  });

  test('that is closed cannot be changed, not even by its owner', async () => {
    const monday = await goToMonday();
    const sale = await order(db, await newcomer(db), 0);
    await pay(db, sale);
    await goTo(daysAfter(monday, 3));
    await closeDays(db);
    for (const table of ['daily_stats', 'daily_revenue', 'daily_card_time']) {
      for (const statement of [`update ${table} set day = day`, `delete from ${table}`]) {
        expect(await db.refusal(db.owner.unsafe(statement))).toMatchObject({
          message: 'illegal_transition',
        });
      }
    }
  });
});

describe('closing', () => {
  test('has nothing to do before there is anything', async () => {
    await goToMonday();
    expect(await closeDays(db)).toBe(0);
  });

  test('begins with the first day on which anything was', async () => {
    const monday = await goToMonday();
    await giveCard(db, await newcomer(db), 60);
    await goTo(daysAfter(monday, 7));
    await closeDays(db);
    const [row] = await db.owner`select min(day)::text as day from daily_stats`;
    expect(row?.day).toBe(monday);
  });

  test('catches up after months, 31 days at a time', async () => {
    const monday = await goToMonday();
    await newcomer(db);
    await goTo(daysAfter(monday, 100));
    const runs = [];
    for (let days = 1; days > 0;) runs.push((days = await closeDays(db)));
    expect(runs).toEqual([31, 31, 31, 6, 0]);
    await newcomer(db);
    await goTo(daysAfter(monday, 103));
    expect(await closeDays(db)).toBe(3);
    expect(await statsOf(daysAfter(monday, 100))).toMatchObject({ sign_ups: 1 });
  });

  test('twice at once closes once, and neither waits', async () => {
    const monday = await goToMonday();
    await newcomer(db);
    await goTo(daysAfter(monday, 8));
    await db.owner.begin(async (sql) => {
      const [first] = await sql`select private.close_days() as days`;
      expect(first?.days).toBe(7);
      // The first has not committed yet.
      expect(await closeDays(db)).toBe(0);
    });
    const days = await Promise.all(Array.from({ length: 8 }, () => closeDays(db)));
    expect(days).toEqual(days.map(() => 0));
    await goTo(daysAfter(monday, 20));
    const more = await Promise.all(Array.from({ length: 8 }, () => closeDays(db)));
    expect(more.reduce((sum, count) => sum + count, 0)).toBe(12);
  });

  test('by run and by run gives the same as all at once', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    for (let day = 0; day < 12; day += 1) {
      await goTo(daysAfter(monday, day), 1000);
      const sale = await order(db, user, day);
      if (day % 3 < 2) await pay(db, sale);
      if (day % 4 === 0) await refund(db, sale, 300);
      await call(db, history, user, 400, 'ended');
    }
    await goTo(daysAfter(monday, 20));
    const undo = new Error('undo');
    const runs: string[] = [];
    const everything = `
      select (select json_agg(to_jsonb(d) - 'closed_at' order by day) from daily_stats d)::text
        || (select json_agg(r order by day, currency) from daily_revenue r)::text
        || (select json_agg(c order by c::text) from daily_card_time c)::text
        || (select json_agg(w order by week) from weekly_retention w)::text as row`;
    const attempt = (work: (sql: Sql) => Promise<unknown>) =>
      db.owner
        .begin(async (sql) => {
          await work(sql as unknown as Sql);
          const [row] = await sql.unsafe(everything);
          runs.push(String(row?.row));
          throw undo;
        })
        .catch((error: unknown) => {
          if (error !== undo) throw error;
        });
    await attempt((sql) => sql`select private.close_days()`);
    await attempt(async (sql) => {
      for (let day = 0; day < 20; day += 1) {
        await sql`
          update private.clock
          set "offset" = (${daysAfter(monday, day)}::date + 1)::timestamp at time zone 'UTC' - clock_timestamp()`;
        await sql`select private.close_days()`;
      }
      await sql`update private.clock set "offset" = "offset" + interval '1 day'`;
      await sql`select private.close_days()`;
    });
    expect(runs[0]).toContain('usd');
    expect(runs[1]).toBe(runs[0]);
  });
});

describe('what comes later', () => {
  test('is counted on the day it comes, and closed days are not read again', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    const sale = await order(db, user, 0);
    await pay(db, sale);
    const silent = await call(db, history, user, 100, 'silent');
    const late = await order(db, user, 1);
    await deliver(db, stripeEvent(intentOf(late, 'processing')));
    await goTo(daysAfter(monday, 5));
    await closeDays(db);
    const before = await rollUp();
    expect(await statsOf(monday)).toMatchObject({ served_seconds: 50, succeeded_payments: 1 });
    // What was tallied while the days were open is not kept twice.
    expect(await db.owner`select from private.open_card_time where day <= ${monday}`).toEqual([]);

    const friday = daysAfter(monday, 5);
    await reportLate(db, history, silent ?? '');
    await refund(db, sale, 333);
    await dispute(db, sale, 'lost');
    await pay(db, late);
    expect(await closeDays(db)).toBe(0);
    expect(await rollUp()).toBe(before);

    await goTo(daysAfter(monday, 8));
    await closeDays(db);
    expect(await statsOf(monday)).toMatchObject({ served_seconds: 50, succeeded_payments: 1 });
    expect(await statsOf(friday)).toMatchObject({ served_seconds: 150, succeeded_payments: 1 });
    const money = await db.owner`select * from daily_revenue where day = ${friday}`;
    expect(money).toMatchObject([
      { currency: 'usd', paid_cents: 4999, refunded_cents: 333, charged_back_cents: 999 },
    ]);
    const time = await db.owner`
      select card_seconds, issued_seconds, used_seconds, revoked_seconds, total_issued_seconds
      from daily_card_time where day = ${friday} order by card_seconds`;
    expect(time).toMatchObject([
      { card_seconds: 3600, issued_seconds: 0, used_seconds: 150, total_issued_seconds: 3600 },
      { card_seconds: 25_000, issued_seconds: 25_000, used_seconds: 0, revoked_seconds: 0 },
    ]);
  });

  test('even what rewrites the past leaves closed days as they are', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    await db.owner`insert into admins (user_id, role) values (${user}, 'support')`;
    await pay(db, await order(db, user, 0));
    await call(db, history, user, 100, 'ended');
    await goTo(daysAfter(monday, 10));
    await closeDays(db);
    const figures = async () => {
      const args = { from_day: monday, to_day: daysAfter(monday, 7) };
      const { admin_kpis } = await db.call({ user }, 'admin_kpis', args);
      // What is told of the present day moves with the clock.
      return { ...(admin_kpis as Row), at: null, today: null, yesterday: null };
    };
    const before = await figures();
    expect(before).toMatchObject({ period: { sign_ups: 1, margin: { served_seconds: 100 } } });
    await db.owner.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update voice_sessions set used_seconds = 9999, rating = 1, rated_at = ended_at`;
      await sql`update ledger_entries set seconds = seconds * 7`;
      await sql`update payment_entries set amount_cents = amount_cents * 7`;
      await sql`update profiles set created_at = created_at - interval '30 days' where id <> ${user}`;
      await sql`update payments set failed_at = created_at`;
    });
    expect(await figures()).toEqual(before);
    expect(await closeDays(db)).toBe(0);
    await goTo(daysAfter(monday, 12));
    expect(await closeDays(db)).toBe(2);
    expect(await figures()).toEqual({ ...before, closed_through: daysAfter(monday, 10) });
  });

  test('a card that is paid for days after it was ordered is sold on the day it is paid', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    const sale = await order(db, user, 0);
    await goTo(daysAfter(monday, 1));
    await pay(db, sale, 'canceled');
    await goTo(daysAfter(monday, 5));
    await closeDays(db);
    expect(await db.owner`select from daily_card_time`).toHaveLength(0);
    expect(await statsOf(daysAfter(monday, 1))).toMatchObject({ failed_payments: 1 });
    await pay(db, sale);
    await goTo(daysAfter(monday, 9));
    await closeDays(db);
    const [first] =
      await db.owner`select t.*, t.day::text as day from daily_card_time t order by t.day limit 1`;
    expect(first).toMatchObject({
      day: daysAfter(monday, 5),
      issued_seconds: 3600,
      revoked_seconds: 0,
      total_issued_seconds: 3600,
    });
  });

  test('so it is when the day of the order and that of the payment are closed in one run', async () => {
    const monday = await goToMonday();
    const sale = await order(db, await newcomer(db), 0);
    await goTo(daysAfter(monday, 1));
    await pay(db, sale);
    await goTo(daysAfter(monday, 5));
    await closeDays(db);
    const rows = await db.owner`
      select day::text, issued_seconds from daily_card_time order by day limit 2`;
    expect(rows).toEqual([
      { day: daysAfter(monday, 1), issued_seconds: 3600 },
      { day: daysAfter(monday, 2), issued_seconds: 0 },
    ]);
  });

  test('a rating counts on the day it was first given, as it was left', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    await giveCard(db, user, 3600);
    const session_id = await call(db, history, user, 100, 'ended');
    await goTo(daysAfter(monday, 3), DAY - 60);
    await db.rpc({ user }, 'rate_session', { session_id, rating: 1 });
    await goTo(daysAfter(monday, 4), DAY - 120);
    await db.rpc({ user }, 'rate_session', { session_id, rating: 5 });
    await goTo(daysAfter(monday, 6));
    await closeDays(db);
    expect(await statsOf(monday)).toMatchObject({ ratings: 0 });
    expect(await statsOf(daysAfter(monday, 3))).toMatchObject({
      ratings: 1,
      rating_points: 5,
      satisfied_ratings: 1,
    });
  });
});

describe('sessions', () => {
  test('are told apart: in good order, in an error, joined by nobody', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    await giveCard(db, user, 3600);
    await call(db, history, user, 100, 'ended');
    await call(db, history, user, 100, 'silent');
    await call(db, history, user, 0, 'unjoined');
    await goTo(daysAfter(monday, 3));
    await closeDays(db);
    expect(await statsOf(monday)).toMatchObject({
      completed_sessions: 1,
      failed_sessions: 1,
      unjoined_sessions: 1,
      served_seconds: 150,
    });
  });

  test('count on the day they end', async () => {
    const monday = await goToMonday();
    const user = await newcomer(db);
    await giveCard(db, user, 3600);
    await goTo(monday, DAY - 50);
    const session = await talk(db, user);
    await db.advance(100);
    await end(db, session, 100);
    await goTo(daysAfter(monday, 4));
    await closeDays(db);
    expect(await statsOf(monday)).toMatchObject({ completed_sessions: 0, served_seconds: 0 });
    expect(await statsOf(daysAfter(monday, 1))).toMatchObject({
      completed_sessions: 1,
      served_seconds: 100,
    });
  });
});

test('a week of retention is written when its Sunday is closed', async () => {
  const monday = await goToMonday();
  const [early, late] = [await newcomer(db), await newcomer(db)];
  for (const user of [early, late]) await giveCard(db, user, 3600);
  await call(db, history, early, 60, 'ended');
  await goTo(daysAfter(monday, 3));
  await call(db, history, early, 60, 'ended');
  await goTo(daysAfter(monday, 7));
  await call(db, history, late, 60, 'ended');
  await call(db, history, early, 0, 'unjoined');
  const weeks = () =>
    db.owner`select cohort_week::text, week::text, people from weekly_retention order by week`;

  await goTo(daysAfter(monday, 8), 599);
  await closeDays(db);
  expect(await weeks()).toEqual([]);
  await goTo(daysAfter(monday, 8), 600);
  await closeDays(db);
  const first = { cohort_week: monday, week: monday, people: 1 };
  expect(await weeks()).toEqual([first]);
  await goTo(daysAfter(monday, 20));
  await closeDays(db);
  expect(await weeks()).toEqual([first, { ...first, week: daysAfter(monday, 7) }]);
});

test('expired time is told on the day of the sweep that found it', async () => {
  const monday = await goToMonday();
  const user = await newcomer(db);
  const tuesday = daysAfter(monday, 1);
  await giveCard(db, user, 500, { source: 'promo', expires_at: new Date(`${tuesday}T00:00:00Z`) });
  await goTo(tuesday, 60);
  await sweep(db);
  await goTo(daysAfter(monday, 4));
  await closeDays(db);
  const rows = await db.owner`
    select day::text, source, issued_seconds, expired_seconds, total_expired_seconds
    from daily_card_time where day <= ${tuesday} order by day`;
  expect(rows).toEqual([
    {
      day: monday,
      source: 'promo',
      issued_seconds: 500,
      expired_seconds: 0,
      total_expired_seconds: 0,
    },
    {
      day: tuesday,
      source: 'promo',
      issued_seconds: 0,
      expired_seconds: 500,
      total_expired_seconds: 500,
    },
  ]);
});
