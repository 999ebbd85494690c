import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import { authorize, beat, customer, end, offerAgent, settleUp, talk } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const DAY_SECONDS = 86_400;

/** The business day, so many days from today's, as `YYYY-MM-DD`. */
async function today(offset = 0): Promise<string> {
  const [row] = await db.owner`
    select ((private.now() at time zone 'UTC')::date + ${offset}::int)::text as day`;
  return String(row?.day);
}

async function usage(user: string, from: string, to: string) {
  const rows = await db.as({ user }, (sql) =>
    sql.unsafe(
      `select day::text, talk_seconds, card_seconds, sessions from public.get_usage($1, $2)`,
      [from, to],
    ),
  );
  return rows.map((row) => ({ ...row }));
}

/** A session of so many seconds, from its opening to its settlement. */
async function hold(user: string, seconds: number, agentType = 'basic'): Promise<void> {
  const session = await talk(db, user, agentType);
  await db.advance(seconds);
  await end(db, session, seconds);
}

describe('get_usage', () => {
  test('adds up what was talked and what it cost, day by day, and shows empty days too', async () => {
    const { user } = await customer(db);
    const double = await offerAgent(db, { rate_permille: 2000 });
    const first = await today();
    await hold(user, 10);
    await hold(user, 5, double);
    await db.advance(2 * DAY_SECONDS);
    await hold(user, 7);
    const last = await today();

    expect(await usage(user, first, last)).toEqual([
      { day: first, talk_seconds: 15, card_seconds: 20, sessions: 2 },
      { day: await today(-1), talk_seconds: 0, card_seconds: 0, sessions: 0 },
      { day: last, talk_seconds: 7, card_seconds: 7, sessions: 1 },
    ]);
  });

  test('counts a call that goes on with what it has proven, and one that nobody joined not at all', async () => {
    const { user } = await customer(db);
    await authorize(db, user);
    await settleUp(db);
    const session = await talk(db, user);
    await db.advance(12);
    await beat(db, session, 1, 12);
    const day = await today();
    const [row] = await usage(user, day, day);
    expect(row).toEqual({ day, talk_seconds: 12, card_seconds: 0, sessions: 1 });
  });

  test("shows nobody else's, not even to an admin", async () => {
    const { user } = await customer(db);
    const admin = await customer(db);
    await db.owner`insert into admins (user_id, role) values (${admin.user}, 'admin')`;
    await hold(user, 10);
    const day = await today();
    const [row] = await usage(admin.user, day, day);
    expect(row).toMatchObject({ talk_seconds: 0, sessions: 0 });
  });

  test('answers 400 days and refuses 401, none, and days in the wrong order', async () => {
    const { user } = await customer(db);
    expect(await usage(user, '2026-01-01', '2027-02-04')).toHaveLength(400);
    for (const [from_day, to_day] of [
      ['2026-01-01', '2027-02-05'],
      ['2026-01-02', '2026-01-01'],
      [null, '2026-01-01'],
    ]) {
      const error = await db.refusal(db.rpc({ user }, 'get_usage', { from_day, to_day }));
      expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    }
  });
});

describe('rejoin_session', () => {
  const rejoin = (user_id: string, session_id: string) =>
    db.call('service', 'rejoin_session', { user_id, session_id });

  test('answers an open session as its authorisation did, and holds nothing more', async () => {
    const { user } = await customer(db);
    const opened = await authorize(db, user);
    expect(await rejoin(user, opened.session_id)).toEqual(opened);
    await db.call('service', 'start_session', {
      session_id: opened.session_id,
      worker_id: 'worker-1',
    });
    await db.advance(20);
    await beat(db, opened.session_id, 1, 20);
    expect(await rejoin(user, opened.session_id)).toEqual({
      ...opened,
      // The beat has held a second slice.
      granted_seconds: 2 * opened.granted_seconds,
      remaining_seconds: opened.remaining_seconds - 20,
    });
  });

  test('knows no session of somebody else, and none that does not exist', async () => {
    const { user } = await customer(db);
    const stranger = await customer(db);
    const session = await talk(db, user);
    for (const [who, which] of [
      [stranger.user, session],
      [user, '00000000-0000-4000-8000-000000000000'],
    ] as const) {
      expect(await db.refusal(rejoin(who, which))).toMatchObject({
        code: 'PT404',
        message: 'not_found',
      });
    }
  });

  test('refuses one that is over, and one that was asked to end', async () => {
    const { user } = await customer(db);
    const over = await talk(db, user);
    await end(db, over, 0);
    const ending = await talk(db, user);
    await db.call({ user }, 'end_my_session', { session_id: ending });
    for (const session of [over, ending]) {
      expect(await db.refusal(rejoin(user, session))).toMatchObject({
        code: 'PT409',
        message: 'illegal_transition',
      });
    }
  });

  test('refuses somebody who was deactivated', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.owner`update profiles set is_active = false where id = ${user}`;
    expect(await db.refusal(rejoin(user, session))).toMatchObject({ message: 'account_inactive' });
  });
});
