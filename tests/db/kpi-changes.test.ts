import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
} from '../support/database.ts';
import { hire } from './admin-scenario.ts';
import { newcomer, offerPackages, order, pay, refund, today } from './business-history.ts';
import { daysAfter } from './plain-figures.ts';
import { end, talk, times } from './scenario.ts';

let db: TestDatabase;
let support: string;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  await offerPackages(db);
  support = await hire(db, 'support');
  await db.owner`update profiles set created_at = private.now() where id = ${support}`;
});
afterAll(() => db.close());

const USD = 0;
const EUR = 2;

async function kpis(from: string, to: string): Promise<Record<string, Row>> {
  const args = { from_day: from, to_day: to };
  const row = await db.call({ user: support }, 'admin_kpis', args);
  return row.admin_kpis as Record<string, Row>;
}

async function sell(user: string, offer: number) {
  const sale = await order(db, user, offer);
  await pay(db, sale);
  return sale;
}

async function call(user: string, seconds: number): Promise<void> {
  const session = await talk(db, user);
  await db.advance(seconds);
  await end(db, session, seconds);
}

async function nextDay(): Promise<void> {
  const [row] = await db.owner`
    select extract(epoch from (private.now() at time zone 'UTC')::date + 1
      - private.now() at time zone 'UTC')::integer as seconds`;
  await db.advance(Number(row?.seconds) + 60);
}

describe('two days of business', () => {
  beforeAll(async () => {
    await nextDay();
    const ada = await newcomer(db);
    await sell(ada, USD);
    await sell(ada, EUR);
    await call(ada, 100);
    await nextDay();
    const people = await Promise.all(times(3, () => newcomer(db)));
    for (const user of people) await sell(user, USD);
    await refund(db, await sell(ada, USD), 333);
    await giveCard(db, ada, 500);
    await call(ada, 300);
    await call(ada, 100);
  });

  test('counts and amounts tell by which share they grew, money by currency', async () => {
    const day = await today(db);
    const { changes, period, previous } = await kpis(day, day);
    expect(previous).toMatchObject({
      sign_ups: 1,
      sessions: { completed: 1, average_seconds: 100 },
    });
    expect(period).toMatchObject({ sign_ups: 3, sessions: { completed: 2, average_seconds: 200 } });
    expect(changes).toMatchObject({
      // 999 cents before, then 4 × 999 less 333.
      revenue: { usd: 2.6667, eur: -1 },
      growth: { sign_ups: 2, completed_sessions: 1, average_seconds: 1, served_seconds: 3 },
    });
  });

  test('rates tell by how much they differ; without one of the two there is no change', async () => {
    const day = await today(db);
    const { changes, period, previous } = await kpis(day, day);
    const [now, before] = [Number(period?.card_utilisation), Number(previous?.card_utilisation)];
    expect(before).toBeGreaterThan(0);
    const { difference } = changes as { difference: Row };
    expect(difference.card_utilisation).toBeCloseTo(now - before, 4);
    expect(difference).toMatchObject({ success_rate: 0, average_rating: null });
    const first = (await kpis(daysAfter(day, -1), daysAfter(day, -1))).changes;
    expect(first).toMatchObject({
      revenue: { usd: null, eur: null },
      growth: { completed_sessions: null },
      difference: { card_utilisation: null },
    });
  });

  test('today and yesterday are told whatever the period is', async () => {
    const day = await today(db);
    const itself = await kpis(day, day);
    for (const [from, to] of [
      [-600, -500],
      [-40, -20],
      [-8, -3],
      [-2, -1],
      [-1, 0],
      [-30, 30],
      [1, 1],
      [20, 40],
    ] as const) {
      const answer = await kpis(daysAfter(day, from), daysAfter(day, to));
      expect(answer.today).toEqual(itself.period);
      expect(answer.yesterday).toEqual(itself.previous);
    }
  });

  test('and from closed days as from open ones', async () => {
    const day = await today(db);
    const before = await kpis(day, day);
    await db.advance(3 * 86_400);
    const [row] = await db.owner`select private.close_days() as days`;
    expect(Number(row?.days)).toBeGreaterThan(0);
    const after = await kpis(day, day);
    expect(after.changes).toEqual(before.changes);
    expect(after.today).toMatchObject({ from_day: daysAfter(day, 3), sign_ups: 0 });
    expect(after.today?.liabilities).toEqual(before.period?.liabilities);
  });
});
