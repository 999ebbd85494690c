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
  cardState,
  charge,
  dispute,
  end,
  gift,
  paidPurchase,
  paymentRow,
  type Purchase,
  randomFrom,
  redeem,
  roomEvent,
  secondsInto,
  setSettings,
  settleUp,
  shuffled,
  someoneLeft,
  someoneWaits,
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

const buy = async (): Promise<Purchase> => paidPurchase(db, await signUp(db));
const gone = { status: 'revoked', revoked: 3600 };

/** Sells a card of so many seconds for 999 cents to a new person, who pays. */
async function buySeconds(seconds: number): Promise<{ user: string; bought: Purchase }> {
  const user = await signUp(db);
  const id = `p_${seconds}`;
  await db.owner`
    insert into packages (id, name, total_seconds, price_cents) values (${id}, 'Odd', ${seconds}, 999) on conflict do nothing`;
  return { user, bought: await paidPurchase(db, user, { package_id: id }) };
}

describe('a refund while a call holds everything', () => {
  const everything = 300;

  /** A card of 300 s that a call holds in whole, talked on for 100 s, of which so many cents are refunded. */
  async function refundedMeanwhile(cents: number) {
    const { user, bought } = await buySeconds(everything);
    const session = await talk(db, user);
    await db.advance(100);
    await beat(db, session, 1, 100);
    await tell(db, charge(bought, cents));
    return { user, bought, session, card: () => cardState(db, bought.time_card_id) };
  }

  test('of a part is owed, and the call goes on with what it holds', async () => {
    const { session, card } = await refundedMeanwhile(333);
    expect(await card()).toEqual({ status: 'active', held: 300, owed: 100 });
    await db.advance(10);
    expect(await beat(db, session, 2, 110)).toMatchObject({
      action: 'continue',
      granted_until_seconds: 300,
    });
  });

  test('in full is owed, and the next beat says end', async () => {
    const { session, card } = await refundedMeanwhile(999);
    expect(await card()).toEqual({ status: 'revoked', held: 300, owed: 300 });
    await db.advance(10);
    expect(await beat(db, session, 2, 110)).toMatchObject({ action: 'end' });
  });

  test.each([
    // Cents refunded, seconds talked, what the card has become.
    [333, 120, { status: 'active', remaining: 80, used: 120, revoked: 100 }],
    [333, 200, { status: 'used', used: 200, revoked: 100 }],
    [333, 250, { status: 'used', used: 250, revoked: 50, owed: 50 }],
    [333, 300, { status: 'used', used: 300, owed: 100 }],
    [333, 0, { status: 'active', remaining: 100, used: 100, revoked: 100 }],
    [999, 120, { status: 'revoked', used: 120, revoked: 180, owed: 120 }],
    [999, 300, { status: 'revoked', used: 300, owed: 300 }],
  ])('of %i cents, and it ends after %i s', async (cents, used, left) => {
    const { session, card } = await refundedMeanwhile(cents);
    await db.advance(200);
    await end(db, session, used);
    expect(await card()).toEqual(left);
  });

  test('and the sweep settles it on its last beat', async () => {
    const { card } = await refundedMeanwhile(333);
    await db.advance(91);
    await sweep(db);
    expect(await card()).toEqual({ status: 'active', remaining: 100, used: 100, revoked: 100 });
  });

  test('and a later proof bills what came back, and no second that the refund took', async () => {
    const { session, card } = await refundedMeanwhile(333);
    await db.advance(200);
    await sweep(db);
    await end(db, session, 250);
    expect(await card()).toEqual({ status: 'used', used: 200, revoked: 100 });
    const [row] = await db.owner`
      select billed_seconds, uncollected_seconds from voice_sessions where id = ${session}`;
    expect(row).toEqual({ billed_seconds: 200, uncollected_seconds: 50 });
  });

  test('in full, and a later proof finds nothing to bill', async () => {
    const { user, session, card } = await refundedMeanwhile(999);
    await db.advance(91);
    await sweep(db);
    expect(await card()).toEqual({ status: 'revoked', used: 100, revoked: 200, owed: 100 });
    const left = someoneLeft(session, await secondsInto(db, session, 150), { user });
    await roomEvent(db, left);
    await end(db, session, 160);
    expect(await card()).toEqual({ status: 'revoked', used: 100, revoked: 200, owed: 100 });
    const [row] = await db.owner`
      select billed_seconds, uncollected_seconds from voice_sessions where id = ${session}`;
    expect(row).toEqual({ billed_seconds: 100, uncollected_seconds: 60 });
  });

  test('before a late proof of a swept call: the time that went back is refunded first', async () => {
    const { user, bought } = await buySeconds(everything);
    const session = await talk(db, user);
    await db.advance(100);
    await beat(db, session, 1, 100);
    await db.advance(91);
    await sweep(db);
    await tell(db, charge(bought, 666));
    await end(db, session, 180);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'used',
      used: 100,
      revoked: 200,
    });
  });

  test('that nobody joins goes back to the refund first', async () => {
    const { user, bought } = await buySeconds(everything);
    await db.call('service', 'authorize_session', { user_id: user, agent_type: 'basic' });
    await tell(db, charge(bought, 666));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      held: 300,
      owed: 200,
    });
    await db.advance(121);
    await sweep(db);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      remaining: 100,
      revoked: 200,
    });
  });

  test('of a card that expires meanwhile: what is owed is revoked, the rest expires', async () => {
    const { bought, session, card } = await refundedMeanwhile(333);
    await db.owner`
      update time_cards set expires_at = private.now() + interval '1 second' where id = ${bought.time_card_id}`;
    await db.advance(2);
    await sweep(db);
    await end(db, session, 101);
    expect(await card()).toEqual({ status: 'expired', used: 101, expired: 99, revoked: 100 });
  });

  test('of a card that two calls hold: whichever ends first pays', async () => {
    await setSettings(db, { max_sessions_per_user: 2, hold_slice_seconds: 150 });
    const { user, bought } = await buySeconds(everything);
    const calls = [await talk(db, user), await talk(db, user)] as const;
    await tell(db, charge(bought, 666));
    await db.advance(60);
    await end(db, calls[0], 50);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      held: 150,
      used: 50,
      revoked: 100,
      owed: 100,
    });
    await end(db, calls[1], 0);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      remaining: 50,
      used: 50,
      revoked: 200,
    });
  });

  test('in ever larger parts owes exactly what they add up to', async () => {
    const { bought, session, card } = await refundedMeanwhile(100);
    for (const cents of [200, 300, 998]) await tell(db, charge(bought, cents));
    expect(await card()).toEqual({ status: 'active', held: 300, owed: 299 });
    await db.advance(60);
    await end(db, session, 150);
    expect(await card()).toEqual({ status: 'used', used: 150, revoked: 150, owed: 149 });
  });
});

describe('a refund of a card', () => {
  test('that is used up is owed: the time was spent', async () => {
    const { user, bought } = await buySeconds(300);
    const session = await talk(db, user);
    await db.advance(300);
    await end(db, session, 300);
    await tell(db, charge(bought, 500));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'used',
      used: 300,
      owed: 150,
    });
    await tell(db, charge(bought, 999));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'revoked',
      used: 300,
      owed: 300,
    });
  });

  test('that was used in part takes what is left first', async () => {
    const { user, bought } = await buySeconds(3000);
    const session = await talk(db, user);
    await db.advance(200);
    await end(db, session, 200);
    await tell(db, charge(bought, 900));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      remaining: 98,
      used: 200,
      revoked: 2702,
    });
    await tell(db, charge(bought, 990));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'used',
      used: 200,
      revoked: 2800,
      owed: 172,
    });
  });

  test('that has expired takes what had expired', async () => {
    const bought = await buy();
    await db.advance(366 * 86_400);
    await sweep(db);
    await tell(db, charge(bought, 333));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'expired',
      expired: 2400,
      revoked: 1200,
    });
    await tell(db, charge(bought, 999));
    expect(await cardState(db, bought.time_card_id)).toEqual(gone);
    await db.advance(-366 * 86_400);
  });

  test('that is frozen keeps it frozen, and what thaws is what was not refunded', async () => {
    const bought = await buy();
    await tell(db, dispute(bought, 'needs_response'), charge(bought, 333));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'frozen',
      remaining: 2400,
      revoked: 1200,
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({ status: 'disputed' });
    await tell(db, dispute(bought, 'won'));
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      remaining: 2400,
      revoked: 1200,
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'partially_refunded',
    });
  });

  test('that was redeemed takes it from its new owner, also while they talk', async () => {
    const friend = await signUp(db);
    const present = await gift(db, await signUp(db));
    await redeem(db, friend, present.code);
    const session = await talk(db, friend);
    await tell(db, charge(present, 999));
    expect(await beat(db, session, 1, 0)).toMatchObject({ action: 'end' });
    await end(db, session, 0);
    expect(await cardState(db, present.time_card_id)).toEqual(gone);
  });

  test('that an admin revokes during a call takes what the call had left, and what it talked is owed', async () => {
    const user = await signUp(db);
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await db.owner`
      insert into admin_audit_log (action, subject_table, subject_id, reason)
      values ('admin_revoke_card', 'time_cards', ${bought.time_card_id}, 'a test')`;
    await db.owner`update time_cards set status = 'revoked' where id = ${bought.time_card_id}`;
    await db.owner`
      select private.move_seconds(${bought.time_card_id}, 'revoke', 'remaining', 'revoked', 3300)`;
    await db.advance(60);
    expect(await beat(db, session, 1, 60)).toMatchObject({ action: 'end' });
    await end(db, session, 60);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'revoked',
      used: 60,
      revoked: 3540,
    });
    await tell(db, charge(bought, 999));
    expect(await cardState(db, bought.time_card_id)).toMatchObject({ revoked: 3540, owed: 60 });
  });

  test('that an admin revokes at the same moment owes nothing that the admin took', async () => {
    const user = await signUp(db);
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await db.advance(60);
    await end(db, session, 60);
    const waits: { refund?: Promise<unknown> } = {};
    await db.owner.begin(async (sql) => {
      await sql`
        insert into admin_audit_log (action, subject_table, subject_id, reason)
        values ('admin_revoke_card', 'time_cards', ${bought.time_card_id}, 'a test')`;
      await sql`update time_cards set status = 'revoked' where id = ${bought.time_card_id}`;
      await sql`
        select private.move_seconds(${bought.time_card_id}, 'revoke', 'remaining', 'revoked', 3540)`;
      waits.refund = tell(db, charge(bought, 333));
      await someoneWaits(db);
    });
    await waits.refund;
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'revoked',
      used: 60,
      revoked: 3540,
    });
  });

  test('that an admin revoked finds nothing more to take', async () => {
    const user = await signUp(db);
    const bought = await paidPurchase(db, user);
    const session = await talk(db, user);
    await db.advance(60);
    await end(db, session, 60);
    await db.owner`
      insert into admin_audit_log (action, subject_table, subject_id, reason)
      values ('admin_revoke_card', 'time_cards', ${bought.time_card_id}, 'a test')`;
    await db.owner`update time_cards set status = 'revoked' where id = ${bought.time_card_id}`;
    await db.owner`
      select private.move_seconds(${bought.time_card_id}, 'revoke', 'remaining', 'revoked', 3540)`;
    const before = await cardState(db, bought.time_card_id);
    await tell(db, charge(bought, 333));
    expect(await cardState(db, bought.time_card_id)).toEqual(before);
    await tell(db, charge(bought, 999));
    expect(await cardState(db, bought.time_card_id)).toEqual({ ...before, owed: 60 });
  });
});

test('refunds at once with beats, ends and sweeps of the calls they refund lose no second', async () => {
  await setSettings(db, { hold_slice_seconds: 60, max_sessions_per_user: 3 });
  for (const round of times(8, (index) => index)) {
    const buyers = await Promise.all(times(4, () => buySeconds(300)));
    const calls = await Promise.all(buyers.flatMap(({ user }) => times(3, () => talk(db, user))));
    await db.advance(40);
    await atOnce(calls.map((session) => beat(db, session, 1, 30)));
    await db.advance(91);
    await atOnce(
      shuffled(
        [
          ...calls.map((session) => () => beat(db, session, 2, 90)),
          ...calls.map((session) => () => end(db, session, 100)),
          ...times(3, () => () => sweep(db)),
          ...buyers.flatMap(({ bought }) =>
            [100, 500, 999].map((cents) => () => tell(db, charge(bought, cents))),
          ),
        ],
        randomFrom(round),
      ).map((call) => call()),
    );
    expect({ round, violations: await violations(db) }).toEqual({ round, violations: [] });
    for (const { bought } of buyers) {
      const { used = 0, revoked, owed = 0, ...rest } = await cardState(db, bought.time_card_id);
      expect({ round, owed, ...rest }).toEqual({ round, owed: used, status: 'revoked' });
      expect(revoked).toBe(300 - Number(used));
    }
  }
});
