import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  atOnce,
  beat,
  cardState,
  charge,
  customer,
  dispute,
  end,
  gift,
  intent,
  paidPurchase,
  paymentRow,
  purchase,
  redeem,
  refusedCode,
  settleUp,
  someoneWaits,
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

const waiting = { status: 'pending', remaining: 3600 };
const usable = { status: 'active', remaining: 3600 };

async function people(): Promise<[giver: string, friend: string]> {
  return [await signUp(db), await signUp(db)];
}

const reissue = (user: string, card: string) =>
  db.call({ user }, 'reissue_gift_code', { time_card_id: card });

describe('buying a gift', () => {
  test('makes a card of nobody and tells its code', async () => {
    const giver = await signUp(db);
    const bought = await purchase(db, giver, { is_gift: true });
    expect(bought).toMatchObject({
      status: 'pending',
      is_gift: true,
      activation_code: expect.stringMatching(/^(\w{4}-){4}\w$/),
    });
    const [card] = await db.owner`select * from time_cards where id = ${bought.time_card_id}`;
    expect(card).toMatchObject({
      owner_id: null,
      purchaser_id: giver,
      source: 'gift',
      status: 'pending',
      code_hint: bought.activation_code?.replaceAll('-', '').slice(-4),
      activated_at: null,
      expires_at: null,
    });
  });

  test('tells the code once: a replay has none, and the first one still works', async () => {
    const [giver, friend] = await people();
    const order = { is_gift: true, idempotency_key: 'k', request_fingerprint: 'f' };
    const first = await purchase(db, giver, order);
    expect(await purchase(db, giver, order)).toEqual({
      ...first,
      is_replay: true,
      activation_code: null,
    });
    await tell(db, intent(first, 'succeeded'));
    expect((await redeem(db, friend, first.activation_code)).body).toMatchObject({
      time_card_id: first.time_card_id,
    });
  });

  test('twenty times at once with one key makes one gift and tells one code', async () => {
    const giver = await signUp(db);
    const order = { is_gift: true, idempotency_key: 'k' };
    const bought = await Promise.all(times(20, () => purchase(db, giver, order)));
    expect(new Set(bought.map(({ time_card_id }) => time_card_id)).size).toBe(1);
    expect(bought.filter(({ activation_code }) => activation_code !== null)).toHaveLength(1);
  });

  test.each([false, null])('is not what is_gift: %s asks for', async (is_gift) => {
    const giver = await signUp(db);
    const bought = await purchase(db, giver, { is_gift });
    expect(bought).toMatchObject({ is_gift: false, activation_code: null });
    const [card] = await db.owner`
      select owner_id, source from time_cards where id = ${bought.time_card_id}`;
    expect(card).toEqual({ owner_id: giver, source: 'purchase' });
  });

  test('gives the giver no time, paid or not', async () => {
    const giver = await signUp(db);
    await gift(db, giver);
    expect(await db.call({ user: giver }, 'get_balance')).toMatchObject({
      remaining_seconds: 0,
      usable_cards: 0,
    });
  });
});

describe('the code of a gift', () => {
  test('opens nothing before the gift is paid, and does once it is', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver, false);
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    await tell(db, intent(present, 'requires_payment_method'));
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    expect(await cardState(db, present.time_card_id)).toEqual(waiting);

    await tell(db, intent(present, 'succeeded'));
    expect(await cardState(db, present.time_card_id)).toEqual(waiting);
    expect((await redeem(db, friend, present.code)).status).toBeNull();
    expect(await cardState(db, present.time_card_id)).toEqual(usable);
  });

  test('starts the year of the gift when it is redeemed, not when it is paid', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    const [paid] = await db.owner`
      select activated_at, expires_at from time_cards where id = ${present.time_card_id}`;
    expect(paid).toEqual({ activated_at: null, expires_at: null });
    await db.advance(400 * 86_400);
    await redeem(db, friend, present.code);
    const [card] = await db.owner`
      select owner_id, expires_at > private.now() + interval '364 days' as lasts
      from time_cards where id = ${present.time_card_id}`;
    expect(card).toEqual({ owner_id: friend, lasts: true });
    await db.advance(-400 * 86_400);
  });

  test('lets its new owner talk, on their own account', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await redeem(db, friend, present.code);
    const session = await talk(db, friend);
    await db.advance(60);
    await end(db, session, 60);
    expect(await cardState(db, present.time_card_id)).toEqual({
      status: 'active',
      remaining: 3540,
      used: 60,
    });
    expect(await db.call({ user: giver }, 'get_balance')).toMatchObject({ remaining_seconds: 0 });
  });

  test('may be redeemed by the giver too', async () => {
    const giver = await signUp(db);
    const present = await gift(db, giver);
    expect((await redeem(db, giver, present.code)).status).toBeNull();
    expect(await db.call({ user: giver }, 'get_balance')).toMatchObject({
      remaining_seconds: 3600,
    });
  });

  test('goes to one of two who redeem it at once, and the other has an attempt less', async () => {
    for (const _ of times(10, (index) => index)) {
      const [giver, friend] = await people();
      const present = await gift(db, giver);
      const answers = await Promise.all(
        [giver, friend].map((one) => redeem(db, one, present.code)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual(['404', null]);
    }
  });

  test('of a purchase that was given up is dead, and lives again when the money comes', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver, false);
    await tell(db, intent(present, 'canceled'));
    expect(await cardState(db, present.time_card_id)).toEqual({ status: 'revoked', revoked: 3600 });
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    expect(await tell(db, intent(present, 'succeeded'))).toEqual(['credited']);
    expect(await cardState(db, present.time_card_id)).toEqual(waiting);
    expect((await redeem(db, friend, present.code)).status).toBeNull();
  });

  test('redeemed while the payment arrives works or is refused, and never half', async () => {
    for (const _ of times(10, (index) => index)) {
      const [giver, friend] = await people();
      const present = await gift(db, giver, false);
      const [answer] = await Promise.all([
        redeem(db, friend, present.code),
        tell(db, intent(present, 'succeeded')),
      ]);
      expect(await cardState(db, present.time_card_id)).toEqual(
        answer.status === null ? usable : waiting,
      );
    }
  });
});

describe('a new code for a gift', () => {
  test('works, and the old one does not any more', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    const issued = await reissue(giver, present.time_card_id);
    expect(issued).toEqual({
      time_card_id: present.time_card_id,
      activation_code: expect.stringMatching(/^(\w{4}-){4}\w$/),
      code_hint: String(issued.activation_code).replaceAll('-', '').slice(-4),
    });
    expect(issued.activation_code).not.toBe(present.code);
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    expect((await redeem(db, friend, String(issued.activation_code))).body).toMatchObject({
      time_card_id: present.time_card_id,
    });
  });

  test('does not pay for the gift', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver, false);
    const { activation_code } = await reissue(giver, present.time_card_id);
    expect(await redeem(db, friend, String(activation_code))).toEqual(refusedCode);
  });

  test('kills the old one for somebody who waits to redeem it, too', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    const waits: { redeem?: ReturnType<typeof redeem> } = {};
    const code = await db.owner.begin(async (sql) => {
      await sql`select from time_cards where id = ${present.time_card_id} for no key update`;
      // Has found the old code and waits for its card.
      waits.redeem = redeem(db, friend, present.code);
      await someoneWaits(db);
      const [row] = await sql`select private.issue_code(${present.time_card_id}) as code`;
      return String(row?.code);
    });
    expect(await waits.redeem).toEqual(refusedCode);
    expect((await redeem(db, friend, code)).body).toMatchObject({
      time_card_id: present.time_card_id,
    });
  });

  test('asked for while the old one is redeemed: one of the two is refused', async () => {
    for (const round of times(20, (index) => index)) {
      const [giver, friend] = await people();
      const present = await gift(db, giver);
      const [redeemed, reissued] = await Promise.allSettled([
        redeem(db, friend, present.code),
        reissue(giver, present.time_card_id),
      ]);
      const isRedeemed = redeemed.status === 'fulfilled' && redeemed.value.status === null;
      expect({ round, isRedeemed }).toEqual({ round, isRedeemed: reissued.status === 'rejected' });
      if (reissued.status === 'rejected') {
        expect(reissued.reason).toMatchObject({ message: 'illegal_transition' });
      }
    }
  });

  test('twenty times at once leaves one code that works', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    const issued = await Promise.all(times(20, () => reissue(giver, present.time_card_id)));
    const [row] = await db.owner`
      select code_hint from time_cards where id = ${present.time_card_id}`;
    const last = issued.filter(({ code_hint }) => code_hint === row?.code_hint);
    expect((await redeem(db, friend, String(last[0]?.activation_code))).status).toBeNull();
    const codes = await db.owner`
      select from private.activation_codes where card_id = ${present.time_card_id}`;
    expect(codes).toHaveLength(0);
  });

  test("is not_found for anybody's but one's own gift, or for what is no gift", async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    const own = await paidPurchase(db, giver);
    const redeemed = await gift(db, giver);
    await redeem(db, friend, redeemed.code);
    for (const [user, card] of [
      [friend, present.time_card_id],
      [friend, redeemed.time_card_id],
      [giver, own.time_card_id],
      [giver, randomUUID()],
      [giver, null as unknown as string],
    ] as const) {
      expect(await db.refusal(reissue(user, card))).toMatchObject({
        code: 'PT404',
        message: 'not_found',
      });
    }
    expect((await redeem(db, friend, present.code)).status).toBeNull();
  });

  test('is illegal_transition once the gift was redeemed or refunded', async () => {
    const [giver, friend] = await people();
    const redeemed = await gift(db, giver);
    await redeem(db, friend, redeemed.code);
    const refunded = await gift(db, giver);
    await tell(db, charge(refunded, 999));
    for (const { time_card_id } of [redeemed, refunded]) {
      expect(await db.refusal(reissue(giver, time_card_id))).toMatchObject({
        code: 'PT409',
        message: 'illegal_transition',
      });
    }
  });

  test('is not for the inactive, nor for nobody', async () => {
    const giver = await signUp(db);
    const present = await gift(db, giver);
    await db.owner`update profiles set is_active = false where id = ${giver}`;
    expect(await db.refusal(reissue(giver, present.time_card_id))).toMatchObject({
      message: 'account_inactive',
    });
    expect(await db.refusal(reissue('', present.time_card_id))).toMatchObject({
      message: 'not_authenticated',
    });
  });
});

describe('money that is taken back', () => {
  const gone = { status: 'revoked', revoked: 3600 };

  test('before the gift is redeemed kills the code', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await tell(db, charge(present, 999));
    expect(await cardState(db, present.time_card_id)).toEqual(gone);
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
  });

  test('in part before the gift is redeemed leaves a smaller gift', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await tell(db, charge(present, 333));
    expect((await redeem(db, friend, present.code)).body).toMatchObject({
      total_seconds: 3600,
      remaining_seconds: 2400,
    });
    expect(await cardState(db, present.time_card_id)).toEqual({
      status: 'active',
      remaining: 2400,
      revoked: 1200,
    });
  });

  test('after it was redeemed takes the time from whoever has it', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await redeem(db, friend, present.code);
    await tell(db, charge(present, 999));
    expect(await cardState(db, present.time_card_id)).toEqual(gone);
    expect(await db.call({ user: friend }, 'get_balance')).toMatchObject({ remaining_seconds: 0 });
  });

  test('by a dispute before it is redeemed: no code opens it until the dispute is won', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await tell(db, dispute(present, 'needs_response'));
    expect(await paymentRow(db, present.payment_id)).toMatchObject({ status: 'disputed' });
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    await tell(db, dispute(present, 'won'));
    expect(await cardState(db, present.time_card_id)).toEqual(waiting);
    expect((await redeem(db, friend, present.code)).status).toBeNull();
  });

  test('by a dispute that is lost before it is redeemed', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await tell(db, dispute(present, 'needs_response'), dispute(present, 'lost'));
    expect(await cardState(db, present.time_card_id)).toEqual(gone);
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
  });

  test('by a dispute that is known before the gift is paid', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver, false);
    await tell(db, dispute(present, 'needs_response'), intent(present, 'succeeded'));
    expect(await redeem(db, friend, present.code)).toEqual(refusedCode);
    await tell(db, dispute(present, 'won'));
    expect((await redeem(db, friend, present.code)).status).toBeNull();
  });

  test('by a dispute after it was redeemed ends the call of whoever talks on it', async () => {
    const [giver, friend] = await people();
    const present = await gift(db, giver);
    await redeem(db, friend, present.code);
    const session = await talk(db, friend);
    await db.advance(20);
    await tell(db, dispute(present, 'needs_response'));
    expect(await beat(db, session, 1, 20)).toMatchObject({ action: 'end' });
    await end(db, session, 20);
    expect(await cardState(db, present.time_card_id)).toEqual({
      status: 'frozen',
      remaining: 3580,
      used: 20,
    });
  });

  test.each([
    ['a full refund', (present: Parameters<typeof charge>[0]) => charge(present, 999), gone],
    ['a lost dispute', (present: Parameters<typeof charge>[0]) => dispute(present, 'lost'), gone],
  ])('by %s while it is redeemed leaves nobody with its time', async (_, object, left) => {
    for (const round of times(10, (index) => index)) {
      const [giver, friend] = await people();
      const present = await gift(db, giver);
      await atOnce([redeem(db, friend, present.code), tell(db, object(present))]);
      expect({ round, ...(await cardState(db, present.time_card_id)) }).toEqual({ round, ...left });
    }
  });

  test('by a dispute while it is redeemed leaves nobody with time to talk', async () => {
    for (const round of times(10, (index) => index)) {
      const [giver, friend] = await people();
      const present = await gift(db, giver);
      const [answer] = await Promise.all([
        redeem(db, friend, present.code),
        tell(db, dispute(present, 'needs_response')),
      ]);
      expect({ round, ...(await cardState(db, present.time_card_id)) }).toEqual({
        round,
        status: answer.status === null ? 'frozen' : 'pending',
        remaining: 3600,
      });
    }
  });
});

test('everything at once on many gifts neither deadlocks nor loses a second', async () => {
  const presents = await Promise.all(
    times(8, async () => {
      const { user: giver } = await customer(db);
      return { giver, friend: await signUp(db), present: await gift(db, giver, false) };
    }),
  );
  await atOnce(
    presents.flatMap(({ giver, friend, present }, index) => [
      tell(db, intent(present, 'succeeded')),
      redeem(db, friend, present.code),
      redeem(db, giver, present.code),
      reissue(giver, present.time_card_id),
      tell(db, charge(present, index % 2 ? 999 : 400)),
      tell(db, dispute(present, index % 3 ? 'needs_response' : 'lost')),
      db.call('service', 'run_maintenance'),
    ]),
  );
  for (const [index, { present }] of presents.entries()) {
    const { status } = await cardState(db, present.time_card_id);
    const isGone = index % 2 === 1 || index % 3 === 0;
    expect({ index, status }).toEqual({
      index,
      status: isGone ? 'revoked' : expect.stringMatching(/^(frozen|pending)$/),
    });
  }
});
