import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  cardState,
  checkout,
  deliver,
  intent,
  paymentRow,
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
const unpaid = { status: 'pending', remaining: 3600 };
const givenUp = { status: 'revoked', revoked: 3600 };

async function buy(args: Record<string, unknown> = {}): Promise<Purchase> {
  return purchase(db, await signUp(db), args);
}

describe('one event', () => {
  test('of a payment that succeeded credits it', async () => {
    const bought = await buy();
    const event = stripeEvent(intent(bought, 'succeeded'));
    expect(await deliver(db, event)).toEqual({
      event_id: event.id,
      outcome: 'credited',
      payment_id: bought.payment_id,
      time_card_id: bought.time_card_id,
      detail: null,
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'succeeded',
      paid_at: expect.any(Date),
      stripe_payment_intent_id: `pi_${bought.payment_id}`,
      stripe_charge_id: `ch_${bought.payment_id}`,
    });
    const [stored] = await db.owner`select * from stripe_events where id = ${String(event.id)}`;
    expect(stored).toMatchObject({
      outcome: 'credited',
      attempts: 1,
      last_error: null,
      payment_id: bought.payment_id,
      payload: event,
      processed_at: expect.any(Date),
    });
  });

  test('of a checkout session that is paid credits it and ties the payment intent to it', async () => {
    const bought = await buy({ flow: 'checkout' });
    expect(await deliver(db, stripeEvent(checkout(bought, 'complete', 'paid')))).toMatchObject({
      outcome: 'credited',
    });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      stripe_checkout_session_id: `cs_${bought.payment_id}`,
      stripe_payment_intent_id: `pi_${bought.payment_id}`,
    });
  });

  test('of a checkout session that is complete but not paid credits nothing', async () => {
    const bought = await buy({ flow: 'checkout' });
    expect(await deliver(db, stripeEvent(checkout(bought, 'complete', 'unpaid')))).toMatchObject({
      outcome: 'ignored',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });

  test('a credited card lasts as long as was sold, from the payment on', async () => {
    const bought = await buy();
    await db.advance(3 * 86_400);
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    const [card] = await db.owner`
      select expires_at - activated_at = interval '365 days' as lasts_a_year,
        private.now() - activated_at < interval '1 minute' as starts_now
      from time_cards where id = ${bought.time_card_id}`;
    expect(card).toEqual({ lasts_a_year: true, starts_now: true });
  });

  test('of a declined card fails the payment, says why, and leaves the card pending', async () => {
    const bought = await buy();
    expect(await deliver(db, stripeEvent(intent(bought, 'requires_payment_method')))).toMatchObject(
      {
        outcome: 'failed',
      },
    );
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'failed',
      failed_at: expect.any(Date),
      failure_code: 'insufficient_funds',
      failure_message: 'No.',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });

  test('of a second refusal keeps when it was refused first; a success forgets it', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'requires_payment_method')));
    const { failed_at } = await paymentRow(db, bought.payment_id);
    await db.advance(60);
    await deliver(db, stripeEvent(intent(bought, 'requires_payment_method')));
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({ failed_at });
    await deliver(db, stripeEvent(intent(bought, 'canceled')));
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({ failed_at });
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      failed_at: null,
      failure_code: null,
      failure_message: null,
    });
  });

  test('of an intent that waits for its first card decides nothing', async () => {
    const bought = await buy();
    const object = intent(bought, 'requires_payment_method', { last_payment_error: null });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'ignored' });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({ status: 'pending' });
  });

  test.each([
    ['a canceled intent', (bought: Purchase) => intent(bought, 'canceled')],
    ['an expired checkout', (bought: Purchase) => checkout(bought, 'expired', 'unpaid')],
  ])('of %s cancels the payment and revokes its card', async (_, object) => {
    const bought = await buy();
    expect(await deliver(db, stripeEvent(object(bought)))).toMatchObject({ outcome: 'canceled' });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'canceled',
      failed_at: expect.any(Date),
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(givenUp);
  });

  test.each(['processing', 'requires_action', 'requires_confirmation', 'a_new_status'])(
    'of an intent that is %s decides nothing',
    async (status) => {
      const bought = await buy();
      expect(await deliver(db, stripeEvent(intent(bought, status)))).toMatchObject({
        outcome: 'ignored',
      });
      expect(await paymentRow(db, bought.payment_id)).toMatchObject({ status: 'pending' });
    },
  );

  test('of an object that is no payment is stored and ignored', async () => {
    const event = stripeEvent({ id: 'cus_1', object: 'customer' });
    expect(await deliver(db, event)).toMatchObject({ outcome: 'ignored', payment_id: null });
    const stored = await db.owner`
      select outcome, processed_at from stripe_events where id = ${String(event.id)}`;
    expect(stored[0]).toMatchObject({ outcome: 'ignored', processed_at: expect.any(Date) });
  });

  test('of a payment that is not ours is ignored', async () => {
    const foreign = { ...(await buy()), payment_id: randomUUID() };
    expect(await deliver(db, stripeEvent(intent(foreign, 'succeeded')))).toMatchObject({
      outcome: 'ignored',
      payment_id: null,
    });
  });

  test.each([{}, { payment_id: 'not a uuid' }, null])(
    'of an intent that nobody attached, with metadata %j, is ignored',
    async (metadata) => {
      const bought = await buy();
      const object = intent(bought, 'succeeded', { metadata });
      expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'ignored' });
      expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
    },
  );

  test('of an attached intent is found without metadata', async () => {
    const bought = await buy();
    await db.call('service', 'attach_stripe_objects', {
      payment_id: bought.payment_id,
      stripe_checkout_session_id: null,
      stripe_payment_intent_id: `pi_${bought.payment_id}`,
    });
    const object = intent(bought, 'succeeded', { metadata: {} });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'credited' });
  });

  test.each([
    ['nothing', null],
    ['a text', 'evt'],
    ['a list', []],
    ['no id', { type: 'x', data: { object: {} } }],
    ['an empty id', { id: '', type: 'x', data: { object: {} } }],
    ['an id of 256 characters', { id: 'x'.repeat(256), type: 'x', data: { object: {} } }],
    ['no type', { id: 'evt_bad', data: { object: {} } }],
    ['no object', { id: 'evt_bad', type: 'x', data: {} }],
    ['an object that is a text', { id: 'evt_bad', type: 'x', data: { object: 'pi' } }],
  ])('with %s is invalid_input and not stored', async (_, event) => {
    const count = () => db.owner`select count(*) from stripe_events`;
    const before = await count();
    expect(await db.refusal(deliver(db, event))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
    expect(await count()).toEqual(before);
  });
});

describe('what does not fit what was sold is flagged and not credited', () => {
  test.each([
    ['a smaller amount', { amount_received: 1 }, 'another amount than was sold'],
    ['a larger amount', { amount_received: 1000 }, 'another amount than was sold'],
    ['no amount', { amount_received: null }, 'another amount than was sold'],
    ['another currency', { currency: 'eur' }, 'another currency than was sold'],
    ['no currency', { currency: null }, 'another currency than was sold'],
  ])('%s', async (_, fields, complaint) => {
    const bought = await buy();
    const event = stripeEvent(intent(bought, 'succeeded', fields));
    expect(await deliver(db, event)).toMatchObject({
      outcome: 'flagged',
      payment_id: bought.payment_id,
      detail: complaint,
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'pending',
      review_reason: complaint,
    });
  });

  test('another amount on a checkout session', async () => {
    const bought = await buy({ flow: 'checkout' });
    const object = checkout(bought, 'complete', 'paid', { amount_total: 1 });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'flagged' });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });

  test('another intent than the one attached', async () => {
    const bought = await buy();
    await deliver(db, stripeEvent(intent(bought, 'processing')));
    const object = intent(bought, 'succeeded', { id: 'pi_other' });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({
      outcome: 'flagged',
      detail: 'another payment intent',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });

  test('another checkout session than the one attached', async () => {
    const bought = await buy({ flow: 'checkout' });
    await deliver(db, stripeEvent(checkout(bought, 'open', 'unpaid')));
    const object = checkout(bought, 'complete', 'paid', { id: 'cs_other' });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({
      outcome: 'flagged',
      detail: 'another checkout session',
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });

  test('a currency in capitals is the same currency', async () => {
    const bought = await buy();
    const object = intent(bought, 'succeeded', { currency: 'USD' });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'credited' });
  });
});

describe('an event that cannot be applied', () => {
  async function breakCards() {
    await db.owner.unsafe(`
      create function private.break_cards() returns trigger language plpgsql as
        $$ begin raise exception 'the disk is full'; end $$;
      create trigger break_cards before update on public.time_cards
        for each row execute function private.break_cards()`);
  }
  async function mendCards() {
    await db.owner.unsafe(
      'drop trigger break_cards on public.time_cards; drop function private.break_cards()',
    );
  }

  test('is kept as an error that changed nothing, and applied when it comes again', async () => {
    const bought = await buy();
    const event = stripeEvent(intent(bought, 'succeeded'));
    await breakCards();
    const failed = await deliver(db, event).finally(mendCards);
    expect(failed).toMatchObject({ outcome: 'error', detail: 'the disk is full' });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'pending',
      stripe_payment_intent_id: null,
    });
    const stored = () => db.owner`select * from stripe_events where id = ${String(event.id)}`;
    expect((await stored())[0]).toMatchObject({
      outcome: 'error',
      attempts: 1,
      last_error: 'the disk is full',
      processed_at: null,
    });

    expect(await deliver(db, event)).toMatchObject({ outcome: 'credited' });
    expect((await stored())[0]).toMatchObject({
      outcome: 'credited',
      attempts: 2,
      last_error: null,
      processed_at: expect.any(Date),
    });
    expect(await cardState(db, bought.time_card_id)).toEqual(paid);
  });

  test('with an amount that is no number is flagged and credits nothing', async () => {
    const bought = await buy();
    const object = intent(bought, 'succeeded', { amount_received: 'lots' });
    expect(await deliver(db, stripeEvent(object))).toMatchObject({ outcome: 'flagged' });
    expect(await cardState(db, bought.time_card_id)).toEqual(unpaid);
  });
});

describe('an object that was fetched from Stripe', () => {
  const apply = (object: unknown) => db.call('service', 'apply_stripe_object', { object });

  test('of a checkout brings the charge and the receipt of its intent', async () => {
    const bought = await buy();
    const payment_intent = {
      id: `pi_${bought.payment_id}`,
      latest_charge: { id: `ch_${bought.payment_id}`, receipt_url: 'https://receipt.example/1' },
    };
    await apply({ ...checkout(bought, 'complete', 'paid'), payment_intent });
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      status: 'succeeded',
      stripe_charge_id: `ch_${bought.payment_id}`,
      receipt_url: 'https://receipt.example/1',
    });
  });

  test('is applied as its event would be, and its event is then a duplicate', async () => {
    const bought = await buy();
    expect(await apply(intent(bought, 'succeeded'))).toEqual({
      outcome: 'credited',
      payment_id: bought.payment_id,
      time_card_id: bought.time_card_id,
      detail: null,
    });
    expect(await deliver(db, stripeEvent(intent(bought, 'succeeded')))).toMatchObject({
      outcome: 'duplicate',
    });
  });

  test('at the same time as its event credits once', async () => {
    const bought = await buy();
    const answers = await Promise.all(
      times(10, (index) =>
        index % 2
          ? apply(intent(bought, 'succeeded'))
          : deliver(db, stripeEvent(intent(bought, 'succeeded'))),
      ),
    );
    expect(answers.filter(({ outcome }) => outcome === 'credited')).toHaveLength(1);
  });

  test('with its charge expanded leaves charge and receipt', async () => {
    const bought = await buy();
    const latest_charge = { id: `ch_${bought.payment_id}`, receipt_url: 'https://pay.example/r' };
    await apply(intent(bought, 'succeeded', { latest_charge }));
    expect(await paymentRow(db, bought.payment_id)).toMatchObject({
      stripe_charge_id: latest_charge.id,
      receipt_url: latest_charge.receipt_url,
    });
  });

  test.each([
    ['nothing', null],
    ['a list', []],
    ['no id', { object: 'payment_intent' }],
  ])('that is %s is invalid_input', async (_, object) => {
    expect(await db.refusal(apply(object))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
  });
});
