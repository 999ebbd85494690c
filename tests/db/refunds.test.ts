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
  book,
  cardState,
  charge,
  checkout,
  intent,
  paidPurchase,
  paymentRow,
  permutations,
  type Purchase,
  purchase,
  randomFrom,
  refund,
  settleUp,
  shuffled,
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

describe('a refund', () => {
  test('in full revokes the card and all of its time', async () => {
    const bought = await buy();
    expect(await tell(db, charge(bought, 999))).toEqual(['refunded']);
    expect(await cardState(db, bought.time_card_id)).toEqual(gone);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'refunded',
      refunded_cents: 999,
    });
    expect(await book(db, bought.payment_id)).toEqual([
      ['paid', 999],
      ['refund', -999],
    ]);
    const entries = await db.owner`
      select kind, from_bucket, to_bucket, seconds, payment_id from ledger_entries
      where card_id = ${bought.time_card_id} order by id desc limit 1`;
    expect(entries[0]).toEqual({
      kind: 'revoke',
      from_bucket: 'remaining',
      to_bucket: 'revoked',
      seconds: 3600,
      payment_id: bought.payment_id,
    });
  });

  test('of a part takes back what that part bought, rounded in favour of the customer', async () => {
    const bought = await buy();
    expect(await tell(db, charge(bought, 100))).toEqual(['refunded']);
    // 3600 × 100 / 999 = 360.36…
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'active',
      remaining: 3240,
      revoked: 360,
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'partially_refunded',
      refunded_cents: 100,
    });
  });

  test('told again, under any event, by webhook or by a fetch, changes nothing', async () => {
    const bought = await buy();
    await tell(db, charge(bought, 500));
    const before = [
      await cardState(db, bought.time_card_id),
      await paymentRow(db, bought.payment_id),
      await book(db, bought.payment_id),
    ];
    await db.advance(60);
    const expanded = {
      latest_charge: { id: `ch_${bought.payment_id}`, amount_refunded: 500 },
    };
    expect(
      await tell(
        db,
        charge(bought, 500),
        intent(bought, 'succeeded', expanded),
        checkout(bought, 'complete', 'paid', {
          payment_intent: { id: `pi_${bought.payment_id}`, ...expanded },
        }),
      ),
    ).toEqual(['duplicate', 'duplicate', 'duplicate']);
    await db.call('service', 'apply_stripe_object', { object: charge(bought, 500) });
    const {
      updated_at: _,
      stripe_checkout_session_id: __,
      ...payment
    } = await paymentRow(db, bought.payment_id);
    expect(before[0]).toEqual(await cardState(db, bought.time_card_id));
    expect(before[1]).toMatchObject(payment);
    expect(before[2]).toEqual(await book(db, bought.payment_id));
  });

  test('is read from the charge inside an intent or a checkout that was fetched', async () => {
    for (const wrap of [
      (bought: Purchase, latest_charge: object) => intent(bought, 'succeeded', { latest_charge }),
      (bought: Purchase, latest_charge: object) =>
        checkout(bought, 'complete', 'paid', {
          payment_intent: { id: `pi_${bought.payment_id}`, latest_charge },
        }),
    ]) {
      const bought = await purchase(db, await signUp(db));
      const latest_charge = { id: `ch_${bought.payment_id}`, amount_refunded: 999 };
      expect(await tell(db, wrap(bought, latest_charge))).toEqual(['refunded']);
      expect(await cardState(db, bought.time_card_id)).toEqual(gone);
    }
  });

  test('twenty times at once takes back once', async () => {
    const bought = await buy();
    const outcomes = (await Promise.all(times(20, () => tell(db, charge(bought, 333))))).flat();
    expect(outcomes.filter((outcome) => outcome === 'refunded')).toHaveLength(1);
    expect(await cardState(db, bought.time_card_id)).toMatchObject({ revoked: 1200 });
    expect(await book(db, bought.payment_id)).toEqual([
      ['paid', 999],
      ['refund', -333],
    ]);
  });
});

describe('cumulative amounts', () => {
  const amounts = [100, 333, 998, 999];

  test('in any order, with repetitions, and before the success, end in the same state', async () => {
    for (const order of permutations(amounts)) {
      for (const isPaidFirst of [true, false]) {
        const bought = await purchase(db, await signUp(db));
        const objects = order.flatMap((cents) => [charge(bought, cents), charge(bought, cents)]);
        const paid = intent(bought, 'succeeded');
        await tell(db, ...(isPaidFirst ? [paid, ...objects] : [...objects, paid]));
        const { status, refunded_cents } = await paymentRow(db, bought.payment_id);
        const sums = (await book(db, bought.payment_id)).reduce((sum, [, cents]) => sum + cents, 0);
        expect({ order, status, refunded_cents, sums }).toEqual({
          order,
          status: 'refunded',
          refunded_cents: 999,
          sums: 0,
        });
        expect(await cardState(db, bought.time_card_id)).toEqual(gone);
      }
    }
  });

  test('at once, in whatever order they get through, end at the largest', async () => {
    for (const round of times(6, (index) => index)) {
      const bought = await purchase(db, await signUp(db));
      const objects = [
        intent(bought, 'succeeded'),
        intent(bought, 'canceled'),
        ...[50, 100, 333, 500, 900].map((cents) => charge(bought, cents)),
      ];
      await atOnce(shuffled(objects, randomFrom(round)).map((object) => tell(db, object)));
      expect(await cardState(db, bought.time_card_id)).toEqual({
        status: 'active',
        remaining: 357,
        revoked: 3243,
      });
      expect(await violations(db)).toEqual([]);
    }
  });

  test('of many small refunds lose no second to rounding, whatever the size of the card', async () => {
    const random = randomFrom(77);
    for (const seconds of [60, 61, 3599, 100_000]) {
      const { bought } = await buySeconds(seconds);
      let refunded = 0;
      while (refunded < 999) {
        refunded = Math.min(999, refunded + 1 + Math.floor(random() * 60));
        await tell(db, charge(bought, refunded));
        const { revoked = 0 } = await cardState(db, bought.time_card_id);
        expect({ seconds, refunded, revoked }).toEqual({
          seconds,
          refunded,
          revoked: Math.floor((seconds * refunded) / 999),
        });
      }
      expect(await cardState(db, bought.time_card_id)).toEqual({
        status: 'revoked',
        revoked: seconds,
      });
    }
  });
});

describe('a refund that cannot be', () => {
  const untouched = { status: 'active', remaining: 3600 };

  test.each([
    ['of more than was paid', { amount_refunded: 1000 }, 'a larger refund than was paid'],
    ['of an absurd amount', { amount_refunded: 1e30 }, 'a larger refund than was paid'],
    ['in another currency', { currency: 'eur' }, 'another currency than was sold'],
    ['of another amount', { amount_captured: 998 }, 'another amount than was sold'],
    ['of another charge', { id: 'ch_other' }, 'another charge'],
    ['of another intent', { payment_intent: 'pi_other' }, 'another payment intent'],
  ])('%s is flagged and takes nothing', async (_, fields, complaint) => {
    const bought = await buy();
    expect(await tell(db, charge(bought, 999, fields))).toEqual(['flagged']);
    expect(await cardState(db, bought.time_card_id)).toEqual(untouched);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'succeeded',
      refunded_cents: 0,
      review_reason: complaint,
    });
  });

  test.each([
    ['of less than nothing', { amount_refunded: -5 }],
    ['of no number', { amount_refunded: '999' }],
    ['of nothing said', { amount_refunded: null }],
  ])('%s is not one', async (_, fields) => {
    const bought = await buy();
    expect(await tell(db, charge(bought, 0, fields))).toEqual(['duplicate']);
    expect(await cardState(db, bought.time_card_id)).toEqual(untouched);
  });

  test.each([
    ['was refused', { status: 'failed' }],
    ['is pending', { status: 'pending' }],
    ['is only authorised', { captured: false }],
    ['was given up', { status: 'canceled' }],
  ])('of a charge that %s neither credits nor refunds', async (_, fields) => {
    const bought = await purchase(db, await signUp(db));
    expect(await tell(db, charge(bought, 999, fields))).toEqual(['ignored']);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'pending',
      refunded_cents: 0,
    });
  });

  test('of a payment that is not ours is ignored', async () => {
    const foreign = { ...(await buy()), payment_id: 'foreign' };
    expect(await tell(db, charge(foreign, 999))).toEqual(['ignored']);
  });

  test('of a larger amount than was paid does not credit the payment either', async () => {
    const bought = await purchase(db, await signUp(db));
    expect(await tell(db, charge(bought, 1000))).toEqual(['flagged']);
    expect(await cardState(db, bought.time_card_id)).toEqual({
      status: 'pending',
      remaining: 3600,
    });
  });

  test('is left to a person when the bank failed it, whenever that is told', async () => {
    for (const order of permutations(['paid', 'refunded', 'failed'] as const)) {
      const bought = await purchase(db, await signUp(db));
      // Disputes and refunds carry no metadata: it must be known by its intent.
      await tell(db, intent(bought, 'processing'));
      const objects = {
        paid: intent(bought, 'succeeded'),
        refunded: charge(bought, 500),
        failed: refund(bought, 'failed'),
      };
      await tell(db, ...order.map((name) => objects[name]));
      const { status, refunded_cents, review_reason } = await paymentRow(db, bought.payment_id);
      expect({ order, status, refunded_cents, review_reason }).toEqual({
        order,
        status: 'partially_refunded',
        refunded_cents: 500,
        review_reason: 'a refund failed at the bank',
      });
      // Then Stripe's figure goes down again: nothing is given back by a machine.
      expect(await tell(db, charge(bought, 0))).toEqual(['duplicate']);
      expect(await cardState(db, bought.time_card_id)).toMatchObject({ revoked: 1801 });
    }
  });

  test.each(['pending', 'requires_action', 'succeeded'])(
    'as an object of its own that is %s says nothing: the charge does',
    async (status) => {
      const bought = await buy();
      expect(await tell(db, refund(bought, status))).toEqual(['ignored']);
      expect(await paymentRow(db, bought.payment_id)).toMatchObject({ review_reason: null });
      expect(await cardState(db, bought.time_card_id)).toEqual(untouched);
    },
  );

  test('is left to a person when it was canceled, too', async () => {
    const bought = await buy();
    expect(await tell(db, refund(bought, 'canceled'))).toEqual(['flagged']);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      review_reason: 'a refund failed at the bank',
    });
  });

  test('clears a complaint about what did not fit once it is paid after all', async () => {
    const bought = await purchase(db, await signUp(db));
    expect(
      await tell(db, intent(bought, 'succeeded', { currency: 'eur' }), intent(bought, 'succeeded')),
    ).toEqual(['flagged', 'credited']);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({ review_reason: null });
  });
});
