import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  book,
  cardState,
  charge,
  checkout,
  dispute,
  gift,
  intent,
  paymentRow,
  permutations,
  type Purchase,
  purchase,
  randomFrom,
  refund,
  settleUp,
  shuffled,
  someoneWaits,
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

type Told = (bought: Purchase) => Record<string, unknown>;

/** All that Stripe tells in the life of a payment, in the order in which it happens. */
const lives: Record<string, Told[]> = {
  'paid at the second attempt, refunded in two parts': [
    (b) => intent(b, 'processing'),
    (b) => intent(b, 'requires_payment_method'),
    (b) => intent(b, 'succeeded'),
    (b) => charge(b, 300),
    (b) => charge(b, 999),
  ],
  'a checkout, disputed after an inquiry, and won': [
    (b) => checkout(b, 'complete', 'paid'),
    (b) => charge(b, 0),
    (b) => dispute(b, 'warning_needs_response'),
    (b) => dispute(b, 'needs_response'),
    (b) => dispute(b, 'won'),
  ],
  'refunded in part, then disputed for the rest, and lost': [
    (b) => intent(b, 'succeeded'),
    (b) => charge(b, 400),
    (b) => refund(b, 'succeeded', { amount: 400 }),
    (b) => dispute(b, 'needs_response', { amount: 599 }),
    (b) => dispute(b, 'lost', { amount: 599 }),
  ],
  'given up, paid after all, and refunded while it is disputed': [
    (b) => checkout(b, 'expired', 'unpaid'),
    (b) => intent(b, 'succeeded'),
    (b) => dispute(b, 'needs_response'),
    (b) => charge(b, 999),
    (b) => dispute(b, 'won'),
  ],
  'a refund that failed at the bank': [
    (b) => intent(b, 'succeeded'),
    (b) => charge(b, 999),
    (b) => refund(b, 'pending'),
    (b) => refund(b, 'failed'),
  ],
};

/** What a payment, its card, its disputes and its book are, but for ids and times. */
async function stateOf(bought: Purchase): Promise<unknown> {
  const payment = await paymentRow(db, bought.payment_id);
  const disputes = await db.owner`
    select status, amount_cents, currency, reason, payment_id is not null as is_known
    from payment_disputes where id = ${`du_${bought.payment_id}`}`;
  const entries = await db.owner`
    select kind, sum(amount_cents) as cents from payment_entries
    where payment_id = ${bought.payment_id} group by kind order by kind`;
  const [card] = await db.owner`
    select owner_id is not null as is_owned, expires_at is not null as expires, code_hint is not null as has_code
    from time_cards where id = ${bought.time_card_id}`;
  return {
    status: payment.status,
    refunded: payment.refunded_cents,
    isPaid: payment.paid_at !== null,
    failed: [payment.failed_at, payment.failure_code, payment.failure_message],
    review: payment.review_reason,
    ids: [
      payment.stripe_payment_intent_id,
      payment.stripe_checkout_session_id,
      payment.stripe_charge_id,
      payment.receipt_url,
    ].map((id) => String(id).replace(bought.payment_id, '')),
    card: { ...(await cardState(db, bought.time_card_id)), ...card },
    disputes: disputes.map((row) => ({ ...row })),
    entries: entries.map((row) => ({ ...row })),
  };
}

describe.each([
  ['for oneself', false],
  ['for somebody else', true],
])('a purchase %s', (_, isGift) => {
  test.each(Object.keys(lives))(
    '%s: the same state in every order of what Stripe tells',
    async (name) => {
      const life = lives[name] ?? [];
      const random = randomFrom(1);
      const buyer = await signUp(db);
      const make = async () => {
        const bought = isGift ? await gift(db, buyer, false) : await purchase(db, buyer);
        // Told by us, before Stripe tells anything: disputes and refunds are known by their intent.
        await db.call('service', 'attach_stripe_objects', {
          payment_id: bought.payment_id,
          stripe_checkout_session_id: null,
          stripe_payment_intent_id: `pi_${bought.payment_id}`,
        });
        return bought;
      };
      const inOrder = await make();
      await tell(db, ...life.map((told) => told(inOrder)));
      const expected = await stateOf(inOrder);

      for (const order of shuffled(permutations(life), random).slice(0, 60)) {
        const bought = await make();
        const repeated = order.flatMap((told) => (random() < 0.3 ? [told, told] : [told]));
        await tell(db, ...repeated.map((told) => told(bought)));
        const names = repeated.map((told) => String(told));
        expect({ names, state: await stateOf(bought) }).toEqual({ names, state: expected });
      }
      // And all at once.
      for (const round of times(4, (index) => index)) {
        const bought = await make();
        await Promise.all(
          shuffled([...life, ...life], random).map((told) => tell(db, told(bought))),
        );
        expect({ round, state: await stateOf(bought) }).toEqual({ round, state: expected });
      }
    },
  );
});

describe('the money book', () => {
  test('has nothing of a payment that is pending, refused or given up', async () => {
    const bought = await purchase(db, await signUp(db));
    await tell(db, intent(bought, 'requires_payment_method'));
    expect(await book(db, bought.payment_id)).toEqual([]);
    await tell(db, intent(bought, 'canceled'));
    expect(await book(db, bought.payment_id)).toEqual([]);
  });

  test('has what was sold, in its currency, when it became known', async () => {
    await db.owner`
      insert into packages (id, name, total_seconds, price_cents, currency) values ('euro', 'Euro', 600, 500, 'eur')`;
    const bought = await purchase(db, await signUp(db), { package_id: 'euro' });
    await db.advance(100);
    const euro = { amount: 500, amount_received: 500, currency: 'eur' };
    await tell(db, intent(bought, 'succeeded', euro));
    await tell(
      db,
      charge(bought, 200, { amount: 500, amount_captured: 500, currency: 'eur' }),
      dispute(bought, 'lost', { amount: 300, currency: 'eur' }),
    );
    const entries = await db.owner`
      select kind, amount_cents, currency, dispute_id,
        private.now() - created_at < interval '1 minute' as is_now
      from payment_entries where payment_id = ${bought.payment_id} order by id`;
    expect(entries.map((entry) => ({ ...entry }))).toEqual([
      { kind: 'paid', amount_cents: 500, currency: 'eur', dispute_id: null, is_now: true },
      { kind: 'refund', amount_cents: -200, currency: 'eur', dispute_id: null, is_now: true },
      {
        kind: 'chargeback',
        amount_cents: -300,
        currency: 'eur',
        dispute_id: `du_${bought.payment_id}`,
        is_now: true,
      },
    ]);
  });

  test('books each refund as what it added', async () => {
    const bought = await purchase(db, await signUp(db));
    await tell(
      db,
      charge(bought, 100),
      charge(bought, 50),
      charge(bought, 350),
      charge(bought, 999),
    );
    expect(await book(db, bought.payment_id)).toEqual([
      ['paid', 999],
      ['refund', -100],
      ['refund', -250],
      ['refund', -649],
    ]);
  });

  test('books nothing for a dispute about nothing', async () => {
    const bought = await purchase(db, await signUp(db));
    await tell(db, intent(bought, 'succeeded'), dispute(bought, 'lost', { amount: 0 }));
    expect(await book(db, bought.payment_id)).toEqual([['paid', 999]]);
  });
});

test('the money that comes while its card is revoked brings the card back in full', async () => {
  const bought = await purchase(db, await signUp(db));
  const waits: { payment?: Promise<unknown> } = {};
  await db.owner.begin(async (sql) => {
    await sql`update time_cards set status = 'revoked' where id = ${bought.time_card_id}`;
    await sql`
      select private.move_seconds(${bought.time_card_id}, 'revoke', 'remaining', 'revoked', 3600)`;
    waits.payment = tell(db, intent(bought, 'succeeded'));
    await someoneWaits(db);
  });
  await waits.payment;
  expect(await cardState(db, bought.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
});

test('a dispute that Stripe cannot have meant is kept as an error and changes nothing', async () => {
  const bought = await purchase(db, await signUp(db));
  await tell(db, intent(bought, 'succeeded'));
  for (const fields of [{ amount: -1 }, { currency: null }, { id: 'x'.repeat(256) }]) {
    const object = dispute(bought, 'lost', fields);
    const answer = await db.call('service', 'apply_stripe_event', {
      event: { id: `evt_${JSON.stringify(fields).slice(0, 40)}`, type: 'x', data: { object } },
    });
    expect(answer).toMatchObject({ outcome: 'error' });
  }
  expect(await cardState(db, bought.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
  expect(
    await db.owner`select from payment_disputes where payment_id = ${bought.payment_id}`,
  ).toHaveLength(0);
});
