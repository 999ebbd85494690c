import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  cardState,
  checkout,
  deliver,
  intent,
  paymentRow,
  permutations,
  type Purchase,
  purchase,
  settleUp,
  stripeEvent,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const paid = { status: 'active', remaining: 3600 };
const givenUp = { status: 'revoked', revoked: 3600 };

async function buy(args: Record<string, unknown> = {}): Promise<Purchase> {
  return purchase(db, await signUp(db), args);
}

describe('twice', () => {
  test('the same event credits once, is a duplicate and is not tried again', async () => {
    const bought = await buy();
    const event = stripeEvent(intent(bought, 'succeeded'));
    await deliver(db, event);
    const stored = () => db.owner`select * from stripe_events where id = ${String(event.id)}`;
    const before = await stored();
    expect(await deliver(db, event)).toMatchObject({
      outcome: 'duplicate',
      payment_id: bought.payment_id,
    });
    expect(await stored()).toEqual(before);
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
  });

  test('an event that failed the payment is a duplicate the second time', async () => {
    const event = stripeEvent(intent(await buy(), 'requires_payment_method'));
    expect(await deliver(db, event)).toMatchObject({ outcome: 'failed' });
    expect(await deliver(db, event)).toMatchObject({ outcome: 'duplicate' });
  });

  test('20 events at once of an intent that is attached credit once', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'processing')));
    const answers = await Promise.all(
      times(20, () => deliver(db, stripeEvent(intent(bought, 'succeeded')))),
    );
    expect(answers.filter(({ outcome }) => outcome === 'credited')).toHaveLength(1);
  });

  test('the same payment under two event ids credits once', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    const before = await paymentRow(db, bought.payment_id);
    await db.advance(60);
    expect(await deliver(db, stripeEvent(intent(bought, 'succeeded')))).toMatchObject({
      outcome: 'duplicate',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
    expect((await paymentRow(db, bought.payment_id)).paid_at).toEqual(before.paid_at);
  });

  test('checkout and intent of one payment credit once', async () => {
    const bought = await buy({ flow: 'checkout' });
    const outcomes = [
      await deliver(db, stripeEvent(intent(bought, 'succeeded'))),
      await deliver(db, stripeEvent(checkout(bought, 'complete', 'paid'))),
    ].map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['credited', 'duplicate']);
  });

  test('20 deliveries at once, under the same and other event ids, credit once', async () => {
    const bought = await buy({ flow: 'checkout' });
    const same = stripeEvent(intent(bought, 'succeeded'));
    const answers = await Promise.all(
      times(20, (index) =>
        deliver(
          db,
          index % 3 === 0
            ? same
            : stripeEvent(
                index % 3 === 1
                  ? intent(bought, 'succeeded')
                  : checkout(bought, 'complete', 'paid'),
              ),
        ),
      ),
    );
    const outcomes = answers.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'credited')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(19);
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
  });

  test('success and cancellation at once, many times, always end paid', async () => {
    const all = await Promise.all(times(10, () => buy()));
    await Promise.all(
      all.flatMap((bought) => [
        deliver(db, stripeEvent(intent(bought, 'canceled'))),
        deliver(db, stripeEvent(intent(bought, 'succeeded'))),
        deliver(db, stripeEvent(checkout(bought, 'expired', 'unpaid'))),
      ]),
    );
    for (const bought of all) expect(await cardState(db, bought.time_card_id)).toEqual(paid);
  });
});

describe('in any order', () => {
  const decisive = {
    succeeded: (bought: Purchase) => intent(bought, 'succeeded'),
    declined: (bought: Purchase) => intent(bought, 'requires_payment_method'),
    canceled: (bought: Purchase) => intent(bought, 'canceled'),
    expired: (bought: Purchase) => checkout(bought, 'expired', 'unpaid'),
  };

  /** What a payment and its card have become after the events in that order. */
  async function outcomeOf(order: (keyof typeof decisive)[]) {
    const bought = await buy();
    for (const name of order) await deliver(db, stripeEvent(decisive[name](bought)));
    const payment = await paymentRow(db, bought.payment_id);
    return {
      card: await cardState(db, bought.time_card_id),
      status: payment.status,
      charge: String(payment.stripe_charge_id).replace(bought.payment_id, ''),
      failure_code: payment.failure_code,
      failure_message: payment.failure_message,
      receipt_url: payment.receipt_url,
    };
  }

  test('events that include a success end paid, with the charge that paid', async () => {
    for (const order of permutations(Object.keys(decisive) as (keyof typeof decisive)[])) {
      expect({ order, ...(await outcomeOf(order)) }).toEqual({
        order,
        card: paid,
        status: 'succeeded',
        charge: 'ch_',
        failure_code: null,
        failure_message: null,
        receipt_url: null,
      });
    }
  });

  test('events without a success end given up, and say why', async () => {
    for (const order of permutations(['declined', 'canceled', 'expired'] as const)) {
      expect({ order, ...(await outcomeOf([...order])) }).toMatchObject({
        card: givenUp,
        status: 'canceled',
        failure_code: 'insufficient_funds',
        failure_message: 'No.',
      });
    }
  });

  test('a success after a cancellation gives the card back in full', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'canceled')));
    expect(await deliver(db, stripeEvent(intent(bought, 'succeeded')))).toMatchObject({
      outcome: 'credited',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
    const entries = await db.owner`
      select kind from ledger_entries where card_id = ${bought.time_card_id} order by id`;
    expect(entries.map(({ kind }) => kind)).toEqual(['issue', 'revoke', 'reinstate']);
  });

  test('a cancellation after a success changes nothing', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    expect(await deliver(db, stripeEvent(intent(bought, 'canceled')))).toMatchObject({
      outcome: 'ignored',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
  });
});
