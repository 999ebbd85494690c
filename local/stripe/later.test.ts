import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBench } from './harness.ts';
import type { Bench } from './harness.ts';
import { Later } from './later.ts';
import { Store } from './store.ts';

const pay = ({ stripe }: Bench, method: string) =>
  stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    off_session: true,
  });
const disputesOf = async ({ stripe }: Bench, intent: { id: string }) =>
  (await stripe.disputes.list({ payment_intent: intent.id })).data;

test('what Stripe does later happens by itself, each step once', async () => {
  const bench = await openBench({ laterMs: 20 });
  const disputed = await pay(bench, 'pm_card_createDispute');
  const refunded = await pay(bench, 'pm_card_refundFail');
  const { id } = await bench.stripe.refunds.create({ payment_intent: refunded.id });
  await expect.poll(() => disputesOf(bench, disputed)).toHaveLength(1);
  await expect.poll(async () => (await bench.stripe.refunds.retrieve(id)).status).toBe('failed');
  await bench.flush();
  expect(await disputesOf(bench, disputed)).toHaveLength(1);
  await bench.close();
});

test('it waits as long as a switch says, and flush can leave it waiting', async () => {
  const bench = await openBench({ laterMs: 0 });
  expect(await bench.control('POST', 'later', { ms: 600_000 })).toEqual({ ms: 600_000 });
  const intent = await pay(bench, 'pm_card_createDispute');
  await bench.control('POST', 'flush', { later: false });
  expect(await disputesOf(bench, intent)).toEqual([]);
  await bench.control('POST', 'flush');
  expect(await disputesOf(bench, intent)).toHaveLength(1);
  await expect(bench.control('POST', 'later', { ms: -1 })).rejects.toThrow(/^400/);
  await bench.close();
});

test('it goes on after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stripe-double-'));
  const stateFile = join(folder, 'stripe.json');
  const first = await openBench({ stateFile });
  const intent = await pay(first, 'pm_card_createDispute');
  await first.close();
  // Two weeks later by the clock: the step is due at once.
  const second = await openBench({ stateFile, nowMs: () => Date.now() + 14 * 24 * 3_600_000 });
  await expect.poll(() => disputesOf(second, intent)).toHaveLength(1);
  await second.close();
  rmSync(folder, { recursive: true });
});

test('a step that was done before its time is not done again', () => {
  vi.useFakeTimers();
  const done: string[] = [];
  const later = new Later({
    store: new Store(),
    nowMs: Date.now,
    delayMs: 1000,
    run: (step) => done.push(step.object_id),
  });
  later.add('refund_fails', 're_1');
  later.runAll();
  vi.advanceTimersByTime(5000);
  expect(done).toEqual(['re_1']);
  later.add('refund_fails', 're_2');
  vi.advanceTimersByTime(999);
  expect(done).toEqual(['re_1']);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(['re_1', 're_2']);
  later.close();
  vi.useRealTimers();
});
