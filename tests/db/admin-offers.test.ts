import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type Row, type TestDatabase } from '../support/database.ts';
import {
  audited,
  auditCount,
  callWithJson,
  fieldErrors,
  type Staff,
  staff,
} from './admin-scenario.ts';
import {
  customer,
  deliver,
  end,
  intent,
  purchase,
  settleUp,
  stripeEvent,
  talk,
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

type Fields = Record<string, unknown>;

function savePackage(fields: Fields): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_save_package', {
    package: fields,
    reason: 'new prices',
  });
}

function saveAgent(fields: Fields): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_save_agent_type', {
    agent_type: fields,
    reason: 'a new voice',
  });
}

/** An id that no other test has. */
function fresh(): string {
  return `p_${randomUUID().replaceAll('-', '_')}`;
}

function newPackage(fields: Record<string, unknown> = {}) {
  return { id: fresh(), name: 'Ten hours', total_seconds: 36_000, price_cents: 7999, ...fields };
}

test('a package is put on the price list and can be bought', async () => {
  const fields = newPackage({ validity_days: 90, description: ' Lasts.\nLong. ', sort_order: -1 });
  const saved = await savePackage(fields);
  expect(saved).toMatchObject({
    ...fields,
    description: 'Lasts.\nLong.',
    currency: 'usd',
    is_active: true,
  });
  const { user } = await customer(db);
  await purchase(db, user, { package_id: fields.id });
  const [entry] = await audited(db, fields.id);
  expect(entry).toMatchObject({
    actor: people.admin,
    action: 'admin_save_package',
    table: 'packages',
    before: null,
    after: { id: fields.id, price_cents: 7999 },
    reason: 'new prices',
  });
});

test('named fields of a package change and the others stay', async () => {
  const saved = await savePackage(newPackage({ validity_days: 90 }));
  const { id } = saved;
  expect(await savePackage({ id, price_cents: 6999, is_active: false })).toEqual({
    ...saved,
    price_cents: 6999,
    is_active: false,
    updated_at: expect.any(Date),
  });
  expect(await savePackage({ id, validity_days: null })).toMatchObject({ validity_days: null });
  expect((await audited(db, String(id))).slice(1)).toMatchObject([
    {
      before: { price_cents: 7999, is_active: true },
      after: { price_cents: 6999, is_active: false },
    },
    { before: { validity_days: 90 }, after: { validity_days: null } },
  ]);
});

test('saving the same again, or only the id, changes nothing', async () => {
  const fields = newPackage();
  const saved = await savePackage(fields);
  const same = { ...saved, updated_at: expect.any(Date) };
  expect(await savePackage(fields)).toEqual(same);
  expect(await savePackage({ id: fields.id })).toEqual(same);
});

test('a changed price, time or validity leaves sold cards and open purchases alone', async () => {
  const { id } = await savePackage(newPackage({ validity_days: 90 }));
  const { user } = await customer(db);
  const sold = await purchase(db, user, { package_id: id });
  await savePackage({ id, price_cents: 50, total_seconds: 60, validity_days: 1 });
  await deliver(
    db,
    stripeEvent(intent(sold, 'succeeded', { amount: 7999, amount_received: 7999 })),
  );
  const [card] = await db.owner`
    select status, total_seconds, price_cents, validity_days from time_cards where id = ${sold.time_card_id}`;
  expect(card).toEqual({
    status: 'active',
    total_seconds: 36_000,
    price_cents: 7999,
    validity_days: 90,
  });
});

test('an agent is offered, changed, and taken off offer', async () => {
  const id = fresh();
  const saved = await saveAgent({ id, name: 'Slow', rate_permille: 500 });
  expect(saved).toMatchObject({
    id,
    name: 'Slow',
    rate_permille: 500,
    minimum_charge_seconds: 0,
    is_active: true,
  });
  expect(await saveAgent({ id, minimum_charge_seconds: 30, is_active: false })).toMatchObject({
    name: 'Slow',
    rate_permille: 500,
    minimum_charge_seconds: 30,
    is_active: false,
  });
  expect(await audited(db, id)).toMatchObject([
    {
      action: 'admin_save_agent_type',
      table: 'agent_types',
      before: null,
      after: { name: 'Slow' },
    },
    {
      before: { minimum_charge_seconds: 0, is_active: true },
      after: { minimum_charge_seconds: 30, is_active: false },
    },
  ]);
});

test('a call keeps the rate and the minimum that it began with', async () => {
  const id = fresh();
  await saveAgent({ id, name: 'Slow', rate_permille: 500 });
  const { user } = await customer(db);
  const session = await talk(db, user, id);
  await saveAgent({ id, rate_permille: 5000, minimum_charge_seconds: 600 });
  await db.advance(100);
  expect(await end(db, session, 100)).toMatchObject({ billed_seconds: 50 });
});

const wrongPackages: [string, Record<string, unknown>, Record<string, string>][] = [
  ['a name of spaces', { name: '  ' }, { name: 'must have 1 to 100 characters' }],
  ['a long name', { name: 'x'.repeat(101) }, { name: 'must have 1 to 100 characters' }],
  ['a name of two lines', { name: 'a\nb' }, { name: 'must be one line' }],
  ['a name that rings', { name: 'a\u0007b' }, { name: 'must not have control characters' }],
  ['no name', { name: null }, { name: 'must not be null' }],
  ['a number for a name', { name: 5 }, { name: 'must be a text' }],
  [
    'a long description',
    { description: 'x'.repeat(2001) },
    { description: 'must have 0 to 2000 characters' },
  ],
  [
    'less than a minute',
    { total_seconds: 59 },
    { total_seconds: 'must be a whole number from 60 to 31536000' },
  ],
  [
    'more than a year',
    { total_seconds: 31_536_001 },
    { total_seconds: 'must be a whole number from 60 to 31536000' },
  ],
  [
    'less than Stripe charges',
    { price_cents: 49 },
    { price_cents: 'must be a whole number from 50 to 99999999' },
  ],
  [
    'a fraction of a cent',
    { price_cents: 99.5 },
    { price_cents: 'must be a whole number from 50 to 99999999' },
  ],
  [
    'more than an integer holds',
    { price_cents: 9_007_199_254_740_991 },
    { price_cents: 'must be a whole number from 50 to 99999999' },
  ],
  ['a long currency', { currency: 'euro' }, { currency: 'must have 3 to 3 characters' }],
  ['a currency in capitals', { currency: 'USD' }, { currency: 'must be three small letters' }],
  ['no validity', { validity_days: 0 }, { validity_days: 'must be a whole number from 1 to 3650' }],
  [
    'an order beyond order',
    { sort_order: 1e9 },
    { sort_order: 'must be a whole number from -1000000 to 1000000' },
  ],
  ['perhaps on sale', { is_active: 'yes' }, { is_active: 'must be true or false' }],
  ['an unknown field', { colour: 'red' }, { colour: 'is not a field that can be set' }],
  ['a made-up date', { created_at: null }, { created_at: 'is not a field that can be set' }],
];

describe('a package is refused for', () => {
  test.each(wrongPackages)('%s', async (_, fields, errors) => {
    const audits = await auditCount(db);
    const expected = Object.fromEntries(
      Object.entries(errors).map(([field, sentence]) => [field, [sentence]]),
    );
    expect(await fieldErrors(db, savePackage(newPackage(fields)))).toEqual(expected);
    expect(await fieldErrors(db, savePackage({ id: 'starter_1h', ...fields }))).toEqual(expected);
    expect(await auditCount(db)).toBe(audits);
  });

  test.each([
    ['an id with a space', 'a b'],
    ['an id in capitals', 'Big'],
    ['an id that begins with an underscore', '_x'],
    ['a long id', 'x'.repeat(64)],
    ['an empty id', ''],
    ['a number', 5],
    ['null', null],
  ])('%s', async (_, id) => {
    expect(await fieldErrors(db, savePackage(newPackage({ id })))).toEqual({
      id: [expect.stringMatching(/^must /)],
    });
  });

  test('what a new one lacks, all at once', async () => {
    expect(await fieldErrors(db, savePackage({ description: 'x', price_cents: 1 }))).toEqual({
      id: ['must be given'],
      name: ['must be given'],
      total_seconds: ['must be given'],
      price_cents: ['must be a whole number from 50 to 99999999'],
    });
  });

  test.each([null, '{}', '[]', '"starter_1h"', 'null'])('no fields: %s', async (fields) => {
    const call = callWithJson(db, people.admin, 'admin_save_package', 'package', fields);
    expect(await fieldErrors(db, call)).toEqual({
      package: ['must be an object of fields'],
    });
  });
});

test.each([
  ['rate_permille', 0, 'must be a whole number from 1 to 100000'],
  ['rate_permille', 100_001, 'must be a whole number from 1 to 100000'],
  ['minimum_charge_seconds', -1, 'must be a whole number from 0 to 3600'],
  ['minimum_charge_seconds', 3601, 'must be a whole number from 0 to 3600'],
  ['name', '', 'must have 1 to 100 characters'],
  ['is_active', 1, 'must be true or false'],
  ['secret', 'x', 'is not a field that can be set'],
])('an agent is refused for %s %s', async (field, value, sentence) => {
  expect(await fieldErrors(db, saveAgent({ id: fresh(), name: 'New', [field]: value }))).toEqual({
    [field]: [sentence],
  });
});

test('every field that may be set is a column of its table', async () => {
  const strays = await db.owner`
    select r.table_name, r.field from private.field_rules r
    where not exists (
      select from information_schema.columns c
      where c.table_schema = 'public' and c.table_name = r.table_name and c.column_name = r.field)`;
  expect(strays).toHaveLength(0);
});

test('every column of an offer may be set, but those that the database keeps', async () => {
  const rows = await db.owner`
    select c.table_name || '.' || c.column_name as name from information_schema.columns c
    where c.table_schema = 'public' and c.table_name in ('packages', 'agent_types')
      and c.column_name not in ('created_at', 'updated_at')
      and not exists (
        select from private.field_rules r
        where r.table_name = c.table_name and r.field = c.column_name)`;
  expect(rows.map((row) => row.name)).toEqual([]);
});

test('one new package saved ten times at once is one package', async () => {
  const fields = newPackage();
  const saved = await Promise.all(
    times(10, (index) => savePackage({ ...fields, sort_order: index })),
  );
  expect(new Set(saved.map((row) => row.id)).size).toBe(1);
  expect((await audited(db, fields.id)).filter((entry) => entry.before === null)).toHaveLength(1);
});

test('prices can change while people buy', async () => {
  const { id } = await savePackage(newPackage());
  const buyers = await Promise.all(times(6, () => customer(db)));
  const results = await Promise.all([
    ...buyers.map(({ user }) => purchase(db, user, { package_id: id })),
    ...times(6, (index) => savePackage({ id, price_cents: 1000 + index })),
  ]);
  expect(results).toHaveLength(12);
});
