import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import { authorize, beat, customer, end, sessionRow, settleUp, talk } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

function ask(name: string, session_id: string, args: Record<string, unknown> = {}) {
  return db.call('service', name, { session_id, ...args });
}

async function preferencesOf(user: string): Promise<unknown> {
  const [row] = await db.owner`select preferences from profiles where id = ${user}`;
  return row?.preferences;
}

const tools: [string, Record<string, unknown>][] = [
  ['agent_balance', {}],
  ['agent_usage', {}],
  ['agent_recall', {}],
  ['agent_remember', { item: 'pet', value: 'Rex' }],
  ['agent_forget', { item: 'pet' }],
  ['agent_rate_call', { rating: 5 }],
];

describe.each(tools)('%s', (name, args) => {
  test('is for open sessions only', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    expect(await db.refusal(ask(name, session_id, args))).toMatchObject({
      code: 'PT409',
      message: 'illegal_transition',
    });
    await db.call('service', 'start_session', { session_id, worker_id: 'w' });
    await ask(name, session_id, args);
    await end(db, session_id, 0);
    expect(await db.refusal(ask(name, session_id, args))).toMatchObject({
      message: 'illegal_transition',
    });
    expect(await db.refusal(ask(name, randomUUID(), args))).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });

  test('is for the worker only', async () => {
    const { user } = await customer(db);
    const session_id = await talk(db, user);
    for (const caller of ['anon', { user }] as const) {
      const refused = await db.refusal(db.call(caller, name, { session_id, ...args }));
      expect(refused.code).toBe('42501');
    }
    await end(db, session_id, 0);
  });
});

test('the balance is that of the person of the session, at the rate of the call', async () => {
  await db.owner`
    insert into agent_types (id, name, rate_permille) values ('double', 'Double', 2000)
    on conflict do nothing`;
  const { user } = await customer(db, 1000, { expires_at: '2100-01-01' });
  await customer(db, 9999);
  const session = await talk(db, user, 'double');
  await db.advance(60);
  await beat(db, session, 1, 50);
  expect(await ask('agent_balance', session)).toEqual({
    remaining_seconds: 450,
    used_seconds: 50,
    usable_cards: 1,
    next_expiry_at: new Date('2100-01-01'),
    is_low: true,
  });
  expect(await ask('agent_usage', session)).toEqual({
    call_seconds: 50,
    call_cost_seconds: 100,
    calls_30_days: 0,
    billed_seconds_30_days: 0,
  });
  await end(db, session, 50);
  const next = await talk(db, user);
  expect(await ask('agent_usage', next)).toMatchObject({
    calls_30_days: 1,
    billed_seconds_30_days: 100,
  });
  await end(db, next, 0);
});

describe('what is remembered', () => {
  test('is kept under a key of its own, and nothing else is touched', async () => {
    const { user } = await customer(db);
    await db.owner`update profiles set preferences = '{"theme": "dark"}' where id = ${user}`;
    const session = await talk(db, user);
    await ask('agent_remember', session, { item: 'pet', value: 'Rex' });
    await ask('agent_remember', session, { item: 'city', value: "Zürich'; drop table profiles" });
    expect(await preferencesOf(user)).toEqual({
      theme: 'dark',
      agent_memory: { pet: 'Rex', city: "Zürich'; drop table profiles" },
    });
    expect(await ask('agent_forget', session, { item: 'pet' })).toEqual({
      agent_forget: { city: "Zürich'; drop table profiles" },
    });
    await end(db, session, 0);
  });

  test('is there in the next call', async () => {
    const { user } = await customer(db);
    const first = await talk(db, user);
    await ask('agent_remember', first, { item: 'pet', value: 'Rex' });
    await end(db, first, 0);
    const { session_id } = await authorize(db, user);
    const started = await db.call('service', 'start_session', { session_id, worker_id: 'w' });
    expect(started.preferences).toEqual({ agent_memory: { pet: 'Rex' } });
    await end(db, session_id, 0);
  });

  test.each([
    [{ item: 'Pet', value: 'x' }],
    [{ item: 'a'.repeat(41), value: 'x' }],
    [{ item: null, value: 'x' }],
    [{ item: 'pet', value: '' }],
    [{ item: 'pet', value: null }],
    [{ item: 'pet', value: 'x'.repeat(201) }],
    [{ item: 'pet', value: 'a\nb' }],
  ])('refuses %j', async (args) => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    expect(await db.refusal(ask('agent_remember', session, args))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
    expect(await preferencesOf(user)).toEqual({});
    await end(db, session, 0);
  });

  test('is bounded in number', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    for (let n = 0; n < 30; n += 1) {
      await ask('agent_remember', session, { item: `item_${n}`, value: 'x' });
    }
    expect(
      await db.refusal(ask('agent_remember', session, { item: 'one_more', value: 'x' })),
    ).toMatchObject({ message: 'invalid_input' });
    await ask('agent_remember', session, { item: 'item_3', value: 'changed' });
    await end(db, session, 0);
  });

  test('loses nothing when two calls remember at once', async () => {
    await db.owner`update settings set max_sessions_per_user = 2`;
    const { user } = await customer(db);
    const sessions = [await talk(db, user), await talk(db, user)];
    await Promise.all(
      sessions.flatMap((session, caller) =>
        Array.from({ length: 5 }, (_, n) =>
          ask('agent_remember', session, { item: `of_${caller}_${n}`, value: 'x' }),
        ),
      ),
    );
    const preferences = (await preferencesOf(user)) as { agent_memory: object };
    expect(Object.keys(preferences.agent_memory)).toHaveLength(10);
    for (const session of sessions) await end(db, session, 0);
    await db.owner`update settings set max_sessions_per_user = 1`;
  });
});

describe('a rating given in the call', () => {
  test('is kept with it', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await ask('agent_rate_call', session, { rating: 4, comment: ' Fine ' });
    await end(db, session, 0);
    expect(await sessionRow(db, session)).toMatchObject({ rating: 4, rating_comment: 'Fine' });
  });

  test.each([0, 6, -1, null])('is not %s', async (rating) => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    expect(await db.refusal(ask('agent_rate_call', session, { rating }))).toMatchObject({
      message: 'invalid_input',
    });
    await end(db, session, 0);
  });
});

describe('time that could not be served', () => {
  test('is kept as the worker reports it, within the clock and beside what was used', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(30);
    await beat(db, session, 1, 20, { unserved_seconds: 8 });
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 20, unserved_seconds: 8 });
    await beat(db, session, 2, 20, { unserved_seconds: 500 });
    expect(await sessionRow(db, session)).toMatchObject({ unserved_seconds: 10 });
    await beat(db, session, 3, 28, { unserved_seconds: 'x' });
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 28, unserved_seconds: 2 });
    await end(db, session, 28, 'done', { unserved_seconds: 2 });
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 28,
      unserved_seconds: 2,
    });
  });

  test('makes no session cheaper than what its beats proved', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(30);
    await beat(db, session, 1, 30, { unserved_seconds: 30 });
    await end(db, session, 10, 'done', { unserved_seconds: 30 });
    expect(await sessionRow(db, session)).toMatchObject({
      billed_seconds: 30,
      unserved_seconds: 0,
    });
  });
});

describe('what was said', () => {
  const state = { last_turns: [{ role: 'user', text: 'secret' }], mood: 'happy' };

  async function forget(): Promise<unknown> {
    const [row] = await db.owner`select private.forget_transcripts(private.now()) as count`;
    return row?.count;
  }

  test('is deleted when the settings keep it no longer, and nothing else of the state', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await end(db, session, 0, 'done', state);
    expect(await forget()).toBe(0);
    await db.advance(31 * 86_400);
    expect(await forget()).toBe(1);
    expect((await sessionRow(db, session)).agent_state).toEqual({ mood: 'happy' });
    expect(await forget()).toBe(0);
  });

  test('is deleted at once for somebody who does not want it kept', async () => {
    const { user } = await customer(db);
    const other = await customer(db);
    const sessions = [await talk(db, user), await talk(db, other.user)];
    for (const session of sessions) await end(db, session, 0, 'done', state);
    await db.as(
      { user },
      (sql) => sql`
      update profiles set preferences = '{"keep_transcripts": false}' where id = ${user}`,
    );
    expect((await sessionRow(db, sessions[0] ?? '')).agent_state).toEqual({ mood: 'happy' });
    expect((await sessionRow(db, sessions[1] ?? '')).agent_state).toEqual(state);
  });

  test.each([
    [{}, 30, true],
    [{ keep_transcripts: true }, 30, true],
    [{ keep_transcripts: false }, 30, false],
    [{ keep_transcripts: 'no' }, 30, true],
    [{}, 0, false],
  ])('with preferences %j and %i days of retention may be kept: %s', async (wish, days, kept) => {
    const { user } = await customer(db);
    await db.owner`update settings set transcript_retention_days = ${days}`;
    await db.owner`update profiles set preferences = ${db.owner.json(wish)} where id = ${user}`;
    const { session_id } = await authorize(db, user);
    const started = await db.call('service', 'start_session', { session_id, worker_id: 'w' });
    expect(started.keep_transcripts).toBe(kept);
    await end(db, session_id, 0);
    await db.owner`update settings set transcript_retention_days = 30`;
  });
});

test('a worker that takes over is given what the first one left', async () => {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(10);
  await beat(db, session, 1, 8, { greeted: true });
  const again = await db.call('service', 'start_session', {
    session_id: session,
    worker_id: 'second',
  });
  expect(again).toMatchObject({ used_seconds: 8, agent_state: { greeted: true } });
  await end(db, session, 8);
});

test('somebody without a call has no tools', async () => {
  const user = await signUp(db);
  expect(await db.refusal(ask('agent_balance', user))).toMatchObject({ message: 'not_found' });
});
