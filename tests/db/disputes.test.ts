import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  atOnce,
  beat,
  book,
  cardState,
  charge,
  checkout,
  deliver,
  dispute,
  end,
  intent,
  paidPurchase,
  paymentRow,
  permutations,
  type Purchase,
  purchase,
  randomFrom,
  settleUp,
  shuffled,
  someoneWaits,
  stripeEvent,
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

const active = { status: 'active', remaining: 3600 };
const frozen = { status: 'frozen', remaining: 3600 };
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

describe('a dispute', () => {
  test('that is opened freezes the card and keeps a record', async () => {
    const bought = await buy();
    expect(await deliver(db, stripeEvent(dispute(bought, 'needs_response')))).toMatchObject({
      outcome: 'disputed',
      payment_id: bought.payment_id,
      time_card_id: bought.time_card_id,
    });
    expect(await card(bought)).toEqual(frozen);
    expect(await status(bought)).toBe('disputed');
    const [row] = await db.owner`
      select * from payment_disputes where payment_id = ${bought.payment_id}`;
    expect(row).toMatchObject({
      id: `du_${bought.payment_id}`,
      status: 'needs_response',
      amount_cents: 999,
      currency: 'usd',
      reason: 'fraudulent',
    });
    expect(await db.call({ user: bought.user }, 'get_balance')).toMatchObject({
      remaining_seconds: 0,
      usable_cards: 0,
    });
    const session = db.call('service', 'authorize_session', {
      user_id: bought.user,
      agent_type: 'basic',
    });
    expect(await db.refusal(session)).toMatchObject({ message: 'insufficient_balance' });
  });

  test('that is won thaws it; no money went anywhere', async () => {
    const bought = await buy();
    expect(await tell(db, dispute(bought, 'under_review'), dispute(bought, 'won'))).toEqual([
      'disputed',
      'dispute_won',
    ]);
    expect(await card(bought)).toEqual(active);
    expect(await status(bought)).toBe('succeeded');
    expect(await book(db, bought.payment_id)).toEqual([['paid', 999]]);
  });

  test('that is lost revokes it and books what the bank took, once', async () => {
    const bought = await buy();
    const lost = dispute(bought, 'lost');
    expect(await tell(db, dispute(bought, 'needs_response'), lost, lost, lost)).toEqual([
      'disputed',
      'dispute_lost',
      'dispute_lost',
      'dispute_lost',
    ]);
    expect(await card(bought)).toEqual(gone);
    expect(await status(bought)).toBe('disputed');
    expect(await book(db, bought.payment_id)).toEqual([
      ['paid', 999],
      ['chargeback', -999],
    ]);
  });

  test('that is lost after some of the card was talked owes what was spent', async () => {
    const bought = await buyAndTalk(100);
    await tell(db, dispute(bought, 'lost'), dispute(bought, 'lost'));
    expect(await card(bought)).toEqual({ status: 'revoked', used: 100, revoked: 3500, owed: 100 });
  });

  test.each(['warning_needs_response', 'warning_under_review', 'a_new_status', null])(
    'that is %j is an inquiry: it takes nothing',
    async (inquiry) => {
      const bought = await buy();
      const object = dispute(bought, inquiry ?? '');
      expect(await tell(db, object)).toEqual(['ignored']);
      expect(await card(bought)).toEqual(active);
      expect(await status(bought)).toBe('succeeded');
    },
  );

  test.each(['warning_closed', 'prevented', 'won'])('that is %s lets the card go', async (over) => {
    const bought = await buy();
    expect(await tell(db, dispute(bought, over))).toEqual(['dispute_won']);
    expect(await card(bought)).toEqual(active);
  });

  test('that says no status is taken for open', async () => {
    const bought = await buy();
    await tell(db, dispute(bought, '', { status: null }));
    expect(await card(bought)).toEqual(frozen);
  });

  test.each([
    ['won', { status: 'expired', expired: 3590, used: 10 }],
    ['lost', { status: 'revoked', revoked: 3590, used: 10, owed: 10 }],
  ])('of a card that expired under a call ends the call; then it is %s', async (verdict, left) => {
    const bought = await buy();
    const session = await talk(db, bought.user);
    await db.owner`
      update time_cards set expires_at = private.now() where id = ${bought.time_card_id}`;
    await sweep(db);
    expect(await card(bought)).toMatchObject({ status: 'expired', held: 300 });
    expect(await beat(db, session, 1, 0)).toMatchObject({ action: 'continue' });

    await tell(db, dispute(bought, 'needs_response'));
    expect(await beat(db, session, 2, 0)).toMatchObject({ action: 'end' });
    await db.advance(10);
    await end(db, session, 10);
    expect(await card(bought)).toEqual({ status: 'frozen', expired: 3590, used: 10 });
    await tell(db, dispute(bought, verdict));
    expect(await card(bought)).toEqual(left);
  });

  test('of a card that expired and that nobody talks on leaves it expired', async () => {
    const bought = await buy();
    await db.owner`
      update time_cards set expires_at = private.now() where id = ${bought.time_card_id}`;
    await sweep(db);
    await tell(db, dispute(bought, 'needs_response'));
    expect(await card(bought)).toEqual({ status: 'expired', expired: 3600 });
  });

  test('that is found by its charge alone freezes too', async () => {
    const bought = await buy();
    await tell(db, dispute(bought, 'needs_response', { payment_intent: null }));
    expect(await card(bought)).toEqual(frozen);
  });

  test('is found whether its intent and charge are expanded or not', async () => {
    const bought = await buy();
    const fields = { payment_intent: { id: `pi_${bought.payment_id}` }, charge: { id: 'ch_x' } };
    await tell(db, dispute(bought, 'needs_response', fields));
    expect(await card(bought)).toEqual(frozen);
  });

  test('of a payment that is not ours is kept and ignored', async () => {
    const foreign = { ...(await buy()), payment_id: 'foreign' };
    expect(await tell(db, dispute(foreign, 'lost'))).toEqual(['ignored']);
  });

  test('that was fetched is applied as its event would be', async () => {
    const bought = await buy();
    const apply = (object: unknown) => db.call('service', 'apply_stripe_object', { object });
    expect(await apply(dispute(bought, 'needs_response'))).toMatchObject({ outcome: 'disputed' });
    expect(await card(bought)).toEqual(frozen);
  });
});

describe('several disputes of one payment', () => {
  const other = (bought: Purchase, is: string, amount = 999) =>
    dispute(bought, is, { id: `du_other_${bought.payment_id}`, amount });

  test('keep the card frozen until the last of them is over', async () => {
    const bought = await buy();
    await tell(db, dispute(bought, 'needs_response'), other(bought, 'needs_response'));
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual(frozen);
    expect(await status(bought)).toBe('disputed');
    await tell(db, other(bought, 'won'));
    expect(await card(bought)).toEqual(active);
    expect(await status(bought)).toBe('succeeded');
  });

  test('of which one is lost revoke it, whatever becomes of the other, in whatever order', async () => {
    const events = [
      (bought: Purchase) => dispute(bought, 'needs_response'),
      // The amount can be corrected as the dispute goes on.
      (bought: Purchase) => dispute(bought, 'lost', { amount: 500 }),
      (bought: Purchase) => other(bought, 'under_review', 499),
      (bought: Purchase) => other(bought, 'won', 499),
    ];
    for (const order of permutations(events)) {
      const bought = await buy();
      await tell(db, ...order.map((object) => object(bought)));
      expect(await card(bought)).toEqual(gone);
      expect(await status(bought)).toBe('disputed');
      expect(await book(db, bought.payment_id)).toEqual([
        ['paid', 999],
        ['chargeback', -500],
      ]);
    }
  });

  test('that are all lost are each charged back', async () => {
    const bought = await buy();
    await tell(db, dispute(bought, 'lost', { amount: 500 }), other(bought, 'lost', 499));
    expect(await book(db, bought.payment_id)).toEqual([
      ['paid', 999],
      ['chargeback', -500],
      ['chargeback', -499],
    ]);
  });

  test('that are known by their charge only wait for each other', async () => {
    const bought = await buy();
    const byCharge = { payment_intent: null };
    const waits: { won?: Promise<unknown> } = {};
    await db.owner.begin(async (sql) => {
      const lost = dispute(bought, 'lost', byCharge);
      await sql`select private.apply_object(${sql.json(lost as never)})`;
      const won = { ...other(bought, 'won'), ...byCharge };
      waits.won = tell(db, won);
      await someoneWaits(db);
    });
    await waits.won;
    expect(await card(bought)).toEqual(gone);
    expect(await status(bought)).toBe('disputed');
  });

  test('at once, many times told, end as one after the other', async () => {
    for (const round of times(10, (index) => index)) {
      const bought = await buy();
      const objects = [
        dispute(bought, 'needs_response'),
        dispute(bought, 'under_review'),
        dispute(bought, 'won'),
        other(bought, 'needs_response'),
        other(bought, 'won'),
      ];
      await atOnce(
        shuffled([...objects, ...objects], randomFrom(round)).map((object) => tell(db, object)),
      );
      expect({ round, ...(await card(bought)) }).toEqual({ round, ...active });
    }
  });
});

describe('what Stripe said earlier and arrives later', () => {
  /** A dispute's statuses in the order in which Stripe goes through them. */
  const lives: [string, string[], Record<string, unknown>][] = [
    ['opened', ['needs_response', 'under_review'], frozen],
    [
      'asked about first',
      ['warning_needs_response', 'warning_under_review', 'needs_response'],
      frozen,
    ],
    ['won', ['warning_needs_response', 'needs_response', 'under_review', 'won'], active],
    ['lost', ['warning_needs_response', 'needs_response', 'under_review', 'lost'], gone],
    [
      'closed as an inquiry',
      ['warning_needs_response', 'warning_under_review', 'warning_closed'],
      active,
    ],
    ['reopened by the bank', ['needs_response', 'won', 'lost'], gone],
  ];

  test.each(lives)('does not undo a dispute that is %s', async (_, life, left) => {
    for (const order of permutations(life)) {
      const bought = await buy();
      await tell(db, ...order.map((one) => dispute(bought, one)));
      const [row] = await db.owner`
        select status from payment_disputes where payment_id = ${bought.payment_id}`;
      expect({ order, ended: row?.status, ...(await card(bought)) }).toEqual({
        order,
        ended: life.at(-1),
        ...left,
      });
    }
  });
});

describe('a dispute that is known before its payment is', () => {
  test.each([
    ['needs_response', frozen, 'disputed'],
    ['warning_needs_response', active, 'succeeded'],
    ['won', active, 'succeeded'],
    ['lost', gone, 'disputed'],
  ])('to be paid (%s) has its effect with the payment', async (verdict, left, becomes) => {
    for (const isAttached of [true, false]) {
      const bought = await purchase(db, await signUp(db));
      if (isAttached) await tell(db, intent(bought, 'processing'));
      await tell(db, dispute(bought, verdict));
      expect(await card(bought)).toEqual({ status: 'pending', remaining: 3600 });
      expect(await status(bought)).toBe('pending');
      await tell(db, intent(bought, 'succeeded'));
      expect({ isAttached, ...(await card(bought)) }).toEqual({ isAttached, ...left });
      expect(await status(bought)).toBe(becomes);
    }
  });

  test('by its intent, of a checkout, waits for the checkout to name it', async () => {
    const bought = await purchase(db, await signUp(db), { flow: 'checkout' });
    expect(await tell(db, dispute(bought, 'needs_response'))).toEqual(['ignored']);
    await tell(db, checkout(bought, 'complete', 'paid'));
    expect(await card(bought)).toEqual(frozen);
    await tell(db, dispute(bought, 'won'));
    expect(await card(bought)).toEqual(active);
  });

  test('of a purchase that was given up has its effect if the money comes after all', async () => {
    const bought = await purchase(db, await signUp(db));
    await tell(db, intent(bought, 'canceled'), dispute(bought, 'needs_response'));
    expect(await card(bought)).toEqual(gone);
    expect(await status(bought)).toBe('canceled');
    await tell(db, intent(bought, 'succeeded'));
    expect(await card(bought)).toEqual(frozen);
  });

  test('arriving together with the payment freezes it whichever comes first', async () => {
    for (const round of times(25, (index) => index)) {
      const bought = await purchase(db, await signUp(db), { flow: 'checkout' });
      await atOnce([
        tell(db, checkout(bought, 'complete', 'paid')),
        tell(db, dispute(bought, 'needs_response')),
        tell(db, dispute(bought, 'under_review')),
      ]);
      expect({ round, ...(await card(bought)) }).toEqual({ round, ...frozen });
    }
  });

  test.each([
    ['checkout', (bought: Purchase) => checkout(bought, 'complete', 'paid')],
    ['intent', (bought: Purchase) => intent(bought, 'succeeded')],
    ['charge', (bought: Purchase) => charge(bought)],
  ])('and its %s wait for each other, so that neither overlooks the other', async (_, paid) => {
    const bought = await purchase(db, await signUp(db));
    const waits: { payment?: Promise<unknown> } = {};
    await db.owner.begin(async (sql) => {
      await sql`select private.apply_object(${sql.json(dispute(bought, 'lost') as never)})`;
      // The dispute is not committed yet.
      waits.payment = tell(db, paid(bought));
      await someoneWaits(db);
    });
    await waits.payment;
    expect(await card(bought)).toEqual(gone);
  });

  test('by its charge only, freezes with the first message after the payment', async () => {
    const bought = await purchase(db, await signUp(db));
    const byCharge = { payment_intent: null };
    await tell(db, dispute(bought, 'needs_response', byCharge), intent(bought, 'succeeded'));
    expect(await tell(db, dispute(bought, 'needs_response', byCharge))).toEqual(['disputed']);
    expect(await card(bought)).toEqual(frozen);
  });
});
