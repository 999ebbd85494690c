import type { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';
import type { Bench } from './harness.ts';

/** The events of refunds and disputes: what a client may rely on, and what it may not. */

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

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

const types = () => bench.inbox.received.map(({ event }) => event.type);
const fault = (body: object) => bench.control('POST', 'faults', body);
const told = (type: string) =>
  bench.inbox.received.filter(({ event }) => event.type === type).map(({ event }) => event);
const listed = async (type: string) => (await bench.stripe.events.list({ type })).data;

/** Everything that happens to these payments, once each. */
async function refundAndDispute(): Promise<void> {
  const failing = await paid('pm_card_refundFail');
  await bench.stripe.refunds.create({ charge: failing.id, amount: 300 });
  const disputed = await paid('pm_card_createDispute');
  await bench.flush();
  const [dispute] = (await bench.stripe.disputes.list({ charge: disputed.id })).data;
  await bench.stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text: 'winning_evidence' },
  });
  await bench.flush();
}

const moneyEvents = [
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.funds_reinstated',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  'charge.refund.updated',
  'charge.refunded',
  'refund.created',
  'refund.failed',
  'refund.updated',
];

describe('webhooks of refunds and disputes', () => {
  test('come in no order', async () => {
    const orders = new Set<string>();
    const charge = await paid();
    for (let round = 0; round < 60 && orders.size < 2; round += 1) {
      await bench.flush();
      bench.inbox.received.length = 0;
      await bench.stripe.refunds.create({ charge: charge.id, amount: 1 });
      await bench.flush();
      const both = types().filter((type) => ['refund.created', 'charge.refunded'].includes(type));
      orders.add(both.join(' then '));
    }
    expect([...orders].toSorted()).toEqual([
      'charge.refunded then refund.created',
      'refund.created then charge.refunded',
    ]);
  });

  test('are one of each kind', async () => {
    await refundAndDispute();
    const money = types().filter((type) => /refund|dispute/.test(type));
    expect(money.toSorted()).toEqual(moneyEvents);
  });

  test.each(moneyEvents)('%s can be duplicated', async (type) => {
    await fault({ kind: 'duplicate', times: 2, type });
    await refundAndDispute();
    expect(told(type)).toHaveLength(3);
    expect(new Set(told(type).map((event) => event.id)).size).toBe(1);
  });

  test.each(moneyEvents)('%s can be dropped and is listed all the same', async (type) => {
    await fault({ kind: 'drop', type });
    await refundAndDispute();
    expect(told(type)).toEqual([]);
    const [event] = await listed(type);
    expect(event).toMatchObject({ type, pending_webhooks: 1 });
    await bench.control('POST', 'deliveries/resend', { event_id: event?.id });
    await bench.flush();
    expect(told(type).map((each) => each.id)).toEqual([event?.id]);
  });

  test.each(moneyEvents)('%s can come under a second id', async (type) => {
    await fault({ kind: 'second_event_id', type });
    await refundAndDispute();
    expect(new Set(told(type).map((event) => event.id)).size).toBe(2);
    expect(await listed(type)).toHaveLength(2);
  });

  test('can arrive in reverse: closed before created', async () => {
    const charge = await paid();
    await bench.flush();
    bench.inbox.received.length = 0;
    await fault({ kind: 'reorder', hold: 3 });
    const dispute = await bench.control('POST', `charges/${charge.id}/dispute`);
    await bench.control('POST', `disputes/${String(dispute['id'])}/close`, { status: 'lost' });
    await bench.flush();
    expect(types()).toEqual([
      'charge.dispute.closed',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.created',
    ]);
  });

  test('can be late: the refund that failed is heard of before the refund', async () => {
    const charge = await paid();
    await fault({ kind: 'delay', ms: 300, type: 'charge.refunded' });
    const refund = await bench.stripe.refunds.create({ charge: charge.id });
    await bench.control('POST', `refunds/${refund.id}/fail`);
    await expect.poll(() => types()).toContain('charge.refunded');
    expect(types().indexOf('refund.failed')).toBeLessThan(types().indexOf('charge.refunded'));
    // What it says is how it was then.
    expect(told('charge.refunded')[0]?.data.object).toMatchObject({ amount_refunded: 1000 });
  });

  test('can lie about what was refunded, and the API does not', async () => {
    const charge = await paid();
    await fault({ kind: 'tamper', type: 'charge.refunded', amount_refunded: 1 });
    await bench.stripe.refunds.create({ charge: charge.id, amount: 400 });
    await bench.flush();
    expect(told('charge.refunded')[0]?.data.object).toMatchObject({
      amount: 1000,
      amount_refunded: 1,
    });
    expect((await listed('charge.refunded'))[0]?.data.object).toMatchObject({
      amount_refunded: 400,
    });
  });
});

describe('a client that missed all webhooks', () => {
  test('reads everything since a moment, page by page, newest first', async () => {
    const since = Math.floor(Date.now() / 1000);
    await fault({ kind: 'drop', count: 1000 });
    await refundAndDispute();
    expect(types()).toEqual([]);
    const wanted = { created: { gte: since }, types: moneyEvents, limit: 3 };
    const all: Stripe.Event[] = [];
    let more: { starting_after?: string } = {};
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await bench.stripe.events.list({ ...wanted, ...more });
      all.push(...page.data);
      if (!page.has_more) break;
      more = { starting_after: page.data.at(-1)?.id ?? '' };
    }
    expect(all.map((event) => event.type).toSorted()).toEqual(moneyEvents);
    const times = all.map((event) => event.created);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(all[0]?.type).toBe('charge.dispute.closed');
    expect(all.at(-1)?.type).toBe('refund.created');
    // From the oldest towards the newest, as a cursor in a database goes.
    const oldest = all.at(-1)?.id ?? '';
    const next = await bench.stripe.events.list({ ...wanted, ending_before: oldest });
    expect(next.data.map((event) => event.id)).toEqual(all.slice(-4, -1).map((event) => event.id));
    expect(next.has_more).toBe(true);
    expect(await bench.stripe.events.list(wanted).autoPagingToArray({ limit: 100 })).toHaveLength(
      moneyEvents.length,
    );
    const later = { ...wanted, created: { gt: Math.max(...times) } };
    expect((await bench.stripe.events.list(later)).data).toEqual([]);
  });
});
