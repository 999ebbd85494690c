import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { giveCard, openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import {
  offerAgent,
  authorize,
  beat,
  cardState,
  customer,
  end,
  sessionRow,
  settleUp,
  sweep,
  talk,
  times,
  traces,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

describe('the bill', () => {
  test('is the reported time; the rest goes back to the card', async () => {
    const { user, card } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(100);
    expect(await end(db, session, 90, 'user_left', { turns: 4 })).toEqual({
      session_id: session,
      billed_seconds: 90,
      cost_minutes: 1.5,
      status: 'completed',
    });
    expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3510, used: 90 });
    expect(await sessionRow(db, session)).toMatchObject({
      used_seconds: 90,
      billed_seconds: 90,
      uncollected_seconds: 0,
      end_reason: 'user_left',
      settled_by: 'worker',
      end_proof: 'agent_end',
      agent_state: { turns: 4 },
      ended_at: expect.any(Date),
    });
  });

  test("is at most the server's clock", async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(100);
    const { billed_seconds } = await end(db, session, '9223372036854775807');
    expect(billed_seconds).toBeGreaterThanOrEqual(100);
    expect(billed_seconds).toBeLessThan(130);
  });

  test('is never less than a beat has proven', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(100);
    await beat(db, session, 1, 80);
    expect(await end(db, session, 10)).toMatchObject({ billed_seconds: 80 });
  });

  test('is at most what was granted', async () => {
    const { user, card } = await customer(db, 60);
    const session = await talk(db, user);
    await db.advance(100);
    expect(await end(db, session, 90)).toMatchObject({ billed_seconds: 60 });
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 60 });
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 90 });
  });

  test('is rounded up to whole card seconds at a rate', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user, await offerAgent(db, { rate_permille: 1500 }));
    await db.advance(20);
    expect(await end(db, session, 11)).toMatchObject({ billed_seconds: 17 });
  });

  test('at 333 permille of 10 seconds is 4 card seconds', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user, await offerAgent(db, { rate_permille: 333 }));
    await db.advance(20);
    expect(await end(db, session, 10)).toMatchObject({ billed_seconds: 4 });
  });

  test('is at least the minimum charge once somebody talked', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user, await offerAgent(db, { minimum_charge_seconds: 60 }));
    await db.advance(20);
    expect(await end(db, session, 1)).toMatchObject({ billed_seconds: 60, cost_minutes: 1 });
  });

  test('is nothing when nobody talked, whatever the minimum charge', async () => {
    const { user, card } = await customer(db, 3600);
    const session = await talk(db, user, await offerAgent(db, { minimum_charge_seconds: 60 }));
    await db.advance(20);
    expect(await end(db, session, 0)).toMatchObject({ billed_seconds: 0, cost_minutes: 0 });
    expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
  });
});

describe('the cards', () => {
  test('burn in hold order and get back what was not used', async () => {
    const { user, card } = await customer(db, 100, { priority: 1 });
    const second = await giveCard(db, user, 100, { priority: 2 });
    const third = await giveCard(db, user, 500, { priority: 3 });
    const session = await talk(db, user);
    await db.advance(200);
    await end(db, session, 130);
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 100 });
    expect(await cardState(db, second)).toEqual({ status: 'active', used: 30, remaining: 70 });
    expect(await cardState(db, third)).toEqual({ status: 'active', remaining: 500 });
    const holds = await db.owner`
      select held_seconds, used_seconds from card_holds where session_id = ${session} order by position`;
    expect(holds.map((hold) => ({ ...hold }))).toEqual([
      { held_seconds: 0, used_seconds: 100 },
      { held_seconds: 0, used_seconds: 30 },
      { held_seconds: 0, used_seconds: 0 },
    ]);
  });

  test('a card is used once its last second is talked, not while another session holds some', async () => {
    await db.owner`update settings set max_sessions_per_user = 2, hold_slice_seconds = 50`;
    const { user, card } = await customer(db, 100);
    const [one, other] = [await talk(db, user), await talk(db, user)];
    await db.advance(60);
    await end(db, one, 50);
    expect(await cardState(db, card)).toEqual({ status: 'active', used: 50, held: 50 });
    await end(db, other, 50);
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 100 });
  });

  test('held time survives the expiry of its card; what is not used expires', async () => {
    const { user, card } = await customer(db, 1000);
    await db.owner`update time_cards set expires_at = private.now() + interval '60 seconds' where id = ${card}`;
    const session = await talk(db, user);
    await db.advance(80);
    await sweep(db);
    expect(await cardState(db, card)).toEqual({ status: 'expired', held: 300, expired: 700 });
    await end(db, session, 75);
    expect(await cardState(db, card)).toEqual({ status: 'expired', used: 75, expired: 925 });
  });

  test('unused time of a card whose time is over expires although no sweep has seen it', async () => {
    const { user, card } = await customer(db, 300);
    await db.owner`update time_cards set expires_at = private.now() + interval '60 seconds' where id = ${card}`;
    const session = await talk(db, user);
    await db.advance(61);
    await end(db, session, 50);
    expect(await cardState(db, card)).toMatchObject({ used: 50, expired: 250 });
    await sweep(db);
    expect(await cardState(db, card)).toEqual({ status: 'expired', used: 50, expired: 250 });
  });
});

describe('a repeated end', () => {
  test('answers the first result and changes nothing', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(100);
    const first = await end(db, session, 50, 'user_left', { turns: 1 });
    const [row, before] = [await sessionRow(db, session), await traces(db)];
    await db.advance(100);
    expect(await end(db, session, 90, 'again', { turns: 2 })).toEqual(first);
    expect(await sessionRow(db, session)).toEqual(row);
    expect(await traces(db)).toEqual(before);
  });

  test('20 times at once with other figures settles once', async () => {
    const { user, card } = await customer(db);
    const session = await talk(db, user);
    await db.advance(100);
    const answers = await Promise.all(times(20, (index) => end(db, session, 10 + index)));
    const bills = new Set(answers.map((answer) => answer.billed_seconds));
    expect(bills.size).toBe(1);
    const [billed] = bills;
    expect(await cardState(db, card)).toMatchObject({ used: billed });
    const uses = await db.owner`
      select count(*) from ledger_entries where session_id = ${session} and kind = 'use'`;
    expect(uses[0]).toEqual({ count: 1 });
  });
});

test('ending a session that never started releases it without a charge', async () => {
  const { user, card } = await customer(db);
  const { session_id } = await authorize(db, user);
  await db.advance(50);
  expect(await end(db, session_id, 40, 'agent_failed')).toMatchObject({
    billed_seconds: 0,
    status: 'completed',
  });
  expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
});

test('a reason that is too long is cut', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await end(db, session, 0, 'x'.repeat(5000));
  expect(await sessionRow(db, session)).toMatchObject({ end_reason: 'x'.repeat(200) });
});

test.each([
  ['a negative time', -1, 'done', null],
  ['no time', null, 'done', null],
  ['no reason', 1, null, null],
  ['a blank reason', 1, '  ', null],
  ['a state that is a list', 1, 'done', []],
  ['a state of 300 kB', 1, 'done', { text: 'x'.repeat(300_000) }],
])('an end with %s is invalid_input and changes nothing', async (_, used, reason, state) => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  const before = await sessionRow(db, session);
  expect(await db.refusal(end(db, session, used, reason, state))).toMatchObject({
    code: 'PT400',
    message: 'invalid_input',
  });
  expect(await sessionRow(db, session)).toEqual(before);
});

test('an unknown session is not_found', async () => {
  expect(await db.refusal(end(db, randomUUID(), 1))).toMatchObject({
    code: 'PT404',
    message: 'not_found',
  });
});
