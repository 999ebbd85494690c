import type { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.flush();
  bench.inbox.received.length = 0;
});

async function paid(method = 'pm_card_visa', amount = 1000): Promise<Stripe.Charge> {
  const intent = await bench.stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    off_session: true,
    expand: ['latest_charge'],
  });
  return intent.latest_charge as Stripe.Charge;
}

const chargeNow = (charge: Stripe.Charge) => bench.stripe.charges.retrieve(charge.id);
const received = (type: string) =>
  bench.inbox.received.filter(({ event }) => event.type === type).map(({ event }) => event.data);

describe('a refund', () => {
  test('of a part and of the rest adds up on the charge', async () => {
    const charge = await paid();
    const { refunds } = bench.stripe;
    const part = await refunds.create({
      payment_intent: String(charge.payment_intent),
      amount: 300,
      reason: 'requested_by_customer',
      metadata: { request: 'r1' },
    });
    expect(part).toMatchObject({
      object: 'refund',
      status: 'succeeded',
      amount: 300,
      charge: charge.id,
      payment_intent: charge.payment_intent,
      currency: 'usd',
      reason: 'requested_by_customer',
      metadata: { request: 'r1' },
    });
    expect(part.id).toMatch(/^re_/);
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 300, refunded: false });
    const rest = await refunds.create({ charge: charge.id });
    expect(rest).toMatchObject({ amount: 700, reason: null, metadata: {} });
    expect(await chargeNow(charge)).toMatchObject({
      amount_refunded: 1000,
      refunded: true,
      status: 'succeeded',
    });
    // The payment itself stays as it was.
    expect(await bench.stripe.paymentIntents.retrieve(String(charge.payment_intent))).toMatchObject(
      { status: 'succeeded', amount_received: 1000 },
    );
    const listed = await refunds.list({ charge: charge.id });
    expect(listed.data.map((each) => each.id)).toEqual([rest.id, part.id]);
    expect(
      (await refunds.list({ payment_intent: String(charge.payment_intent), limit: 1 })).data,
    ).toMatchObject([{ id: rest.id }]);
  });

  test('is shown with its charge only where that is expanded', async () => {
    const charge = await paid();
    const refund = await bench.stripe.refunds.create({ charge: charge.id, amount: 100 });
    expect(await chargeNow(charge)).not.toHaveProperty('refunds');
    const intent = await bench.stripe.paymentIntents.retrieve(String(charge.payment_intent), {
      expand: ['latest_charge.refunds.data.balance_transaction'],
    });
    const shown = (intent.latest_charge as Stripe.Charge).refunds;
    expect(shown).toMatchObject({
      object: 'list',
      has_more: false,
      url: `/v1/charges/${charge.id}/refunds`,
      data: [{ id: refund.id, balance_transaction: { amount: -100, fee: 0, type: 'refund' } }],
    });
    expect(
      await bench.stripe.refunds.retrieve(refund.id, { expand: ['charge', 'payment_intent'] }),
    ).toMatchObject({ charge: { amount_refunded: 100 }, payment_intent: { id: intent.id } });
  });

  test.each([
    [{}, undefined, undefined, /payment_intent or charge/],
    [{ charge: 'ch_none' }, 'resource_missing', 'id', /No such charge/],
    [{ payment_intent: 'pi_none' }, 'resource_missing', 'payment_intent', /No such payment_intent/],
    [{ charge: 'ch_1', amount: 0 }, 'parameter_invalid_integer', 'amount', /greater than or equal/],
    [{ charge: 'ch_1', reason: 'whim' }, undefined, 'reason', /must be one of duplicate/],
    [{ charge: 'ch_1', payment_intent: 'pi_1' }, 'parameters_exclusive', 'charge', /only specify/],
  ])('with %o is refused', async (params, code, param, message) => {
    await expect(bench.stripe.refunds.create(params)).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      code,
      param,
      message: expect.stringMatching(message) as string,
    });
  });

  test('of more than what is left is refused, and changes nothing', async () => {
    const charge = await paid();
    await bench.stripe.refunds.create({ charge: charge.id, amount: 600 });
    await expect(
      bench.stripe.refunds.create({ charge: charge.id, amount: 401 }),
    ).rejects.toMatchObject({
      statusCode: 400,
      param: 'amount',
      message: 'Refund amount ($4.01) is greater than unrefunded amount on charge ($4.00)',
    });
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 600 });
    await bench.stripe.refunds.create({ charge: charge.id, amount: 400 });
    await expect(bench.stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
      message: `Charge ${charge.id} has already been refunded.`,
    });
  });

  test('of a payment that was never made is refused', async () => {
    const open = await bench.stripe.paymentIntents.create({ amount: 999, currency: 'usd' });
    await expect(bench.stripe.refunds.create({ payment_intent: open.id })).rejects.toMatchObject({
      param: 'payment_intent',
      message: /successful charge to refund/,
    });
    await paid('pm_card_chargeDeclined').catch(() => undefined);
    const [failed] = (await bench.stripe.charges.list({ limit: 1 })).data;
    await expect(bench.stripe.refunds.create({ charge: failed?.id ?? '' })).rejects.toThrow(
      /successful charge to refund/,
    );
  });

  test('asked for twice with one key is made once', async () => {
    const charge = await paid();
    const ask = { charge: charge.id, amount: 400 };
    const options = { idempotencyKey: `refund-${charge.id}` };
    const first = await bench.stripe.refunds.create(ask, options);
    expect((await bench.stripe.refunds.create(ask, options)).id).toBe(first.id);
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 400 });
  });

  test('tells of itself, and again when it has reached the bank', async () => {
    const charge = await paid();
    const refund = await bench.stripe.refunds.create(
      { charge: charge.id, amount: 250 },
      { idempotencyKey: 'tells' },
    );
    await bench.flush();
    const [created] = received('refund.created');
    expect(created?.object).toMatchObject({ id: refund.id, amount: 250, charge: charge.id });
    const [refunded] = received('charge.refunded');
    expect(refunded).toMatchObject({
      object: { id: charge.id, amount_refunded: 250, refunded: false },
      previous_attributes: { amount_refunded: 0, refunded: false },
    });
    for (const type of ['refund.updated', 'charge.refund.updated']) {
      expect(received(type)).toMatchObject([
        { object: { destination_details: { card: { reference_status: 'available' } } } },
      ]);
    }
    const [event] = (await bench.stripe.events.list({ type: 'refund.created' })).data;
    expect(event?.request?.idempotency_key).toBe('tells');
  });

  test('on the card for it fails a while later, and the charge counts it no longer', async () => {
    const charge = await paid('pm_card_refundFail');
    const refund = await bench.stripe.refunds.create({ charge: charge.id, amount: 400 });
    expect(refund.status).toBe('succeeded');
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 400 });
    await bench.flush();
    const failed = await bench.stripe.refunds.retrieve(refund.id, {
      expand: ['failure_balance_transaction'],
    });
    expect(failed).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: { amount: 400, type: 'refund_failure' },
    });
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 0, refunded: false });
    for (const type of ['refund.failed', 'refund.updated', 'charge.refund.updated']) {
      expect(received(type)).toMatchObject([{ object: { id: refund.id, status: 'failed' } }]);
    }
    // What failed can be asked for again.
    await bench.stripe.refunds.create({ charge: charge.id });
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 1000, refunded: true });
  });

  test('on the card for it is pending first and succeeds a while later', async () => {
    const charge = await paid('pm_card_pendingRefund');
    const refund = await bench.stripe.refunds.create({ charge: charge.id });
    expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' });
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 1000, refunded: true });
    await bench.flush();
    const done = await bench.stripe.refunds.retrieve(refund.id);
    expect(done.status).toBe('succeeded');
    expect(done).not.toHaveProperty('pending_reason');
    expect(received('refund.updated')).toMatchObject([
      { object: { status: 'succeeded' }, previous_attributes: { status: 'pending' } },
    ]);
    expect(received('refund.failed')).toEqual([]);
  });

  test('can be made to fail by a switch', async () => {
    const charge = await paid();
    const refund = await bench.stripe.refunds.create({ charge: charge.id });
    await bench.control('POST', `refunds/${refund.id}/fail`, { reason: 'declined' });
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'declined',
    });
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 0, refunded: false });
    await expect(bench.control('POST', `refunds/${refund.id}/fail`)).rejects.toThrow(/^400/);
    await bench.flush();
    // It does not reach the bank afterwards.
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      destination_details: { card: { reference_status: 'pending' } },
    });
    expect(received('refund.updated')).toHaveLength(1);
  });

  test('fails once', async () => {
    const charge = await paid('pm_card_refundFail');
    const { id } = await bench.stripe.refunds.create({ charge: charge.id, amount: 300 });
    await bench.control('POST', `refunds/${id}/fail`);
    await bench.flush();
    expect(await chargeNow(charge)).toMatchObject({ amount_refunded: 0 });
    expect(received('refund.failed')).toHaveLength(1);
  });

  test('takes other metadata, and nothing else', async () => {
    const { refunds } = bench.stripe;
    const { id } = await refunds.create({ charge: (await paid()).id, metadata: { a: '1' } });
    expect((await refunds.update(id, { metadata: { b: '2' } })).metadata).toEqual({
      a: '1',
      b: '2',
    });
    const wrong = { amount: 1 } as Stripe.RefundUpdateParams;
    await expect(refunds.update(id, wrong)).rejects.toMatchObject({ code: 'parameter_unknown' });
    await expect(refunds.cancel(id)).rejects.toThrow(/unsupported/);
    await expect(refunds.retrieve('re_none')).rejects.toMatchObject({ statusCode: 404 });
  });
});
