import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hourOfTime, openBench, sdkFor, secretKey, webhookSecret } from './harness.ts';
import type { Bench } from './harness.ts';
import { createStripeDouble } from './server.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const types = () => bench.inbox.received.map(({ event }) => event.type);
const fault = (body: object) => bench.control('POST', 'faults', body);
const received = (count: number) =>
  vi.waitFor(() => expect(bench.inbox.received.length).toBeGreaterThanOrEqual(count), {
    timeout: 5000,
    interval: 5,
  });

describe('webhooks', () => {
  test('tell of a paid checkout, signed so that the SDK accepts them', async () => {
    const customer = await bench.stripe.customers.create({ email: 'ada@example.com' });
    const session = await bench.stripe.checkout.sessions.create(
      hourOfTime({ customer: customer.id }),
    );
    await bench.control('POST', `checkout/${session.id}/pay`, {});
    await bench.flush();
    expect(types().toSorted()).toEqual([
      'charge.succeeded',
      'checkout.session.completed',
      'customer.created',
      'payment_intent.created',
      'payment_intent.succeeded',
      'product.created',
    ]);
    const completed = bench.inbox.received.find(
      ({ event }) => event.type === 'checkout.session.completed',
    )?.event;
    expect(completed).toMatchObject({
      object: 'event',
      api_version: '2026-10-28.endive',
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      data: {
        object: { id: session.id, payment_status: 'paid', client_reference_id: 'payment-1' },
      },
    });
    expect(completed?.id).toMatch(/^evt_/);
    // An event shows its object as it was when it happened.
    const [created] = (await bench.stripe.events.list({ type: 'payment_intent.created' })).data;
    expect(created?.data.object).toMatchObject({ status: 'requires_payment_method' });
  });

  test('name the request and the idempotency key that caused them', async () => {
    const made = await bench.stripe.customers.create({}, { idempotencyKey: 'key-1' });
    await bench.flush();
    expect(bench.inbox.received[0]?.event.request).toEqual({
      id: made.lastResponse.requestId,
      idempotency_key: 'key-1',
    });
  });

  test('tell of a declined, an authenticated and a canceled payment', async () => {
    const confirm = {
      amount: 999,
      currency: 'usd',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    } as const;
    await bench.stripe.paymentIntents
      .create({ ...confirm, payment_method: 'pm_card_chargeDeclined' })
      .catch(() => undefined);
    const asked = await bench.stripe.paymentIntents.create({
      ...confirm,
      payment_method: 'pm_card_authenticationRequired',
    });
    await bench.stripe.paymentIntents.cancel(asked.id);
    await bench.flush();
    expect(types().toSorted()).toEqual([
      'charge.failed',
      'payment_intent.canceled',
      'payment_intent.created',
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.requires_action',
    ]);
  });

  test('are sent again, signed anew, until they are answered 2xx', async () => {
    bench.inbox.answers.push(500, 302, null);
    await bench.stripe.customers.create({});
    await received(4);
    await bench.flush();
    expect(new Set(bench.inbox.received.map(({ event }) => event.id)).size).toBe(1);
    const { deliveries } = (await bench.control('GET', 'deliveries')) as {
      deliveries: { status: string; attempts: { status: number | null; error: string | null }[] }[];
    };
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]?.status).toBe('delivered');
    expect(deliveries[0]?.attempts.map((each) => each.status ?? each.error)).toEqual([
      500,
      302,
      'timed out',
      200,
    ]);
  });

  test('carry the time of each attempt in their signature', async () => {
    let steps = 0;
    // A clock that is a second further at each look, within the SDK's tolerance of 300 s.
    const nowMs = () => Date.now() - 200_000 + (steps += 1) * 1000;
    const own = await openBench({ nowMs, webhooks: { firstRetryMs: 1, maxRetryMs: 1 } });
    own.inbox.answers.push(500);
    await own.stripe.customers.create({});
    await expect.poll(() => own.inbox.received.length).toBe(2);
    const times = own.inbox.received.map(({ signature }) =>
      Number(/^t=(\d+),v1=/.exec(signature)?.[1]),
    );
    expect(times[1]).toBeGreaterThan(times[0] ?? Infinity);
    await own.close();
  });

  test('are listed as failed until delivered', async () => {
    bench.inbox.answers.push(...Array.from({ length: 3 }, () => 500));
    await bench.stripe.customers.create({});
    await received(1);
    const failing = await bench.stripe.events.list({ delivery_success: false });
    expect(failing.data).toMatchObject([{ type: 'customer.created', pending_webhooks: 1 }]);
    await bench.flush();
    expect((await bench.stripe.events.list({ delivery_success: false })).data).toEqual([]);
    expect((await bench.stripe.events.list({ delivery_success: true })).data).toHaveLength(1);
  });

  test('can be duplicated', async () => {
    await fault({ kind: 'duplicate', times: 2 });
    await bench.stripe.customers.create({});
    await bench.stripe.customers.create({});
    await bench.flush();
    const ids = bench.inbox.received.map(({ event }) => event.id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(2);
  });

  test('can be dropped, and sent again on request', async () => {
    await fault({ kind: 'drop', type: 'customer.created' });
    await bench.stripe.customers.create({});
    await bench.flush();
    expect(types()).toEqual([]);
    const [event] = (await bench.stripe.events.list()).data;
    await bench.control('POST', 'deliveries/resend', { event_id: event?.id });
    await bench.flush();
    expect(bench.inbox.received.map((each) => each.event.id)).toEqual([event?.id]);
  });

  test('can be delayed', async () => {
    await fault({ kind: 'delay', ms: 150 });
    const started = performance.now();
    await bench.stripe.customers.create({});
    await received(1);
    expect(performance.now() - started).toBeGreaterThan(145);
  });

  test('can arrive in reverse', async () => {
    await fault({ kind: 'reorder', hold: 3 });
    for (const name of ['a', 'b', 'c']) await bench.stripe.customers.create({ name });
    await bench.flush();
    const names = bench.inbox.received.map(
      ({ event }) => (event.data.object as { name?: string }).name,
    );
    expect(names).toEqual(['c', 'b', 'a']);
  });

  test('can bring the same object under a second event id', async () => {
    await fault({ kind: 'second_event_id', type: 'customer.created' });
    const customer = await bench.stripe.customers.create({});
    await bench.flush();
    const events = bench.inbox.received.map(({ event }) => event);
    expect(new Set(events.map((event) => event.id)).size).toBe(2);
    expect(events.map((event) => (event.data.object as { id: string }).id)).toEqual([
      customer.id,
      customer.id,
    ]);
    expect((await bench.stripe.events.list()).data).toHaveLength(2);
  });

  test('can report another amount than the API', async () => {
    await fault({ kind: 'tamper', type: 'checkout.session.completed', amount: 1, currency: 'eur' });
    const session = await bench.stripe.checkout.sessions.create(hourOfTime());
    await bench.control('POST', `checkout/${session.id}/pay`, { email: 'a@example.com' });
    await bench.flush();
    const told = bench.inbox.received.find(
      ({ event }) => event.type === 'checkout.session.completed',
    );
    expect(told?.event.data.object).toMatchObject({ amount_total: 1, currency: 'eur' });
    const reported = await bench.stripe.events.retrieve(told?.event.id ?? '');
    expect(reported.data.object).toMatchObject({ amount_total: 999, currency: 'usd' });
  });

  test('undelivered are delivered after a restart, and nothing is forgotten', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stripe-double-'));
    const stateFile = join(folder, 'stripe.json');
    const options = { secretKey, webhookSecret, webhookUrl: bench.inbox.url, stateFile };
    const first = await createStripeDouble({ ...options, webhookUrl: 'http://127.0.0.1:1/' });
    const before = sdkFor(first);
    const customer = await before.customers.create({ name: 'Ada' }, { idempotencyKey: 'k' });
    const session = await before.checkout.sessions.create(hourOfTime());
    await before.paymentMethods.create({
      type: 'card',
      card: { number: '4000000000009995', exp_month: 1, exp_year: 2035, cvc: '999' },
    });
    await first.close();
    expect(readFileSync(stateFile, 'utf8')).not.toContain('4000000000009995');

    const second = await createStripeDouble(options);
    const after = sdkFor(second);
    await received(2);
    expect(types().toSorted()).toEqual(['customer.created', 'product.created']);
    const replayed = await after.customers.create({ name: 'Ada' }, { idempotencyKey: 'k' });
    expect(replayed.id).toBe(customer.id);
    const open = await after.checkout.sessions.retrieve(session.id);
    expect((await fetch(open.url ?? '')).status).toBe(200);
    await second.close();
    rmSync(folder, { recursive: true });
  });
});

describe('the switches', () => {
  test('want the secret key', async () => {
    const answer = await fetch(`${bench.double.url}/_double/deliveries`);
    expect(answer.status).toBe(401);
  });

  test('refuse a fault they do not know', async () => {
    await expect(fault({ kind: 'explode' })).rejects.toThrow(/^400/);
    await expect(fault({ kind: 'drop', count: 0 })).rejects.toThrow(/^400/);
  });

  test('list what is waiting and forget it', async () => {
    await fault({ kind: 'drop', count: 5 });
    expect(await bench.control('GET', 'faults')).toEqual({
      faults: [{ kind: 'drop', count: 5, left: 5 }],
    });
    await bench.control('DELETE', 'faults');
    expect(await bench.control('GET', 'faults')).toEqual({ faults: [] });
  });
});
