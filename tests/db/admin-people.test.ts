import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type DatabaseError,
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import {
  auditCount,
  audited,
  fieldErrors,
  hire,
  refusedOf,
  someoneWaits,
  type Staff,
  staff,
} from './admin-scenario.ts';
import { authorize, beat, customer, end, sessionRow, settleUp, talk, times } from './scenario.ts';

let db: TestDatabase;
let people: Staff;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterEach(async () => {
  await settleUp(db);
  await db.close();
});

function setActive(user_id: string, is_active: boolean | null, by = people.admin) {
  return db.call({ user: by }, 'admin_set_user_active', { user_id, is_active, reason: 'a test' });
}

function setRole(user_id: string, role: string | null, by = people.admin) {
  return db.call({ user: by }, 'admin_set_role', { user_id, role, reason: 'a test' });
}

const lastAdmin = { code: 'PT409', message: 'illegal_transition' };

/** The active admins who may act. */
async function actingAdmins(): Promise<string[]> {
  const rows = await db.owner`
    select a.user_id from admins a join profiles p on p.id = a.user_id
    where a.role = 'admin' and p.is_active order by 1`;
  return rows.map((row) => String(row.user_id));
}

test('a person is deactivated and let in again, and both are audited', async () => {
  expect(await setActive(people.user, false)).toEqual({ user_id: people.user, is_active: false });
  expect((await db.refusal(authorize(db, people.user))).message).toBe('account_inactive');
  expect(await setActive(people.user, true)).toEqual({ user_id: people.user, is_active: true });
  const entry = { actor: people.admin, action: 'admin_set_user_active', table: 'profiles' };
  expect(await audited(db, people.user)).toEqual([
    { ...entry, before: { is_active: true }, after: { is_active: false }, reason: 'a test' },
    { ...entry, before: { is_active: false }, after: { is_active: true }, reason: 'a test' },
  ]);
});

test('whoever is deactivated during a call is asked to end it and billed what they talked', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await setActive(user, false);
  expect(await sessionRow(db, session)).toMatchObject({ end_requested_at: expect.any(Date) });
  await db.advance(30);
  expect(await beat(db, session, 1, 25)).toMatchObject({ action: 'end' });
  expect(await end(db, session, 28)).toMatchObject({ billed_seconds: 28 });
});

test('deactivating twice changes nothing more', async () => {
  await setActive(people.user, false);
  expect(await setActive(people.user, false)).toEqual({ user_id: people.user, is_active: false });
});

test('neither active nor inactive is invalid_input', async () => {
  expect(await fieldErrors(db, setActive(people.user, null))).toEqual({
    is_active: ['must be true or false'],
  });
});

test('somebody becomes support, then admin, then neither', async () => {
  for (const [before, role] of [
    [null, 'support'],
    ['support', 'admin'],
    ['admin', null],
    [null, null],
  ] as const) {
    expect(await setRole(people.user, role)).toEqual({ user_id: people.user, role });
    const rows = await db.owner`select role from admins where user_id = ${people.user}`;
    expect(rows.map((row) => row.role)).toEqual(role === null ? [] : [role]);
    expect((await audited(db, people.user)).at(-1)).toEqual({
      actor: people.admin,
      action: 'admin_set_role',
      table: 'admins',
      before: { role: before },
      after: { role },
      reason: 'a test',
    });
  }
});

test.each(['owner', '', 'ADMIN'])('the role "%s" is invalid_input', async (role) => {
  expect(await fieldErrors(db, setRole(people.user, role))).toEqual({
    role: ['must be support, admin or null'],
  });
});

test('support can be removed and deactivated whoever else is there', async () => {
  await setActive(people.support, false);
  await setRole(people.support, null);
  expect(await actingAdmins()).toEqual([people.admin]);
});

test('the last active admin can be neither removed, demoted nor deactivated by an admin', async () => {
  const before = await auditCount(db);
  for (const call of [
    () => setRole(people.admin, null),
    () => setRole(people.admin, 'support'),
    () => setActive(people.admin, false),
  ]) {
    expect(await db.refusal(call())).toMatchObject(lastAdmin);
  }
  expect(await actingAdmins()).toEqual([people.admin]);
  expect(await auditCount(db)).toBe(before);
});

test('nor with the secret key, nor by the owner of the database, nor all at once', async () => {
  const other = await hire(db, 'admin');
  const { admin } = people;
  for (const caller of ['service', 'owner'] as const) {
    const run = (statement: string) =>
      caller === 'owner'
        ? db.owner.unsafe(statement)
        : db.as('service', (sql) => sql.unsafe(statement));
    for (const statement of [
      'delete from admins',
      `delete from admins where role = 'admin'`,
      `update admins set role = 'support'`,
      `update profiles set is_active = false where id in ('${admin}', '${other}')`,
      `update admins set user_id = '${people.user}' where user_id = '${admin}';
       update profiles set is_active = false where id in ('${other}', '${people.user}')`,
    ]) {
      expect(await db.refusal(run(statement))).toMatchObject(lastAdmin);
    }
  }
  expect(await actingAdmins()).toEqual([admin, other].toSorted());
});

test('an admin who is inactive does not count, and can be removed', async () => {
  expect(await db.refusal(setRole(people.admin, null))).toMatchObject(lastAdmin);
  expect(await setRole(people.formerAdmin, null)).toMatchObject({ role: null });
});

test('one of two admins can step down', async () => {
  const other = await hire(db, 'admin');
  await setRole(people.admin, null);
  expect(await actingAdmins()).toEqual([other]);
  expect((await db.refusal(setRole(people.user, 'admin'))).message).toBe('not_allowed');
});

test('where there is no admin yet, people can be deactivated and support can go', async () => {
  const empty = await openDatabase();
  const user = await signUp(empty);
  await empty.owner`update profiles set is_active = false where id = ${user}`;
  const support = await hire(empty, 'support');
  await empty.owner`delete from admins where user_id = ${support}`;
  expect(await empty.owner`select from admins`).toHaveLength(0);
  await empty.close();
});

test('two admins who demote, remove or deactivate each other at once leave one', async () => {
  const acts = [
    (target: string, by: string) => setRole(target, 'support', by),
    (target: string, by: string) => setRole(target, null, by),
    (target: string, by: string) => setActive(target, false, by),
  ];
  for (const [index, first] of acts.entries()) {
    for (const second of acts.slice(index)) {
      for (const _ of times(3, (round) => round)) {
        const [one = '', ...others] = await actingAdmins();
        for (const user of others) await setRole(user, null, one);
        const two = await hire(db, 'admin');
        const refused = await refusedOf([first(two, one), second(one, two)]);
        expect(refused).toHaveLength(1);
        expect(await actingAdmins()).toHaveLength(1);
      }
    }
  }
});

test('an admin who was demoted while their own act waited may not act any more', async () => {
  const other = await hire(db, 'admin');
  const acts = [
    () => setRole(people.user, 'admin', other),
    () => setActive(people.user, false, other),
  ];
  for (const late of acts) {
    const waiting: { refusal?: Promise<DatabaseError> } = {};
    await db.owner.begin(async (sql) => {
      await sql`update admins set role = 'support' where user_id = ${other}`;
      waiting.refusal = db.refusal(late());
      await someoneWaits(db);
    });
    expect(await waiting.refusal).toMatchObject({ code: 'PT403', message: 'not_allowed' });
    await db.owner`update admins set role = 'admin' where user_id = ${other}`;
  }
});

test('of two who take the last two admins away by hand, the second waits and is refused', async () => {
  const other = await hire(db, 'admin');
  const statements = (id: string) => [
    `delete from admins where user_id = '${id}'`,
    `update admins set role = 'support' where user_id = '${id}'`,
    `update profiles set is_active = false where id = '${id}'`,
  ];
  for (const first of statements(other)) {
    for (const second of statements(people.admin)) {
      const waiting: { refusal?: Promise<DatabaseError> } = {};
      await db.owner.begin(async (sql) => {
        await sql.unsafe(first);
        waiting.refusal = db.refusal(db.as('service', (late) => late.unsafe(second)));
        await someoneWaits(db);
      });
      expect(await waiting.refusal).toMatchObject(lastAdmin);
      await db.owner`update profiles set is_active = true where id = ${other}`;
      await db.owner`
        insert into admins (user_id, role) values (${other}, 'admin') on conflict (user_id) do update set role = 'admin'`;
    }
  }
});

test('everybody takes everybody away at once, also with the secret key, and one is left', async () => {
  for (const round of times(5, (index) => index)) {
    const others = await Promise.all(times(4, () => hire(db, 'admin')));
    const admins = [people.admin, ...others];
    await refusedOf([
      ...admins.flatMap((target, index) => [
        setRole(target, null, admins[(index + 1) % 5]),
        setActive(target, false, admins[(index + 2) % 5]),
        db.as('service', (sql) => sql`delete from admins where user_id = ${target}`),
        db.as('service', (sql) => sql`update profiles set is_active = false where id = ${target}`),
      ]),
      db.as('service', (sql) => sql`update profiles set is_active = false`),
    ]);
    const left = await actingAdmins();
    expect({ round, left: left.length > 0 }).toEqual({ round, left: true });
    await db.owner`update profiles set is_active = true`;
    await db.owner`
      insert into admins (user_id, role) values (${people.admin}, 'admin') on conflict (user_id) do update set role = 'admin'`;
    await db.owner`delete from admins where user_id in ${db.owner(others)}`;
  }
});
