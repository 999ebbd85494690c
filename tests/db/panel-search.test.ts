import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { type Staff, staff } from './admin-scenario.ts';
import { authorize, customer, paidPurchase, sessionRow } from './scenario.ts';

let db: TestDatabase;
let people: Staff;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterAll(() => db.close());

/** The ids that a search finds for somebody of the support. */
async function find(what: string, query: string): Promise<unknown[]> {
  const rows = await db.rpc({ user: people.support }, `admin_search_${what}`, { query });
  return rows.map(({ id }) => id);
}

describe('users', () => {
  test('are found by a part of their address or name, in any case', async () => {
    const user = await signUp(db, 'Zuse Konrad');
    expect(await find('users', 'zUSe k')).toEqual([user]);
    expect(await find('users', `${user.slice(4, 20)}`)).toEqual([user]);
    expect(await find('users', `  ${user}@example.com `)).toEqual([user]);
  });

  test('are found by their id and by their customer at Stripe, only as a whole', async () => {
    const user = await signUp(db);
    await db.owner`update profiles set stripe_customer_id = 'cus_Findme', email = 'x' where id = ${user}`;
    expect(await find('users', user)).toEqual([user]);
    expect(await find('users', 'cus_Findme')).toEqual([user]);
    expect(await find('users', 'cus_Find')).toEqual([]);
  });

  test.each(['%', '_', '100%', 'a_b', '\\'])('%j is looked for as it is', async (query) => {
    expect(await find('users', query)).toEqual([]);
    const user = await signUp(db, `Name ${query} here`);
    expect(await find('users', query)).toEqual([user]);
    await db.owner`update profiles set full_name = null where id = ${user}`;
  });
});

describe('cards', () => {
  test('are found by their id, by owner, by a whole code and by its last four characters', async () => {
    const { user, card } = await customer(db);
    expect(await find('cards', card)).toEqual([card]);
    expect(await find('cards', user.slice(2, 30))).toEqual([card]);
    const [issued] = await db.rpc({ user: people.admin }, 'admin_issue_codes', {
      package_id: 'starter_1h',
      quantity: 1,
      reason: 'a test',
    });
    const code = String(issued?.activation_code);
    expect(await find('cards', code)).toContain(issued?.time_card_id);
    expect(await find('cards', code.toLowerCase())).toContain(issued?.time_card_id);
    expect(await find('cards', String(issued?.code_hint))).toContain(issued?.time_card_id);
    expect(await find('cards', String(issued?.batch_id))).toEqual([issued?.time_card_id]);
  });
});

describe('sessions', () => {
  test('are found by their id, by their room and by user', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    const { room_name } = await sessionRow(db, session_id);
    for (const query of [session_id, String(room_name), `${user}@example.com`]) {
      expect(await find('sessions', query)).toEqual([session_id]);
    }
  });
});

describe('payments and events', () => {
  test('are found by every id that Stripe has for them', async () => {
    const { user } = await customer(db);
    const { payment_id, time_card_id } = await paidPurchase(db, user);
    const [event] = await db.owner`select id from stripe_events where payment_id = ${payment_id}`;
    for (const query of [
      payment_id,
      time_card_id,
      `pi_${payment_id}`,
      `ch_${payment_id}`,
      `${user}@example.com`,
      String(event?.id),
    ]) {
      expect({ query, found: await find('payments', query) }).toEqual({
        query,
        found: [payment_id],
      });
    }
    for (const query of [String(event?.id), `pi_${payment_id}`, payment_id]) {
      expect(await find('stripe_events', query)).toEqual([event?.id]);
    }
  });
});

describe('every search', () => {
  const searches = ['users', 'cards', 'sessions', 'payments', 'stripe_events'];

  test.each(searches)('of %s is refused to whoever is no admin', async (what) => {
    for (const user of [people.user, people.formerAdmin]) {
      const error = await db.refusal(db.rpc({ user }, `admin_search_${what}`, { query: 'a' }));
      expect(error).toMatchObject({ code: 'PT403', message: 'not_allowed' });
    }
    const error = await db.refusal(db.rpc('anon', `admin_search_${what}`, { query: 'a' }));
    expect(error.code).toBe('42501');
  });

  test.each(searches)('of %s wants one to 200 characters', async (what) => {
    for (const query of ['', ' \n', null, 'x'.repeat(201)]) {
      const error = await db.refusal(
        db.rpc({ user: people.admin }, `admin_search_${what}`, { query }),
      );
      expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    }
  });

  test.each(searches)('of %s finds nothing where there is nothing', async (what) => {
    expect(await find(what, 'no such thing anywhere')).toEqual([]);
  });
});

test('the search inside words uses an index', async () => {
  const rows = await db.owner`
    select indexname from pg_indexes where indexname in ('profiles_email_words', 'profiles_name_words')`;
  expect(rows).toHaveLength(2);
  const [again] = await db.owner`select private.add_trigram_indexes() as is_there`;
  expect(again?.is_there).toBe(true);
});
