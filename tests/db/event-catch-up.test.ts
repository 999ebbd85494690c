import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { deliver, intent, purchase, setSettings, stripeEvent, times } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterAll(() => db.close());

async function missed(ids: string[]): Promise<unknown[]> {
  const rows = await db.rpc('service', 'list_missed_stripe_events', { event_ids: ids });
  return rows.map((row) => row.event_id);
}

test('the cursor is nowhere at first, goes forward, and never back', async () => {
  const advance = (read_until_at: string) =>
    db.call('service', 'advance_stripe_cursor', { read_until_at });
  expect(await db.call('service', 'read_stripe_cursor')).toEqual({ read_until_at: null });
  await advance('2026-11-24T12:00:00Z');
  await advance('2026-11-24T11:00:00Z');
  expect(await db.call('service', 'read_stripe_cursor')).toEqual({
    read_until_at: new Date('2026-11-24T12:00:00Z'),
  });
});

test('what never arrived is missed, what was applied is not', async () => {
  const event = stripeEvent(intent(await purchase(db, await signUp(db)), 'succeeded'));
  await deliver(db, event);
  expect(await missed([String(event.id), 'evt_never'])).toEqual(['evt_never']);
});

test('what could not be applied is missed until it was tried often enough', async () => {
  await setSettings(db, { webhook_retry_attempts: 2 });
  const id = `evt_${randomUUID()}`;
  const arrive = (attempts: number) => db.owner`
    insert into stripe_events (id, type, payload, outcome, attempts)
    values (${id}, 'charge.updated', '{}', 'error', ${attempts})
    on conflict (id) do update set attempts = excluded.attempts`;
  const answers: number[] = [];
  for (const attempts of times(4, (n) => n)) {
    await arrive(attempts);
    answers.push((await missed([id])).length);
  }
  expect(answers).toEqual([1, 1, 1, 0]);
});

test.each([[[]], [{}], ['x'], [null]])('of %j nothing is missed', async (ids) => {
  const rows = await db.owner`
    select * from public.list_missed_stripe_events(${db.owner.json(ids as never)})`;
  expect(rows).toHaveLength(0);
});
