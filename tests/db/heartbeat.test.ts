import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { giveCard, openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import {
  offerAgent,
  authorize,
  beat,
  cardState,
  customer,
  end,
  randomFrom,
  sessionRow,
  setSettings,
  settleUp,
  shuffled,
  talk,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

/** Every row of every table with its version and its locks. */
async function rowVersions(): Promise<Map<string, string>> {
  const tables = await db.owner`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  const versions = new Map<string, string>();
  for (const { name } of tables) {
    const rows = await db.owner.unsafe(
      `select ctid::text, xmin::text || '/' || xmax::text as v from ${name} t`,
    );
    for (const row of rows) versions.set(`${name} ${row.ctid}`, row.v);
  }
  return versions;
}

describe('proof of time', () => {
  test('a beat proves the time it reports and says how far the agent may talk', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(20);
    expect(await beat(db, session, 1, 15, { turns: 1 })).toEqual({
      session_id: session,
      granted_until_seconds: 600,
      remaining_seconds: 3585,
      low_balance: false,
      final: false,
      action: 'continue',
    });
    expect(await sessionRow(db, session)).toMatchObject({
      used_seconds: 15,
      heartbeat_seq: 1,
      agent_state: { turns: 1 },
    });
  });

  test('a repeated beat changes nothing and answers the same', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(20);
    const first = await beat(db, session, 1, 15);
    const before = await sessionRow(db, session);
    expect(await beat(db, session, 1, 15)).toEqual(first);
    expect(await sessionRow(db, session)).toEqual(before);
  });

  test('a beat that was overtaken changes nothing', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(40);
    await beat(db, session, 2, 30, { turns: 2 });
    const before = await sessionRow(db, session);
    await beat(db, session, 1, 15, { turns: 1 });
    expect(await sessionRow(db, session)).toEqual(before);
  });

  test('used time never goes down', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(40);
    await beat(db, session, 1, 30);
    await beat(db, session, 2, 10);
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 30, heartbeat_seq: 2 });
  });

  test('any beats lost, repeated or reordered end in the same used time', async () => {
    const random = randomFrom(20_261_124);
    for (const round of times(25, (index) => index)) {
      const { user } = await customer(db);
      const session = await talk(db, user);
      await db.advance(200);
      const sent = times(10, (index) => ({ seq: index + 1, used: (index + 1) * 15 }));
      const arrived = sent.filter(({ seq }) => seq === 10 || random() < 0.6);
      const again = arrived.filter(() => random() < 0.4);
      for (const { seq, used } of shuffled([...arrived, ...again], random)) {
        await beat(db, session, seq, used);
      }
      const { used_seconds } = await sessionRow(db, session);
      expect({ round, used_seconds }).toEqual({ round, used_seconds: 150 });
      await end(db, session, 150);
    }
  });

  test('beats of one session in parallel end in the last one', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(400);
    await Promise.all(times(20, (index) => beat(db, session, index + 1, (index + 1) * 15)));
    expect(await sessionRow(db, session)).toMatchObject({ used_seconds: 300, heartbeat_seq: 20 });
  });

  test("reported time is believed up to the server's clock", async () => {
    const { user } = await customer(db, 100_000);
    const session = await talk(db, user);
    await db.advance(100);
    await beat(db, session, 1, '9223372036854775807');
    const { used_seconds } = await sessionRow(db, session);
    expect(used_seconds).toBeGreaterThanOrEqual(100);
    expect(used_seconds).toBeLessThan(130);
  });

  test('a beat without a state keeps the one that is there', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await beat(db, session, 1, 0, { turns: 1 });
    await beat(db, session, 2, 0);
    expect(await sessionRow(db, session)).toMatchObject({ agent_state: { turns: 1 } });
  });
});

describe('a beat that is refused changes nothing', () => {
  test.each([
    ['a negative time', 1, -1, null],
    ['no time', 1, null, null],
    ['no seq', null, 1, null],
    ['a seq of zero', 0, 1, null],
    ['a negative seq', -5, 1, null],
    ['a state that is a list', 1, 1, [1]],
    ['a state of 300 kB', 1, 1, { text: 'x'.repeat(300_000) }],
  ])('%s is invalid_input', async (_, seq, used, state) => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    const before = await sessionRow(db, session);
    expect(await db.refusal(beat(db, session, seq, used, state))).toMatchObject({
      code: 'PT400',
      message: 'invalid_input',
    });
    expect(await sessionRow(db, session)).toEqual(before);
  });

  test('a time that overflows', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    const before = await sessionRow(db, session);
    expect((await db.refusal(beat(db, session, 1, '9223372036854775808'))).code).toBe('22003');
    expect(await sessionRow(db, session)).toEqual(before);
  });

  test('an unknown session is not_found', async () => {
    expect(await db.refusal(beat(db, randomUUID(), 1, 1))).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });

  test('a session that has not started is illegal_transition', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    expect(await db.refusal(beat(db, session_id, 1, 1))).toMatchObject({
      code: 'PT409',
      message: 'illegal_transition',
    });
    expect(await sessionRow(db, session_id)).toMatchObject({ used_seconds: 0, heartbeat_seq: 0 });
  });
});

describe('the grant', () => {
  test('is not extended while a whole slice is left', async () => {
    const { user, card } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(5);
    expect(await beat(db, session, 1, 0)).toMatchObject({ granted_until_seconds: 300 });
    expect(await cardState(db, card)).toMatchObject({ held: 300 });
  });

  test('is extended by one slice as soon as less than a slice is left', async () => {
    const { user, card } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(5);
    expect(await beat(db, session, 1, 1)).toMatchObject({ granted_until_seconds: 600 });
    expect(await cardState(db, card)).toMatchObject({ held: 600, remaining: 3000 });
  });

  test('is not extended when exactly a slice is left, nor by a repeated beat', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(301);
    await beat(db, session, 1, 1);
    expect(await beat(db, session, 2, 300)).toMatchObject({ granted_until_seconds: 600 });
    expect(await beat(db, session, 3, 301)).toMatchObject({ granted_until_seconds: 900 });
    expect(await beat(db, session, 3, 301)).toMatchObject({ granted_until_seconds: 900 });
  });

  test('grows over several cards in burn order', async () => {
    const { user, card } = await customer(db, 350, { priority: 1 });
    const next = await giveCard(db, user, 500, { priority: 2 });
    const session = await talk(db, user);
    await db.advance(20);
    await beat(db, session, 1, 15);
    expect(await cardState(db, card)).toMatchObject({ held: 350 });
    expect(await cardState(db, next)).toMatchObject({ held: 250, remaining: 250 });
  });

  test('does not grow on a card that has expired meanwhile', async () => {
    const { user, card } = await customer(db, 600);
    const session = await talk(db, user);
    await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
    await db.advance(20);
    expect(await beat(db, session, 1, 15)).toMatchObject({
      granted_until_seconds: 300,
      remaining_seconds: 285,
      final: true,
      action: 'continue',
    });
  });

  test('is final when nothing is left to hold, and not before', async () => {
    const { user } = await customer(db, 700);
    const session = await talk(db, user);
    await db.advance(400);
    expect(await beat(db, session, 1, 10)).toMatchObject({
      granted_until_seconds: 600,
      final: false,
    });
    expect(await beat(db, session, 2, 350)).toMatchObject({
      granted_until_seconds: 700,
      final: true,
      action: 'continue',
    });
  });

  test('a top-up during the call clears final with the next beat', async () => {
    const { user } = await customer(db, 300);
    const session = await talk(db, user);
    await db.advance(30);
    expect(await beat(db, session, 1, 15)).toMatchObject({ final: true, remaining_seconds: 285 });
    await giveCard(db, user, 3600);
    expect(await beat(db, session, 2, 30)).toMatchObject({
      final: false,
      low_balance: false,
      granted_until_seconds: 600,
      remaining_seconds: 3870,
    });
  });

  test('ends the call when it is used up, and not a second earlier', async () => {
    const { user } = await customer(db, 100);
    const session = await talk(db, user);
    await db.advance(120);
    expect(await beat(db, session, 1, 99)).toMatchObject({ action: 'continue' });
    expect(await beat(db, session, 2, 100)).toMatchObject({
      action: 'end',
      final: true,
      remaining_seconds: 0,
    });
  });

  test('a top-up in the last second goes on', async () => {
    const { user } = await customer(db, 100);
    const session = await talk(db, user);
    await db.advance(120);
    await beat(db, session, 1, 100);
    await giveCard(db, user, 600);
    expect(await beat(db, session, 2, 101)).toMatchObject({ action: 'continue', final: false });
  });

  test('the longest session is final although there is more time', async () => {
    await setSettings(db, { max_session_seconds: 400 });
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(420);
    expect(await beat(db, session, 1, 200)).toMatchObject({
      granted_until_seconds: 400,
      final: true,
      action: 'continue',
    });
    expect(await beat(db, session, 2, 400)).toMatchObject({ action: 'end' });
  });

  test.each([
    ['a very low rate', { rate_permille: 1 }],
    ['a minimum charge above it', { minimum_charge_seconds: 600 }],
  ])('lasts no longer than the longest session at %s', async (_, columns) => {
    await setSettings(db, { max_session_seconds: 400 });
    const { user } = await customer(db, 3600);
    const session = await talk(db, user, await offerAgent(db, columns));
    await db.advance(410);
    expect(await beat(db, session, 1, 400)).toMatchObject({
      granted_until_seconds: 400,
      action: 'end',
    });
  });

  test('at a rate of 1500 permille lasts two thirds of the card seconds', async () => {
    const { user } = await customer(db, 450);
    const session = await talk(db, user, await offerAgent(db, { rate_permille: 1500 }));
    await db.advance(300);
    expect(await beat(db, session, 1, 101)).toMatchObject({
      // 450 held; 101 s cost 152 (rounded up), so 298 card seconds or 198 s of talk are left.
      granted_until_seconds: 300,
      remaining_seconds: 198,
      final: true,
    });
    expect(await beat(db, session, 2, 300)).toMatchObject({ action: 'end', remaining_seconds: 0 });
  });

  test('is low at the threshold and not one second above it', async () => {
    await setSettings(db, { low_balance_seconds: 500 });
    const { user } = await customer(db, 600);
    const session = await talk(db, user);
    await db.advance(200);
    expect(await beat(db, session, 1, 99)).toMatchObject({ low_balance: false });
    expect(await beat(db, session, 2, 100)).toMatchObject({ low_balance: true });
  });

  test('two sessions of one user never hold more than there is', async () => {
    await setSettings(db, { max_sessions_per_user: 5, hold_slice_seconds: 60 });
    const { user, card } = await customer(db, 700);
    const sessions = await Promise.all(times(5, () => talk(db, user)));
    await db.advance(100);
    await Promise.all(
      sessions.flatMap((session) => times(4, (index) => beat(db, session, index + 1, index * 30))),
    );
    // One beat extends by one slice at most, and of those in parallel some are overtaken: ask once more.
    await Promise.all(sessions.map((session) => beat(db, session, 9, 90)));
    expect(await cardState(db, card)).toMatchObject({ status: 'active', held: 700 });
  });
});

describe('the end', () => {
  test('a beat for a session that is over says end and is no error', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.advance(30);
    await end(db, session, 20);
    const before = await sessionRow(db, session);
    expect(await beat(db, session, 9, 25)).toMatchObject({
      action: 'end',
      remaining_seconds: 3580,
    });
    expect(await sessionRow(db, session)).toEqual(before);
  });

  test('a session that the user asked to end is told so and is not extended', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.call({ user }, 'end_my_session', { session_id: session });
    await db.advance(30);
    expect(await beat(db, session, 1, 20)).toMatchObject({
      action: 'end',
      granted_until_seconds: 300,
    });
  });

  test('somebody who is deactivated is told to end with the next beat', async () => {
    const { user } = await customer(db, 3600);
    const session = await talk(db, user);
    await db.owner`update profiles set is_active = false where id = ${user}`;
    await db.advance(30);
    expect(await beat(db, session, 1, 20)).toMatchObject({
      action: 'end',
      granted_until_seconds: 300,
    });
  });
});

test('a beat that extends nothing touches one row, and no lock on any other', async () => {
  const { user } = await customer(db, 3600);
  const session = await talk(db, user);
  await db.advance(60);
  await beat(db, session, 1, 1);
  const before = await rowVersions();
  await beat(db, session, 2, 20, { turns: 3 });
  const changed = [...(await rowVersions())].filter(([key, value]) => before.get(key) !== value);
  expect(changed.map(([key]) => key.split(' ')[0])).toEqual(['voice_sessions']);
});
