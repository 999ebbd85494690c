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
import { settleUp, times } from './scenario.ts';

let db: TestDatabase;
let people: Staff;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function change(changes: Record<string, unknown>, reason = 'busy days'): Promise<Row> {
  return db.call({ user: people.admin }, 'admin_update_settings', { changes, reason });
}

/** The same with JSON text, for what JavaScript cannot say. */
function changeJson(changes: string | null): Promise<Row> {
  return callWithJson(db, people.admin, 'admin_update_settings', 'changes', changes);
}

async function settings(): Promise<Row> {
  const [row] = await db.owner`select * from settings`;
  return row ?? {};
}

/** Every setting that the table has, with the bounds that its constraint enforces. */
async function constraints() {
  const rows = await db.owner`
    select a.attname as name, not a.attnotnull as is_nullable,
      (select pg_get_constraintdef(k.oid) from pg_constraint k
       where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum]) as rule
    from pg_attribute a
    where a.attrelid = 'settings'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname not in ('id', 'updated_at')`;
  return rows.map(({ name, is_nullable, rule }) => {
    const [minimum, maximum] = [...String(rule).matchAll(/[<>]= (\d+)/g)].map((bound) =>
      Number(bound[1]),
    );
    return { name: String(name), is_nullable: Boolean(is_nullable), minimum, maximum };
  });
}

test('named settings change, the others stay, and the whole row comes back', async () => {
  const before = await settings();
  const answer = await change({ max_sessions: 7, max_session_seconds: 3600 });
  expect(answer).toEqual(await settings());
  expect(answer).toEqual({
    ...before,
    max_sessions: 7,
    max_session_seconds: 3600,
    updated_at: expect.any(Date),
  });
  expect((await audited(db, 'true')).at(-1)).toEqual({
    actor: people.admin,
    action: 'admin_update_settings',
    table: 'settings',
    before: { max_sessions: 100, max_session_seconds: null },
    after: { max_sessions: 7, max_session_seconds: 3600 },
    reason: 'busy days',
  });
});

test('a setting that may be nothing goes back to nothing', async () => {
  await change({ max_session_seconds: 3600 });
  expect(await change({ max_session_seconds: null })).toMatchObject({ max_session_seconds: null });
});

test('the same change again changes nothing more', async () => {
  await change({ trial_seconds: 300 });
  expect(await change({ trial_seconds: 300 })).toMatchObject({ trial_seconds: 300 });
  expect((await audited(db, 'true')).at(-1)).toMatchObject({ before: {}, after: {} });
});

test('a whole number in another spelling is one', async () => {
  expect(await changeJson('{"max_sessions": 50.0, "trial_seconds": 3e2}')).toMatchObject({
    max_sessions: 50,
    trial_seconds: 300,
  });
});

test('the rules are those of the table, for every setting that it has', async () => {
  const rules = await db.owner`
    select field as name, is_nullable, minimum, maximum from private.field_rules
    where table_name = 'settings' and kind = 'integer'`;
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const actual = rules.map((row) => ({ ...row, name: String(row.name) }));
  expect(actual.toSorted(byName)).toEqual((await constraints()).toSorted(byName));
});

test('every setting takes the least and the most it may be, and nothing beyond', async () => {
  // Beats need silence to outlast them.
  await change({ heartbeat_interval_seconds: 1 });
  for (const { name, minimum = 0, maximum = 0 } of await constraints()) {
    for (const value of [minimum, maximum]) {
      if (name === 'heartbeat_interval_seconds') await change({ heartbeat_timeout_seconds: 3600 });
      expect(await change({ [name]: value })).toMatchObject({ [name]: value });
    }
    for (const value of [minimum - 1, maximum + 1]) {
      expect(await fieldErrors(db, change({ [name]: value }))).toEqual({
        [name]: [`must be a whole number from ${minimum} to ${maximum}`],
      });
    }
    if (name.startsWith('heartbeat')) {
      await change({ heartbeat_interval_seconds: 1, heartbeat_timeout_seconds: 90 });
    }
  }
});

describe('what is refused as invalid_input, and changes nothing:', () => {
  test.each([
    ['a fraction', '{"max_sessions": 1.5}'],
    ['a text', '{"max_sessions": "5"}'],
    ['an empty text', '{"max_sessions": ""}'],
    ['a flag', '{"max_sessions": true}'],
    ['a list', '{"max_sessions": [5]}'],
    ['an object', '{"max_sessions": {"to": 5}}'],
    ['null where there must be something', '{"max_sessions": null}'],
    ['more than an integer holds', '{"max_sessions": 2147483648}'],
    ['more than a bigint holds', '{"max_sessions": 9223372036854775808}'],
    ['a number of 301 digits', '{"max_sessions": 1e300}'],
    ['a tiny number', '{"max_sessions": 1e-300}'],
    ['a negative number', '{"max_sessions": -1}'],
  ])('%s', async (_, changes) => {
    const before = await settings();
    const audits = await auditCount(db);
    expect(await fieldErrors(db, changeJson(changes))).toEqual({
      max_sessions: [expect.stringMatching(/^must /)],
    });
    expect(await settings()).toEqual(before);
    expect(await auditCount(db)).toBe(audits);
  });

  test.each([
    ['no changes', null],
    ['an empty object', '{}'],
    ['a list', '[1]'],
    ['a text', '"max_sessions"'],
    ['a number', '5'],
    ['JSON null', 'null'],
  ])('%s instead of changes', async (_, changes) => {
    expect(await fieldErrors(db, changeJson(changes))).toEqual({
      changes: ['must be an object of fields'],
    });
  });

  test.each(['id', 'updated_at', 'max_session', 'MAX_SESSIONS', '', 'x'.repeat(5000), 'a"; drop'])(
    'the unknown setting "%s"',
    async (name) => {
      expect(await fieldErrors(db, change({ [name]: 5 }))).toEqual({
        [name.slice(0, 100)]: ['is not a field that can be set'],
      });
    },
  );

  test('everything that is wrong is told at once, and what is right does not happen either', async () => {
    const before = await settings();
    const call = change(
      { max_sessions: -1, hold_slice_seconds: '1', colour: 'red', trial_seconds: 300 },
      '',
    );
    expect(await fieldErrors(db, call)).toEqual({
      max_sessions: ['must be a whole number from 0 to 1000000'],
      hold_slice_seconds: ['must be a whole number from 1 to 86400'],
      colour: ['is not a field that can be set'],
      reason: ['must be given'],
    });
    expect(await settings()).toEqual(before);
  });

  test.each([
    [{ heartbeat_timeout_seconds: 15 }],
    [{ heartbeat_interval_seconds: 90 }],
    [{ heartbeat_interval_seconds: 60, heartbeat_timeout_seconds: 60 }],
  ])('silence that is shorter than a beat: %j', async (changes) => {
    expect(await fieldErrors(db, change(changes))).toEqual({
      heartbeat_timeout_seconds: ['must be more than heartbeat_interval_seconds'],
    });
  });
});

test('a longer beat is accepted together with a longer silence', async () => {
  expect(
    await change({ heartbeat_interval_seconds: 200, heartbeat_timeout_seconds: 600 }),
  ).toMatchObject({ heartbeat_interval_seconds: 200, heartbeat_timeout_seconds: 600 });
});

test('changes made at once all count, and the log tells them in order', async () => {
  const names = ['max_sessions', 'max_sessions_per_user', 'trial_seconds', 'low_balance_seconds'];
  await Promise.all(names.map((name, index) => change({ [name]: index + 11 })));
  expect(await settings()).toMatchObject(
    Object.fromEntries(names.map((name, index) => [name, index + 11])),
  );
  await Promise.all(times(8, (index) => change({ max_sessions: index + 1 })));
  const entries = (await audited(db, 'true')).slice(-8);
  for (const [index, entry] of entries.entries()) {
    if (index > 0) expect(entry.before).toEqual(entries[index - 1]?.after);
  }
});
