import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  closeDays,
  dispute,
  type History,
  newcomer,
  offerPackages,
  order,
  pay,
  playBusiness,
  refund,
  today,
} from './business-history.ts';
import { daysAfter, plainFigures, plainRetention, readBooks } from './plain-figures.ts';
import { authorize, end, randomFrom, sweep, talk, times } from './scenario.ts';

let db: TestDatabase;
const people = { user: '', support: '', admin: '' };

async function hire(role: 'support' | 'admin'): Promise<string> {
  const id = await newcomer(db);
  await db.owner`insert into admins (user_id, role) values (${id}, ${role})`;
  return id;
}

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  await offerPackages(db);
  Object.assign(people, {
    user: await newcomer(db),
    support: await hire('support'),
    admin: await hire('admin'),
  });
});
afterAll(() => db.close());

interface Kpis extends Row {
  period: Row;
  previous: Row;
  now: Row;
  days: Row[];
  retention: Row[];
  closed_through: string | null;
}

async function kpis(from: string, to: string, user = people.support): Promise<Kpis> {
  const row = await db.call({ user }, 'admin_kpis', { from_day: from, to_day: to });
  return row.admin_kpis as Kpis;
}

describe('who may', () => {
  test('support and admins see the figures', async () => {
    const day = await today(db);
    for (const user of [people.support, people.admin]) {
      expect(await kpis(day, day, user)).toMatchObject({ period: { sign_ups: 3 } });
    }
  });

  test('a user is not allowed', async () => {
    const day = await today(db);
    expect(await db.refusal(kpis(day, day, people.user))).toMatchObject({
      code: 'PT403',
      message: 'not_allowed',
    });
  });

  test('an admin who is inactive is none', async () => {
    const gone = await hire('support');
    await db.owner`update profiles set is_active = false where id = ${gone}`;
    expect(await db.refusal(kpis('2026-01-01', '2026-01-01', gone))).toMatchObject({
      message: 'not_allowed',
    });
  });

  test('a token without a user is not_authenticated', async () => {
    expect(await db.refusal(kpis('2026-01-01', '2026-01-01', ''))).toMatchObject({
      code: 'PT401',
      message: 'not_authenticated',
    });
  });

  test('visitors and the secret key may not call it', async () => {
    const args = { from_day: '2026-01-01', to_day: '2026-01-01' };
    for (const caller of ['anon', 'service'] as const) {
      expect((await db.refusal(db.call(caller, 'admin_kpis', args))).code).toBe('42501');
    }
  });
});

describe('the period', () => {
  test.each([
    ['has a first day', null, '2026-01-01'],
    ['has a last day', '2026-01-01', null],
    ['does not end before it begins', '2026-01-02', '2026-01-01'],
    ['has at most 400 days', '2025-01-01', '2026-02-05'],
    ['does not begin in another age', '0001-01-01', '0001-01-02'],
    ['is not before Christ', '0001-01-01 BC', '2026-01-01'],
    ['does not lie far ahead', '2999-01-01', '2999-01-02'],
    ['does not begin at minus infinity', '-infinity', '2026-01-01'],
    ['does not end at infinity', '2026-01-01', 'infinity'],
  ])('%s', async (_, from_day, to_day) => {
    const refused = db.as(
      { user: people.support },
      (sql) => sql`select admin_kpis(${from_day}::text::date, ${to_day}::text::date)`,
    );
    expect(await db.refusal(refused)).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  });

  test('may have 400 days, and one', async () => {
    const day = await today(db);
    expect((await kpis(daysAfter(day, -399), day)).days).toHaveLength(1);
    expect((await kpis(day, day)).previous).toMatchObject({
      from_day: daysAfter(day, -1),
      to_day: daysAfter(day, -1),
    });
  });

  test('may reach into days to come, of which there is nothing to tell', async () => {
    const day = await today(db);
    const { period, days } = await kpis(day, daysAfter(day, 30));
    expect(days.map((row) => row.day)).toEqual([day]);
    expect(period).toMatchObject({ from_day: day, to_day: daysAfter(day, 30) });
    const ahead = await kpis(daysAfter(day, 100), daysAfter(day, 101));
    expect(ahead.days).toEqual([]);
    expect(ahead.period).toMatchObject({ sign_ups: 0, liabilities: { seconds: 0 } });
  });

  test('before the first day has nothing: counts are zero, rates and averages null', async () => {
    const { period, days, retention } = await kpis('2020-01-01', '2020-12-31');
    const nothing = { issued_seconds: 0, used_seconds: 0, expired_seconds: 0, revoked_seconds: 0 };
    expect(days).toEqual([]);
    expect(retention).toEqual([]);
    expect(period).toEqual({
      from_day: '2020-01-01',
      to_day: '2020-12-31',
      revenue: [],
      sign_ups: 0,
      sessions: { completed: 0, failed: 0, unjoined: 0, average_seconds: null },
      payments: { succeeded: 0, failed: 0, success_rate: null },
      satisfaction: { ratings: 0, average: null, satisfied_rate: null },
      card_seconds: { paid: nothing, grant: nothing, promo: nothing, trial: nothing },
      card_utilisation: null,
      margin: {
        served_seconds: 0,
        billed_seconds: 0,
        paid_billed_seconds: 0,
        billed_per_served: null,
        paid_per_served: null,
      },
      liabilities: { seconds: 0, by_currency: [] },
    });
  });
});

test('sessions that are open now are told apart from those that wait for somebody', async () => {
  const [talking, waiting] = [await newcomer(db), await newcomer(db)];
  for (const user of [talking, waiting]) await giveCard(db, user, 600);
  const day = await today(db);
  const session = await talk(db, talking);
  const { session_id } = await authorize(db, waiting);
  expect((await kpis(day, day)).now).toEqual({ active_sessions: 1, waiting_sessions: 1 });
  await end(db, session, 0);
  await db.rpc({ user: waiting }, 'end_my_session', { session_id });
  expect((await kpis(day, day)).now).toEqual({ active_sessions: 0, waiting_sessions: 0 });
});

describe('what is owed to customers', () => {
  const owed = async () => {
    const day = await today(db);
    return (await kpis(day, day)).period.liabilities;
  };

  test('is the unused share of what they paid, with refunds and disputes', async () => {
    const sale = await order(db, people.user, 0);
    expect(await owed()).toEqual({ seconds: 0, by_currency: [] });
    await pay(db, sale);
    const all = { seconds: 3600, by_currency: [{ currency: 'usd', seconds: 3600, cents: 999 }] };
    expect(await owed()).toEqual(all);

    const session = await talk(db, people.user);
    expect(await owed()).toEqual(all);
    await db.advance(100);
    await end(db, session, 100);
    expect(await owed()).toMatchObject({ by_currency: [{ seconds: 3500, cents: 971 }] });

    await refund(db, sale, 333);
    expect(await owed()).toMatchObject({ by_currency: [{ seconds: 2300, cents: 638 }] });
    await dispute(db, sale, 'needs_response');
    expect(await owed()).toMatchObject({ by_currency: [{ seconds: 2300 }] });
    await dispute(db, sale, 'lost');
    expect(await owed()).toMatchObject({ seconds: 0 });
  });

  test('counts a gift that nobody has redeemed, and nothing that was given away', async () => {
    const gift = await order(db, people.user, 2, true);
    await giveCard(db, people.user, 1000, { source: 'promo' });
    await pay(db, gift);
    expect(await owed()).toMatchObject({
      seconds: 3601,
      by_currency: [
        { currency: 'eur', seconds: 3601, cents: 1001 },
        { seconds: 0, cents: 0 },
      ],
    });
  });

  test('goes on from day to day, although none of them is closed yet', async () => {
    const before = await owed();
    await db.advance(5 * 86_400);
    expect(await owed()).toEqual(before);
    expect(before).toMatchObject({ seconds: 3601 });
  });
});

describe.each([1, 2, 3])('a random history (seed %i)', (seed) => {
  let history: History;
  const first = { day: '' };

  beforeAll(async () => {
    await db.close();
    db = await openDatabase();
    await openShop(db);
    await offerPackages(db);
    first.day = await today(db);
    people.support = await hire('support');
    history = await playBusiness(db, randomFrom(seed), 45);
  });

  test('breaks no invariant', async () => {
    await sweep(db);
    expect(await violations(db)).toEqual([]);
  });

  test('gives the figures that reading everything gives, in any period', async () => {
    const books = await readBooks(db, history);
    const random = randomFrom(seed + 1000);
    const last = await today(db);
    expect((await kpis(first.day, last)).closed_through).not.toBeNull();
    const anyDays = times(25, () => {
      const days = [random(), random()].map((part) => Math.floor(part * 55) - 4);
      return days.toSorted((a, b) => a - b).map((day) => daysAfter(first.day, day));
    });
    // Also periods that lie within the days that are open.
    const openDays = [0, 1, 2].map((days) => [daysAfter(last, -days), last]);
    for (const [from = '', to = ''] of [...anyDays, ...openDays]) {
      const length = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      const answer = await kpis(from, to);
      expect(answer.period).toEqual(plainFigures(books, from, to));
      const before = daysAfter(from, -1);
      expect(answer.previous).toEqual(plainFigures(books, daysAfter(before, -length), before));
      expect(answer.retention).toEqual(plainRetention(books, from, to < last ? to : last));
      for (const day of answer.days) {
        const figures = plainFigures(books, String(day.day), String(day.day));
        expect(day).toMatchObject({
          sign_ups: figures.sign_ups,
          revenue: figures.revenue,
          served_seconds: (figures.margin as Row).served_seconds,
          billed_seconds: (figures.margin as Row).billed_seconds,
          unused_paid_seconds: (figures.liabilities as Row).seconds,
          succeeded_payments: (figures.payments as Row).succeeded,
          failed_payments: (figures.payments as Row).failed,
          average_rating: (figures.satisfaction as Row).average,
        });
      }
    }
  });

  test('gives the same when every day is closed', async () => {
    const last = await today(db);
    const plain = (answer: Kpis) => ({
      ...answer,
      at: null,
      closed_through: null,
      today: null,
      yesterday: null,
      days: answer.days.map((day) => ({ ...day, is_closed: null })),
    });
    const before = plain(await kpis(first.day, last));
    await db.advance(3 * 86_400);
    while ((await closeDays(db)) > 0);
    const after = await kpis(first.day, last);
    expect(String(after.closed_through) >= last).toBe(true);
    expect(plain(after)).toEqual(before);
  });
});

test('nobody signed up, nothing happened: an empty database answers too', async () => {
  const empty = await openDatabase();
  const admin = await signUp(empty);
  await empty.owner`insert into admins (user_id, role) values (${admin}, 'support')`;
  await empty.owner`update profiles set created_at = private.now() + interval '1 day'`;
  const row = await empty.call({ user: admin }, 'admin_kpis', {
    from_day: '2026-01-01',
    to_day: '2026-01-31',
  });
  expect(row.admin_kpis).toMatchObject({ days: [], retention: [], closed_through: null });
  await empty.close();
});
