import type { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hourOfTime, openBench } from './harness.ts';
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

async function paid(method = 'pm_card_visa'): Promise<Stripe.Charge> {
  const intent = await bench.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    off_session: true,
    expand: ['latest_charge'],
  });
  return intent.latest_charge as Stripe.Charge;
}

async function disputeOn(method: string): Promise<Stripe.Dispute> {
  const charge = await paid(method);
  await bench.flush();
  const [dispute] = (await bench.stripe.disputes.list({ charge: charge.id })).data;
  if (dispute === undefined) throw new Error('not disputed');
  return dispute;
}

const chargeNow = (dispute: Stripe.Dispute) =>
  bench.stripe.charges.retrieve(String(dispute.charge));
const disputeNow = (dispute: Stripe.Dispute) => bench.stripe.disputes.retrieve(dispute.id);
const submit = (dispute: Stripe.Dispute, text: string) =>
  bench.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } });
const types = () =>
  bench.inbox.received
    .map(({ event }) => event.type)
    .filter((type) => type.startsWith('charge.dispute'))
    .toSorted();

describe('a dispute', () => {
  test('opens soon after a payment with the card for it, and takes the money', async () => {
    const charge = await paid('pm_card_createDispute');
    expect(charge.disputed).toBe(false);
    await bench.flush();
    const [dispute] = (
      await bench.stripe.disputes.list({ payment_intent: String(charge.payment_intent) })
    ).data;
    expect(dispute).toMatchObject({
      object: 'dispute',
      amount: 1000,
      charge: charge.id,
      payment_intent: charge.payment_intent,
      reason: 'fraudulent',
      status: 'needs_response',
      is_charge_refundable: false,
      balance_transactions: [{ amount: -1000, fee: 1500, net: -2500, type: 'adjustment' }],
      evidence_details: { has_evidence: false, submission_count: 0 },
      payment_method_details: { card: { case_type: 'chargeback', network_reason_code: '10.4' } },
    });
    expect(dispute?.id).toMatch(/^du_/);
    const day = (seconds = 0) => new Date(seconds * 1000).toISOString();
    expect(day(dispute?.evidence_details.due_by ?? 0)).toMatch(/T23:59:59/);
    expect(await bench.stripe.charges.retrieve(charge.id)).toMatchObject({
      disputed: true,
      refunded: false,
      amount_refunded: 0,
    });
    expect(types()).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
  });

  test('opens for a card that was entered at checkout as well', async () => {
    const session = await bench.stripe.checkout.sessions.create(hourOfTime());
    await bench.control('POST', `checkout/${session.id}/pay`, {
      card: '4000 0000 0000 0259',
      email: 'a@example.com',
    });
    await bench.flush();
    expect(types()).toContain('charge.dispute.created');
  });

  test('stands in the way of a refund until it is won', async () => {
    const dispute = await disputeOn('pm_card_createDispute');
    const refused = { statusCode: 400, code: 'charge_disputed' };
    const refund = () => bench.stripe.refunds.create({ charge: String(dispute.charge) });
    await expect(refund()).rejects.toMatchObject(refused);
    await submit(dispute, 'winning_evidence');
    await expect(refund()).rejects.toMatchObject(refused);
    await bench.flush();
    expect((await disputeNow(dispute)).is_charge_refundable).toBe(true);
    expect((await refund()).amount).toBe(1000);
    expect((await disputeNow(dispute)).is_charge_refundable).toBe(false);
  });

  test('is won with winning evidence, and the money comes back', async () => {
    const dispute = await disputeOn('pm_card_createDispute');
    bench.inbox.received.length = 0;
    const reviewed = await submit(dispute, 'winning_evidence');
    expect(reviewed).toMatchObject({
      status: 'under_review',
      evidence: { uncategorized_text: 'winning_evidence' },
      evidence_details: { has_evidence: true, submission_count: 1, submission_method: 'manual' },
    });
    await bench.flush();
    expect(await disputeNow(dispute)).toMatchObject({
      status: 'won',
      balance_transactions: [{ amount: -1000 }, { amount: 1000, fee: 0 }],
    });
    // Once disputed, always so.
    expect(await chargeNow(dispute)).toMatchObject({ disputed: true });
    expect(types()).toEqual([
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
      'charge.dispute.updated',
    ]);
  });

  test('is lost with losing evidence, and stays under review with any other', async () => {
    const lost = await disputeOn('pm_card_createDispute');
    const open = await disputeOn('pm_card_createDisputeProductNotReceived');
    expect(open.reason).toBe('product_not_received');
    bench.inbox.received.length = 0;
    await submit(lost, 'losing_evidence');
    await submit(open, 'She was there, ask anybody.');
    await bench.flush();
    expect(await disputeNow(lost)).toMatchObject({ status: 'lost', is_charge_refundable: false });
    expect((await disputeNow(open)).status).toBe('under_review');
    expect(types()).toEqual([
      'charge.dispute.closed',
      'charge.dispute.updated',
      'charge.dispute.updated',
    ]);
    await expect(
      bench.stripe.refunds.create({ charge: String(lost.charge) }),
    ).rejects.toMatchObject({ code: 'charge_disputed' });
  });

  test('keeps evidence that is not submitted yet', async () => {
    const dispute = await disputeOn('pm_card_createDispute');
    const staged = await bench.stripe.disputes.update(dispute.id, {
      evidence: { product_description: 'An hour of talk', uncategorized_text: 'losing_evidence' },
      metadata: { seen_by: 'ada' },
      submit: false,
    });
    expect(staged).toMatchObject({
      status: 'needs_response',
      metadata: { seen_by: 'ada' },
      evidence_details: { has_evidence: true, submission_count: 0 },
    });
    await bench.stripe.disputes.update(dispute.id, { metadata: { seen_by: 'bob' } });
    await bench.flush();
    expect((await disputeNow(dispute)).status).toBe('needs_response');
    const submitted = await bench.stripe.disputes.update(dispute.id, { submit: true });
    expect(submitted.evidence.product_description).toBe('An hour of talk');
    await bench.flush();
    expect((await disputeNow(dispute)).status).toBe('lost');
  });

  test('can be accepted, once', async () => {
    const dispute = await disputeOn('pm_card_createDispute');
    expect((await bench.stripe.disputes.close(dispute.id)).status).toBe('lost');
    const closed = { statusCode: 400, message: 'This dispute is already closed' };
    await expect(bench.stripe.disputes.close(dispute.id)).rejects.toMatchObject(closed);
    await expect(submit(dispute, 'winning_evidence')).rejects.toMatchObject(closed);
    await expect(bench.stripe.disputes.retrieve('du_none')).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});

describe('an inquiry', () => {
  test('takes nothing and allows a refund', async () => {
    const inquiry = await disputeOn('pm_card_createDisputeInquiry');
    expect(inquiry).toMatchObject({
      status: 'warning_needs_response',
      is_charge_refundable: true,
      balance_transactions: [],
      payment_method_details: { card: { case_type: 'inquiry' } },
    });
    expect(await chargeNow(inquiry)).toMatchObject({ disputed: true });
    expect(types()).toEqual(['charge.dispute.created']);
    await bench.stripe.refunds.create({ charge: String(inquiry.charge) });
    expect((await disputeNow(inquiry)).is_charge_refundable).toBe(false);
    // After the refund there is nothing left to take.
    await bench.control('POST', `disputes/${inquiry.id}/escalate`);
    expect((await disputeNow(inquiry)).balance_transactions).toEqual([]);
  });

  test.each(['winning_evidence', 'losing_evidence'])('is closed with %s', async (text) => {
    const inquiry = await disputeOn('pm_card_createDisputeInquiry');
    expect((await submit(inquiry, text)).status).toBe('warning_under_review');
    await bench.flush();
    expect(await disputeNow(inquiry)).toMatchObject({
      status: 'warning_closed',
      is_charge_refundable: true,
      balance_transactions: [],
    });
    expect(types()).toContain('charge.dispute.closed');
  });

  test('becomes a chargeback with the evidence for it', async () => {
    const inquiry = await disputeOn('pm_card_createDisputeInquiry');
    await submit(inquiry, 'escalate_inquiry_evidence');
    await bench.flush();
    expect(await disputeNow(inquiry)).toMatchObject({
      status: 'needs_response',
      is_charge_refundable: false,
      balance_transactions: [{ amount: -1000 }],
      payment_method_details: { card: { case_type: 'chargeback' } },
    });
    expect(types()).toContain('charge.dispute.funds_withdrawn');
  });
});

describe('the switches', () => {
  test('dispute a payment, in part and with a reason', async () => {
    const charge = await paid();
    const made = await bench.control('POST', `charges/${String(charge.payment_intent)}/dispute`, {
      amount: 400,
      reason: 'product_not_received',
    });
    expect(await bench.stripe.disputes.retrieve(String(made['id']))).toMatchObject({
      charge: charge.id,
      amount: 400,
      reason: 'product_not_received',
      status: 'needs_response',
      balance_transactions: [{ amount: -400 }],
    });
  });

  test('dispute what was not refunded, and the pending refund fails', async () => {
    const charge = await paid('pm_card_pendingRefund');
    const refund = await bench.stripe.refunds.create({ charge: charge.id, amount: 300 });
    const made = await bench.control('POST', `charges/${charge.id}/dispute`);
    expect(made['amount']).toBe(700);
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'charge_for_pending_refund_disputed',
    });
  });

  test.each([
    ['won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated']],
    ['lost', ['charge.dispute.closed']],
  ])('close a dispute as %s', async (status, told) => {
    const dispute = await disputeOn('pm_card_createDispute');
    await bench.flush();
    bench.inbox.received.length = 0;
    await bench.control('POST', `disputes/${dispute.id}/close`, { status });
    expect((await disputeNow(dispute)).status).toBe(status);
    await bench.flush();
    expect(types()).toEqual(told);
  });

  test('close a dispute before its evidence decides', async () => {
    const dispute = await disputeOn('pm_card_createDispute');
    await submit(dispute, 'winning_evidence');
    await bench.control('POST', `disputes/${dispute.id}/close`, { status: 'lost' });
    await bench.flush();
    expect((await disputeNow(dispute)).status).toBe('lost');
    expect(types()).not.toContain('charge.dispute.funds_reinstated');
  });

  test('close an inquiry, and no dispute as another kind', async () => {
    const inquiry = await disputeOn('pm_card_createDisputeInquiry');
    const close = (status: string) =>
      bench.control('POST', `disputes/${inquiry.id}/close`, { status });
    await expect(close('won')).rejects.toThrow(/^400/);
    await close('warning_closed');
    await expect(close('warning_closed')).rejects.toThrow(/already closed/);
    await expect(bench.control('POST', 'charges/ch_none/dispute')).rejects.toThrow(/^404/);
    const declined = await paid('pm_card_chargeDeclined').catch(
      (error: unknown) => (error as Stripe.errors.StripeCardError).payment_intent,
    );
    await expect(bench.control('POST', `charges/${declined?.id}/dispute`)).rejects.toThrow(
      /was not paid/,
    );
  });
});
