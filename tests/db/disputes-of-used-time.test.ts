import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  atOnce,
  beat,
  book,
  cardState,
  charge,
  customer,
  dispute,
  end,
  intent,
  paidPurchase,
  paymentRow,
  permutations,
  type Purchase,
  randomFrom,
  setSettings,
  settleUp,
  shuffled,
  sweep,
  talk,
  tell,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const gone = { status: 'revoked', revoked: 3600 };

async function buy(): Promise<Purchase & { user: string }> {
  const user = await signUp(db);
  return { ...(await paidPurchase(db, user)), user };
}

/** A card that is paid for and of which so many seconds were talked. */
async function buyAndTalk(seconds: number): Promise<Purchase & { user: string }> {
  const bought = await buy();
  const session = await talk(db, bought.user);
  await db.advance(seconds);
  await end(db, session, seconds);
  return bought;
}

const card = (bought: Purchase) => cardState(db, bought.time_card_id);
const status = async (bought: Purchase) => (await paymentRow(db, bought.payment_id)).status;

describe('a dispute while somebody talks', () => {
  test('tells the call to end, and what it holds stays on the frozen card', async () => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await db.advance(20);
    expect(await beat(db, session, 1, 20)).toMatchObject({ action: 'continue' });
    await tell(db, dispute(bought, 'needs_response'));
    expect(await card(bought)).toMatchObject({ status: 'frozen', held: 600 });
    await db.advance(10);
    expect(await beat(db, session, 2, 30)).toMatchObject({ action: 'end' });
    const [answer] = await db.rpc('service', 'heartbeat_sessions', {
      beats: [{ session_id: session, seq: 3, used_seconds: 30 }],
    });
    expect(answer).toMatchObject({ action: 'end' });
    await end(db, session, 30);
    expect(await card(bought)).toEqual({ status: 'frozen', remaining: 3570, used: 30 });
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual({ status: 'active', remaining: 3570, used: 30 });
  });

  test('that is won before the next beat lets the call go on', async () => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await tell(db, dispute(bought, 'needs_response'), dispute(bought, 'won'));
    await db.advance(10);
    expect(await beat(db, session, 1, 10)).toMatchObject({ action: 'continue' });
  });

  test('that is lost revokes what comes back and owes what is talked', async () => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await db.advance(20);
    await tell(db, dispute(bought, 'lost'));
    expect(await beat(db, session, 1, 20)).toMatchObject({ action: 'end' });
    expect(await card(bought)).toEqual({ status: 'revoked', held: 300, revoked: 3300, owed: 300 });
    await end(db, session, 20);
    expect(await card(bought)).toEqual({ status: 'revoked', used: 20, revoked: 3580, owed: 20 });
  });

  test('on another card leaves the call alone', async () => {
    const { user } = await customer(db, 3600, { priority: 1 });
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await tell(db, dispute(bought, 'needs_response'));
    await db.advance(10);
    expect(await beat(db, session, 1, 10)).toMatchObject({ action: 'continue' });
  });

  test('also ends a call that holds time of several cards', async () => {
    const { user, card: free } = await customer(db, 100, { priority: 1 });
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await tell(db, dispute(bought, 'needs_response'));
    await db.advance(120);
    expect(await beat(db, session, 1, 110)).toMatchObject({ action: 'end' });
    await end(db, session, 120);
    expect(await cardState(db, free)).toEqual({ status: 'used', used: 100 });
    expect(await card(bought)).toEqual({ status: 'frozen', remaining: 3580, used: 20 });
  });

  test('gives it no more time, of no card, so that a deaf worker is stopped by its grant', async () => {
    const { user } = await customer(db, 3600, { priority: 200 });
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await tell(db, dispute(bought, 'needs_response'));
    await db.advance(200);
    expect(await beat(db, session, 1, 200)).toMatchObject({
      action: 'end',
      granted_until_seconds: 300,
    });
    expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 3600 });
    await tell(db, dispute(bought, 'won'));
    expect(await beat(db, session, 2, 200)).toMatchObject({
      action: 'continue',
      granted_until_seconds: 600,
    });
  });

  test('that the worker never hears of is settled by the sweep, and corrected, on the frozen card', async () => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await db.advance(20);
    await beat(db, session, 1, 20);
    await tell(db, dispute(bought, 'needs_response'));
    await db.advance(91);
    await sweep(db);
    expect(await card(bought)).toEqual({ status: 'frozen', remaining: 3580, used: 20 });
    await end(db, session, 50);
    expect(await card(bought)).toEqual({ status: 'frozen', remaining: 3550, used: 50 });
  });
});

describe('a card that thaws is where it would be had it not been frozen', () => {
  test('expired, when its time has passed', async () => {
    const bought = await buyAndTalk(60);
    await tell(db, dispute(bought, 'needs_response'));
    await db.advance(366 * 86_400);
    await sweep(db);
    expect(await card(bought)).toEqual({ status: 'frozen', remaining: 3540, used: 60 });
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual({ status: 'expired', expired: 3540, used: 60 });
    await db.advance(-366 * 86_400);
  });

  test('expired, with what a call still holds', async () => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await tell(db, dispute(bought, 'needs_response'));
    await db.owner`
      update time_cards set expires_at = private.now() + interval '1 second' where id = ${bought.time_card_id}`;
    await db.advance(10);
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual({ status: 'expired', held: 300, expired: 3300 });
    await end(db, session, 10);
    expect(await card(bought)).toEqual({ status: 'expired', used: 10, expired: 3590 });
  });

  test.each([
    ['used up before', 0],
    ['used up before and past its expiry', 366 * 86_400],
  ])('used, when it was %s', async (_, later) => {
    await setSettings(db, { hold_slice_seconds: 3600 });
    const bought = await buyAndTalk(3600);
    expect(await card(bought)).toEqual({ status: 'used', used: 3600 });
    await tell(db, dispute(bought, 'needs_response'));
    expect(await card(bought)).toEqual({ status: 'frozen', used: 3600 });
    await db.advance(later);
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual({ status: 'used', used: 3600 });
    await db.advance(-later);
  });

  test('not at all, when it had expired before: it was not frozen', async () => {
    const bought = await buy();
    await db.advance(366 * 86_400);
    await sweep(db);
    await tell(db, dispute(bought, 'needs_response'));
    expect(await card(bought)).toEqual({ status: 'expired', expired: 3600 });
    expect(await status(bought)).toBe('disputed');
    await tell(db, dispute(bought, 'lost'));
    expect(await card(bought)).toEqual(gone);
    await db.advance(-366 * 86_400);
  });
});

describe('disputes and refunds of one payment', () => {
  test.each([
    ['refunded in full, then lost', [999, 'lost']],
    ['lost, then refunded in full', ['lost', 999]],
    ['opened, refunded in full, then lost', ['needs_response', 999, 'lost']],
  ] as const)('%s: refunded, and the card is gone', async (_, life) => {
    const bought = await buy();
    await tell(
      db,
      ...life.map((one) => (typeof one === 'number' ? charge(bought, one) : dispute(bought, one))),
    );
    expect(await card(bought)).toEqual(gone);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'refunded',
      refunded_cents: 999,
    });
  });

  test('opened, refunded in full, then won: refunded, and the card is gone', async () => {
    for (const order of permutations(['needs_response', 999, 'won'] as const)) {
      const bought = await buy();
      await tell(
        db,
        ...order.map((one) =>
          typeof one === 'number' ? charge(bought, one) : dispute(bought, one),
        ),
      );
      expect({ order, ...(await card(bought)) }).toEqual({ order, ...gone });
      expect(await status(bought)).toBe('refunded');
      expect(await violations(db)).toEqual([]);
    }
  });

  test('refunded in part, then lost for the rest: nothing is left in the book, in any order', async () => {
    const events = [
      (bought: Purchase) => charge(bought, 400),
      (bought: Purchase) => dispute(bought, 'needs_response', { amount: 599 }),
      (bought: Purchase) => dispute(bought, 'lost', { amount: 599 }),
    ];
    for (const order of permutations(events)) {
      const bought = await buyAndTalk(100);
      await tell(db, ...order.map((object) => object(bought)));
      expect(await card(bought)).toEqual({
        status: 'revoked',
        used: 100,
        revoked: 3500,
        owed: 100,
      });
      expect(await status(bought)).toBe('disputed');
      const entries = await book(db, bought.payment_id);
      expect(entries.reduce((sum, [, cents]) => sum + cents, 0)).toBe(0);
      expect(entries.toSorted()).toEqual([
        ['chargeback', -599],
        ['paid', 999],
        ['refund', -400],
      ]);
    }
  });
});

test('disputes and refunds at once with beats, ends and sweeps of the calls they stop lose no second', async () => {
  await setSettings(db, { hold_slice_seconds: 60, max_sessions_per_user: 3 });
  for (const round of times(8, (index) => index)) {
    const buyers = await Promise.all(times(4, () => buy()));
    const calls = await Promise.all(buyers.flatMap(({ user }) => times(3, () => talk(db, user))));
    await db.advance(40);
    await atOnce([
      ...calls.map((session) => beat(db, session, 1, 30)),
      ...buyers.map((bought) => tell(db, dispute(bought, 'needs_response'))),
    ]);
    await db.advance(91);
    await atOnce(
      shuffled(
        [
          ...calls.map((session) => () => beat(db, session, 2, 90)),
          ...calls.map((session) => () => end(db, session, 100)),
          ...times(3, () => () => sweep(db)),
          ...buyers.flatMap((bought, index) => [
            () => tell(db, dispute(bought, 'under_review')),
            () => tell(db, dispute(bought, index % 2 ? 'won' : 'lost')),
            () => tell(db, charge(bought, 100 + index)),
            () => tell(db, intent(bought, 'succeeded')),
            () => db.call({ user: bought.user }, 'get_balance'),
          ]),
        ],
        randomFrom(round),
      ).map((call) => call()),
    );
    expect({ round, violations: await violations(db) }).toEqual({ round, violations: [] });
    for (const [index, bought] of buyers.entries()) {
      expect((await card(bought)).status).toBe(index % 2 ? 'active' : 'revoked');
    }
  }
});
