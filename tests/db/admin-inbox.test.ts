import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import { audited, refusedOf, type Staff, staff } from './admin-scenario.ts';
import {
  cardState,
  deliver,
  intent,
  paymentRow,
  purchase,
  settleUp,
  stripeEvent,
  times,
} from './scenario.ts';

let db: TestDatabase;
let people: Staff;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function replay(event: { id: unknown }): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_replay_stripe_event', {
    event_id: event.id,
    reason: 'was fixed',
  });
}

async function inbox(event: { id: unknown }): Promise<Row> {
  const [row] = await db.owner`
    select outcome, attempts, last_error, processed_at from stripe_events where id = ${String(event.id)}`;
  return { ...row };
}

function anEvent(object: Record<string, unknown>) {
  const id = `evt_${randomUUID()}`;
  return { ...stripeEvent(object, id), id };
}

test('an event that could not be applied is applied once what stood in its way is gone', async () => {
  const sale = await purchase(db, await signUp(db));
  const paid = anEvent(intent(sale, 'succeeded'));
  await db.owner.unsafe(
    'alter table payment_entries add constraint the_book_is_full check (id < 0) not valid',
  );
  expect(await deliver(db, paid)).toMatchObject({ outcome: 'error' });
  expect(await replay(paid)).toMatchObject({ outcome: 'error' });
  await db.owner.unsafe('alter table payment_entries drop constraint the_book_is_full');
  expect(await replay(paid)).toEqual({
    event_id: paid.id,
    outcome: 'credited',
    payment_id: sale.payment_id,
    time_card_id: sale.time_card_id,
    detail: null,
  });
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
  expect(await inbox(paid)).toEqual({
    outcome: 'credited',
    attempts: 3,
    last_error: null,
    processed_at: expect.any(Date),
  });
  expect(await audited(db, paid.id)).toMatchObject([
    { before: { outcome: 'error', attempts: 1 }, after: { outcome: 'error', attempts: 2 } },
    {
      actor: people.admin,
      action: 'admin_replay_stripe_event',
      table: 'stripe_events',
      before: { outcome: 'error', attempts: 2 },
      after: { outcome: 'credited', attempts: 3 },
      reason: 'was fixed',
    },
  ]);
});

test('an event that did its work does not do it again, and the inbox keeps what it did', async () => {
  const sale = await purchase(db, await signUp(db));
  const paid = anEvent(intent(sale, 'succeeded'));
  await deliver(db, paid);
  expect(await replay(paid)).toMatchObject({ outcome: 'duplicate' });
  expect(await inbox(paid)).toMatchObject({ outcome: 'credited', attempts: 2 });
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
});

test('an event that was flagged stays flagged while nothing changed', async () => {
  const sale = await purchase(db, await signUp(db));
  const wrong = anEvent(intent(sale, 'succeeded', { amount_received: 5 }));
  await deliver(db, wrong);
  expect(await replay(wrong)).toMatchObject({ outcome: 'flagged' });
  expect(await paymentRow(db, sale.payment_id)).toMatchObject({ status: 'pending' });
});

test('replayed ten times at once, also while Stripe sends it, a payment is credited once', async () => {
  const sale = await purchase(db, await signUp(db));
  const paid = anEvent(intent(sale, 'succeeded'));
  await deliver(db, anEvent(intent(sale, 'processing')));
  await db.owner`
    insert into stripe_events (id, type, payload)
    values (${paid.id}, 'payment_intent.succeeded', ${db.owner.json(paid as never)})`;
  const calls = times(10, (index) => (index % 2 === 0 ? replay(paid) : deliver(db, paid)));
  expect(await refusedOf(calls)).toEqual([]);
  const outcomes = (await Promise.all(calls)).map((row) => row.outcome);
  expect(outcomes.filter((outcome) => outcome === 'credited')).toHaveLength(1);
  expect(await cardState(db, sale.time_card_id)).toEqual({ status: 'active', remaining: 3600 });
});

test('support and admins see the proof that the books are right, and what breaks it', async () => {
  for (const who of ['support', 'admin'] as const) {
    expect(await db.rpc({ user: people[who] }, 'admin_verify_ledger')).toEqual([]);
  }
  const card = await giveCard(db, people.user, 60);
  await db.owner`update time_cards set total_seconds = 61, remaining_seconds = 61 where id = ${card}`;
  for (const who of ['support', 'admin'] as const) {
    const broken = await db.rpc({ user: people[who] }, 'admin_verify_ledger');
    expect(broken).toEqual(await db.rpc('service', 'verify_ledger'));
    expect(broken).toContainEqual(expect.objectContaining({ subject: card }));
  }
  await db.owner`update time_cards set total_seconds = 60, remaining_seconds = 60 where id = ${card}`;
});
