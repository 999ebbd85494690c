import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, signUp, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
});
afterAll(() => db.close());

async function profile(id: string) {
  const [row] = await db.owner`select * from profiles where id = ${id}`;
  return row;
}

test('signing up makes an active profile with address and name', async () => {
  const user = await signUp(db, 'Ada Lovelace');
  expect(await profile(user)).toMatchObject({
    email: `${user}@example.com`,
    full_name: 'Ada Lovelace',
    is_active: true,
    preferences: {},
    last_login_at: null,
  });
});

test.each([
  ['two characters', 'Al'],
  ['a hundred characters', 'x'.repeat(100)],
  ['a hundred characters of more than one byte', 'é'.repeat(100)],
])('a name of %s is accepted', async (_, name) => {
  expect(await profile(await signUp(db, name))).toMatchObject({ full_name: name });
});

test('a name is trimmed before it is measured', async () => {
  expect(await profile(await signUp(db, `  ${'x'.repeat(100)}  `))).toMatchObject({
    full_name: 'x'.repeat(100),
  });
});

test.each([
  ['one character', 'A'],
  ['one character and spaces', ' A '],
  ['101 characters', 'x'.repeat(101)],
])('a name of %s refuses the sign-up as invalid_input and names the field', async (_, name) => {
  const error = await db.refusal(signUp(db, name));
  expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(JSON.parse(error.detail ?? '')).toEqual({ full_name: [expect.any(String)] });
  expect(error.hint).toMatch(/\w+\.$/);
});

test('a refused sign-up leaves no user behind', async () => {
  const count = () => db.owner`select count(*) from auth.users`;
  const before = await count();
  await db.refusal(signUp(db, 'A'));
  expect(await count()).toEqual(before);
});

test.each([
  ['none', null],
  ['an empty one', ''],
  ['only spaces', '   '],
])('a sign-up with %s as name has no name', async (_, name) => {
  expect(await profile(await signUp(db, name))).toMatchObject({ full_name: null });
});

test('white space of any kind is no name', async () => {
  expect(await profile(await signUp(db, '\t\n '))).toMatchObject({ full_name: null });
});

test('a sign-up without metadata has no name', async () => {
  const id = randomUUID();
  await db.owner`insert into auth.users (id, email) values (${id}, 'plain@example.com')`;
  expect(await profile(id)).toMatchObject({ full_name: null, email: 'plain@example.com' });
});

test('a changed address is carried over', async () => {
  const user = await signUp(db);
  await db.owner`update auth.users set email = 'new@example.com' where id = ${user}`;
  expect(await profile(user)).toMatchObject({ email: 'new@example.com' });
});

test('the last sign-in is carried over', async () => {
  const user = await signUp(db);
  const at = new Date('2026-05-05T10:00:00Z');
  await db.owner`update auth.users set last_sign_in_at = ${at} where id = ${user}`;
  expect(await profile(user)).toMatchObject({
    last_login_at: at,
    email: `${user}@example.com`,
  });
});

test('people change their own name and preferences', async () => {
  const user = await signUp(db);
  await db.as(
    { user },
    (sql) =>
      sql`update profiles set full_name = 'Grace Hopper', preferences = '{"voice": "calm"}' where id = ${user}`,
  );
  expect(await profile(user)).toMatchObject({
    full_name: 'Grace Hopper',
    preferences: { voice: 'calm' },
  });
});

test('changing a profile stamps updated_at', async () => {
  const user = await signUp(db);
  const [row] = await db.owner`
    with earlier as (select updated_at from profiles where id = ${user})
    update profiles p set preferences = '{"a": 1}' from earlier where p.id = ${user}
    returning p.updated_at > earlier.updated_at as is_later`;
  expect(row).toEqual({ is_later: true });
});

test.each([
  ['a name of one character', `full_name = 'A'`, 'full_name'],
  ['a name of one character and spaces', `full_name = '  A  '`, 'full_name'],
  ['a name of 101 characters', `full_name = '${'x'.repeat(101)}'`, 'full_name'],
  ['preferences that are a list', `preferences = '[]'`, 'preferences'],
  ['no preferences', 'preferences = null', 'preferences'],
  ['preferences of 20 kB', `preferences = '{"x": "${'x'.repeat(20_000)}"}'`, 'preferences'],
])('somebody who changes their profile to %s is told that it is invalid_input', async (...row) => {
  const [, change, field] = row;
  const user = await signUp(db);
  const before = await profile(user);
  const error = await db.refusal(
    db.as({ user }, (sql) => sql.unsafe(`update profiles set ${change} where id = '${user}'`)),
  );
  expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(Object.keys(JSON.parse(error.detail ?? ''))).toEqual([field]);
  expect(await profile(user)).toEqual(before);
});

test('a name that somebody changes is trimmed, and blank is none', async () => {
  const user = await signUp(db);
  await db.as(
    { user },
    (sql) => sql`update profiles set full_name = '  Grace ' where id = ${user}`,
  );
  expect(await profile(user)).toMatchObject({ full_name: 'Grace' });
  await db.as({ user }, (sql) => sql`update profiles set full_name = '   ' where id = ${user}`);
  expect(await profile(user)).toMatchObject({ full_name: null });
});

test.each(['is_active', 'email', 'stripe_customer_id', 'last_login_at', 'created_at', 'id'])(
  'people cannot change their own %s',
  async (column) => {
    const user = await signUp(db);
    const error = await db.refusal(
      db.as({ user }, (sql) => sql`update profiles set ${sql(column)} = null where id = ${user}`),
    );
    expect(error.code).toBe('42501');
  },
);

test('nobody changes the profile of somebody else', async () => {
  const [user, stranger] = [await signUp(db), await signUp(db)];
  const changed = await db.as(
    { user: stranger },
    (sql) => sql`update profiles set full_name = 'Mallory' where id = ${user} returning id`,
  );
  expect(changed).toEqual([]);
  expect(await profile(user)).toMatchObject({ full_name: 'Ada Lovelace' });
});

test('a person who has a profile cannot be deleted', async () => {
  const user = await signUp(db);
  const error = await db.refusal(db.owner`delete from auth.users where id = ${user}`);
  expect(error.code).toBe('23503');
});
