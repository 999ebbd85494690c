import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import { intent, type Purchase, purchase, times } from './scenario.ts';

// A database for each test: every payment that is undecided counts.
let db: TestDatabase;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(async () => {
  expect(await violations(db)).toEqual([]);
  await db.close();
});

async function waiting(count: number, prefix: string) {
  const user = await signUp(db);
  const bought = await Promise.all(times(count, () => purchase(db, user)));
  await Promise.all(
    bought.map(({ payment_id }) =>
      db.call('service', 'attach_stripe_objects', {
        payment_id,
        stripe_checkout_session_id: null,
        stripe_payment_intent_id: `${prefix}_${payment_id}`,
      }),
    ),
  );
  return bought;
}
async function listed(older_than_seconds = 60): Promise<string[]> {
  const rows = await db.rpc('service', 'list_payments_to_reconcile', { older_than_seconds });
  return rows.map((row) => String(row.payment_id));
}

test('are pending ones that Stripe knows and that had time for their webhook', async () => {
  const user = await signUp(db);
  const unknown = await purchase(db, user);
  const [known] = await waiting(1, 'pi');
  expect(await listed()).toEqual([]);
  await db.advance(61);
  const ids = await listed();
  expect(ids).toContain(known?.payment_id);
  expect(ids).not.toContain(unknown.payment_id);
  await db.call('service', 'apply_stripe_object', {
    object: intent(known as Purchase, 'succeeded'),
  });
  expect(await listed()).toEqual([]);
});

test('are failed ones too, for two days: another card may still succeed', async () => {
  const bought = await purchase(db, await signUp(db));
  await db.call('service', 'apply_stripe_object', {
    object: intent(bought, 'requires_payment_method'),
  });
  await db.advance(61);
  expect(await listed()).toContain(bought.payment_id);
  await db.advance(2 * 86_400);
  expect(await listed()).not.toContain(bought.payment_id);
});

test('all come up, when those that were asked about stay undecided', async () => {
  const bought = await waiting(70, 'pi');
  await db.advance(61);
  const first = await listed();
  expect(first).toHaveLength(50);
  for (const payment_id of first) {
    const object = intent({ ...(bought[0] as Purchase), payment_id }, 'processing');
    await db.call('service', 'apply_stripe_object', { object });
  }
  const second = await listed();
  expect(new Set([...first, ...second]).size).toBe(70);
});

test('all come up, when Stripe does not know the first fifty', async () => {
  await waiting(60, 'pi_of_another_account');
  await db.advance(61);
  const seen = new Set<string>();
  for (const _ of times(3, (index) => index)) {
    for (const id of await listed()) seen.add(id);
    await db.advance(60);
  }
  expect(seen.size).toBe(60);
});
