import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import { audited, causedByAdmins, fieldErrors, hire, type Staff, staff } from './admin-scenario.ts';
import { authorize, cardState, settleUp, times, traces } from './scenario.ts';

let db: TestDatabase;
let people: Staff;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function issue(quantity: number | null, package_id = 'starter_1h'): Promise<Row[]> {
  return db.rpc({ user: people.admin }, 'admin_issue_codes', {
    package_id,
    quantity,
    reason: 'a fair',
  });
}

async function redeem(user: string, code: unknown): Promise<Row> {
  const answer = await db.call({ user }, 'redeem_code', { code });
  return answer.redeem_code as Row;
}

test('codes are issued as free cards that wait for whoever redeems them', async () => {
  const issued = await issue(3);
  expect(issued).toHaveLength(3);
  const [{ batch_id }] = issued as [Row];
  for (const { activation_code, time_card_id, code_hint, batch_id: batch } of issued) {
    expect(activation_code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]$/);
    expect(code_hint).toBe(String(activation_code).replaceAll('-', '').slice(-4));
    expect(batch).toBe(batch_id);
    const [card] = await db.owner`
      select owner_id, purchaser_id, package_id, source, status, price_cents, validity_days,
        remaining_seconds, expires_at, code_hint, batch_id
      from time_cards where id = ${String(time_card_id)}`;
    expect(card).toEqual({
      owner_id: null,
      purchaser_id: null,
      package_id: 'starter_1h',
      source: 'promo',
      status: 'pending',
      price_cents: 0,
      validity_days: 365,
      remaining_seconds: 3600,
      expires_at: null,
      code_hint,
      batch_id,
    });
    expect(await causedByAdmins(db, String(time_card_id))).toEqual([
      { kind: 'issue', from: null, to: 'remaining', seconds: 3600, action: 'admin_issue_codes' },
    ]);
  }
  expect(new Set(issued.map((row) => row.activation_code)).size).toBe(3);
  const [batch] = await db.owner`
    select b.package_id, b.quantity, a.action from code_batches b join admin_audit_log a on a.id = b.audit_id
    where b.id = ${String(batch_id)}`;
  expect(batch).toEqual({ package_id: 'starter_1h', quantity: 3, action: 'admin_issue_codes' });
});

describe('a key of its own', () => {
  const request = { package_id: 'starter_1h', quantity: 2, reason: 'a fair' };
  const issueAs = (user: string, args: Record<string, unknown>) =>
    db.rpc({ user }, 'admin_issue_codes', { ...request, ...args });

  test('makes a repeated request answer the first cards, without their codes', async () => {
    const key = { idempotency_key: randomUUID() };
    const all = await Promise.all(times(5, () => issueAs(people.admin, key)));
    const [first] = all.filter((codes) => codes[0]?.activation_code !== null);
    expect(all.flat().filter((code) => code.activation_code !== null)).toHaveLength(2);
    const cards = (codes: Row[] | undefined) => codes?.map((code) => code.time_card_id).toSorted();
    for (const codes of all) expect(cards(codes)).toEqual(cards(first));
    expect(await redeem(await signUp(db), first?.[0]?.activation_code)).toHaveProperty(
      'time_card_id',
    );
    await db.owner`update packages set total_seconds = 3601 where id = 'starter_1h'`;
    expect(cards(await issueAs(people.admin, key))).toEqual(cards(first));
    await db.owner`update packages set total_seconds = 3600 where id = 'starter_1h'`;
  });

  test('is for one request of one admin', async () => {
    const key = { idempotency_key: randomUUID() };
    const [first] = await issueAs(people.admin, key);
    for (const other of [{ quantity: 3 }, { package_id: 'pro_20h' }, { reason: 'another fair' }]) {
      const refused = issueAs(people.admin, { ...key, ...other });
      expect(await db.refusal(refused)).toMatchObject({
        code: 'PT409',
        message: 'idempotency_conflict',
      });
    }
    const [theirs] = await issueAs(await hire(db, 'admin'), key);
    expect(theirs?.batch_id).not.toBe(first?.batch_id);
    for (const bad of ['', 'x'.repeat(256)]) {
      const errors = await fieldErrors(db, issueAs(people.admin, { idempotency_key: bad }));
      expect(Object.keys(errors)).toEqual(['idempotency_key']);
    }
  });
});

test('a code turns its card over to one person, once', async () => {
  const [first, second] = (await issue(2)) as [Row, Row];
  const user = await signUp(db);
  expect(await redeem(user, first.activation_code)).toMatchObject({
    time_card_id: first.time_card_id,
    total_seconds: 3600,
    expires_at: expect.any(String),
  });
  expect(await redeem(await signUp(db), first.activation_code)).toMatchObject({
    message: 'code_not_accepted',
  });
  expect(await authorize(db, user)).toMatchObject({ granted_seconds: 300 });
  expect(await cardState(db, String(second.time_card_id))).toEqual({
    status: 'pending',
    remaining: 3600,
  });
});

test('the audit log and the cards keep no code', async () => {
  const issued = await issue(5);
  const [{ batch_id }] = issued as [Row];
  expect(await audited(db, String(batch_id))).toEqual([
    {
      actor: people.admin,
      action: 'admin_issue_codes',
      table: 'code_batches',
      before: null,
      after: {
        package_id: 'starter_1h',
        quantity: 5,
        total_seconds: 3600,
        validity_days: 365,
      },
      reason: 'a fair',
    },
  ]);
  const kept = JSON.stringify([
    await db.owner`select to_jsonb(a) from admin_audit_log a`,
    await db.owner`select to_jsonb(c) from time_cards c`,
    await db.owner`select to_jsonb(b) from code_batches b`,
    await db.owner`select to_jsonb(a) from private.activation_codes a`,
  ]);
  for (const { activation_code } of issued) {
    const code = String(activation_code).replaceAll('-', '');
    expect(kept).not.toContain(code);
    expect(kept).not.toContain(String(activation_code));
    expect(kept).not.toContain(Buffer.from(code).toString('hex'));
  }
});

test('a package that is not on sale has codes all the same', async () => {
  await db.owner`
    insert into packages (id, name, total_seconds, price_cents, validity_days, is_active, currency)
    values ('promo_10m', 'Promotion', 600, 50, null, false, 'eur')`;
  const [issued] = (await issue(1, 'promo_10m')) as [Row];
  const user = await signUp(db);
  expect(await redeem(user, issued.activation_code)).toMatchObject({
    total_seconds: 600,
    expires_at: null,
  });
});

test('a thousand codes are issued at once, all different', async () => {
  const issued = await issue(1000);
  expect(new Set(issued.map((row) => row.activation_code)).size).toBe(1000);
  expect(new Set(issued.map((row) => row.time_card_id)).size).toBe(1000);
});

test('every call issues new codes, also when several are made at once', async () => {
  const batches = await Promise.all(times(5, () => issue(20)));
  expect(new Set(batches.flat().map((row) => row.activation_code)).size).toBe(100);
  expect(new Set(batches.flat().map((row) => row.batch_id)).size).toBe(5);
});

test.each([0, -1, 2.5, 1001, 2_147_483_648, null])(
  'a quantity of %s is invalid_input and issues nothing',
  async (quantity) => {
    const before = await traces(db);
    expect(await fieldErrors(db, issue(quantity))).toEqual({
      quantity: ['must be a whole number from 1 to 1000'],
    });
    expect(await traces(db)).toEqual(before);
  },
);
