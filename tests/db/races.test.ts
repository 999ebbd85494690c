import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  authorize,
  beat,
  checkout,
  customer,
  deliver,
  end,
  intent,
  purchase,
  randomFrom,
  roomEvent,
  secondsInto,
  setSettings,
  settleUp,
  shuffled,
  someoneLeft,
  stripeEvent,
  sweep,
  talk,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(async () => {
  await settleUp(db);
  await db.close();
});

/** Runs all at once; answers what came, and the codes of what was refused by the rules. Anything else fails. */
async function atOnce(calls: Promise<Row | unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(calls);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const { code, message } = result.reason as { code: string; message: string };
    // A deadlock, a broken constraint or a serialisation failure is never an answer.
    expect(`${code} ${message}`).toMatch(/^PT4\d\d \w+$/);
    return [message];
  });
}

test('beat, end, sweep and evidence on the same sessions settle each once', async () => {
  const random = randomFrom(3);
  for (const round of times(8, (index) => index)) {
    const people = await Promise.all(times(6, () => customer(db, 400 + round)));
    const calls = await Promise.all(
      people.map(async ({ user }) => ({ user, session: await talk(db, user) })),
    );
    await db.advance(60);
    await Promise.all(calls.map(({ session }) => beat(db, session, 1, 50)));
    const left = await Promise.all(
      calls.map(async ({ user, session }) =>
        someoneLeft(session, await secondsInto(db, session, 55), { user }, 'CLIENT_INITIATED'),
      ),
    );
    await db.advance(91);
    await atOnce(
      shuffled(
        [
          ...calls.map(
            ({ session }) =>
              () =>
                beat(db, session, 2, 120),
          ),
          ...calls.map(
            ({ session }) =>
              () =>
                end(db, session, 130),
          ),
          ...calls.map(
            ({ session }) =>
              () =>
                end(db, session, 90),
          ),
          ...calls.map(
            ({ user, session }) =>
              () =>
                db.call({ user }, 'end_my_session', { session_id: session }),
          ),
          ...left.map((event) => () => roomEvent(db, event)),
          ...times(4, () => () => sweep(db)),
        ],
        random,
      ).map((call) => call()),
    );
    expect(await violations(db)).toEqual([]);
    const settled = await db.owner`
      select count(*) filter (where status in ('completed', 'error')) as over, count(*) as all
      from voice_sessions where id in ${db.owner(calls.map(({ session }) => session))}`;
    expect({ round, ...settled[0] }).toEqual({ round, over: 6, all: 6 });
  }
});

test('everything on one user at once leaves every second accounted for', async () => {
  await setSettings(db, {
    max_sessions_per_user: 6,
    hold_slice_seconds: 30,
    join_timeout_seconds: 20,
  });
  const { user } = await customer(db, 1500);
  const random = randomFrom(11);
  const open: string[] = [];
  for (const round of times(10, (index) => index + 1)) {
    const bought = await purchase(db, user, { idempotency_key: `k${round}` });
    const started = await db.owner`
      select id, heartbeat_seq from voice_sessions where status in ('pending', 'active')`;
    open.splice(0, open.length, ...started.map((row) => String(row.id)));
    await db.advance(25);
    await atOnce(
      shuffled(
        [
          ...times(4, () => async () => {
            const { session_id } = await authorize(db, user);
            await db.call('service', 'start_session', { session_id, worker_id: 'w' });
          }),
          ...open.flatMap((session) => [
            () => beat(db, session, round, round * 20),
            () =>
              db.rpc('service', 'heartbeat_sessions', {
                beats: [{ session_id: session, seq: round + 1, used_seconds: round * 21 }],
              }),
          ]),
          ...open.slice(0, 2).map((session) => () => end(db, session, round * 22)),
          ...open
            .slice(1, 3)
            .map((session) => () => db.call({ user }, 'end_my_session', { session_id: session })),
          ...times(3, () => () => sweep(db)),
          ...times(3, () => () => deliver(db, stripeEvent(intent(bought, 'succeeded')))),
          () => deliver(db, stripeEvent(intent(bought, 'canceled'))),
          () => deliver(db, stripeEvent(checkout(bought, 'expired', 'unpaid'))),
          () => purchase(db, user, { idempotency_key: `k${round}` }),
          () => db.call({ user }, 'get_balance'),
        ],
        random,
      ).map((call) => call()),
    );
    expect({ round, violations: await violations(db) }).toEqual({ round, violations: [] });
  }
  const [paid] = await db.owner`
    select count(*) filter (where p.status = 'succeeded') as payments, count(*) filter (where c.status = 'active') as cards
    from payments p join time_cards c on c.id = p.time_card_id where p.user_id = ${user}`;
  expect(paid).toMatchObject({ payments: 10 });
});

test('a card that expires while sessions hold it, beat, end and are swept loses no second', async () => {
  await setSettings(db, { max_sessions_per_user: 5, hold_slice_seconds: 40 });
  for (const round of times(6, (index) => index)) {
    const { user, card } = await customer(db, 400);
    const sessions = await Promise.all(times(5, () => talk(db, user)));
    await db.owner`update time_cards set expires_at = private.now() + interval '30 seconds' where id = ${card}`;
    await db.advance(31);
    await atOnce([
      ...sessions.map((session) => beat(db, session, 1, 30)),
      ...sessions.slice(0, 3).map((session) => end(db, session, 31)),
      ...times(3, () => sweep(db)),
    ]);
    await atOnce(sessions.map((session) => end(db, session, 31)));
    await sweep(db);
    const [row] = await db.owner`
      select status, remaining_seconds + held_seconds as left_over from time_cards where id = ${card}`;
    expect({ round, ...row }).toEqual({ round, status: 'expired', left_over: 0 });
  }
});

test('people are deactivated while batches of their beats arrive, without a deadlock', async () => {
  await setSettings(db, { max_sessions_per_user: 12, hold_slice_seconds: 10 });
  for (const round of times(10, (index) => index)) {
    const { user } = await customer(db, 100_000);
    const sessions = await Promise.all(times(12, () => talk(db, user)));
    await db.advance(20);
    await atOnce([
      ...times(6, (seq) =>
        db.rpc('service', 'heartbeat_sessions', {
          beats: sessions.map((session_id) => ({ session_id, seq: seq + 1, used_seconds: 15 })),
        }),
      ),
      db.owner`update profiles set is_active = false where id = ${user}`,
    ]);
    const [row] = await db.owner`
      select count(*) filter (where end_requested_at is not null) as asked from voice_sessions where user_id = ${user}`;
    expect({ round, ...row }).toEqual({ round, asked: 12 });
    await Promise.all(sessions.map((session) => end(db, session, 15)));
  }
});

test('an authorisation and a deactivation at once never leave an inactive user with an unasked session', async () => {
  for (const round of times(15, (index) => index)) {
    const { user } = await customer(db);
    await atOnce([
      authorize(db, user),
      db.owner`update profiles set is_active = false where id = ${user}`,
    ]);
    const unasked = await db.owner`
      select id from voice_sessions
      where user_id = ${user} and status in ('pending', 'active') and end_requested_at is null`;
    expect({ round, unasked: unasked.length }).toEqual({ round, unasked: 0 });
  }
});

test('a top-up that arrives while beats extend is used and never overdrawn', async () => {
  await setSettings(db, { max_sessions_per_user: 8, hold_slice_seconds: 60 });
  for (const round of times(12, (index) => index)) {
    const { user } = await customer(db, 480);
    const sessions = await Promise.all(times(8, () => talk(db, user)));
    const bought = await Promise.all(times(3, () => purchase(db, user)));
    await db.owner`
      update time_cards set price_cents = 0 where owner_id = ${user}`;
    await db.advance(30);
    await atOnce([
      ...sessions.map((session) => beat(db, session, 1, 20)),
      ...bought.map((one) => deliver(db, stripeEvent(intent(one, 'succeeded')))),
      ...sessions.map((session) => beat(db, session, 2, 25)),
    ]);
    expect({ round, violations: await violations(db) }).toEqual({ round, violations: [] });
    await Promise.all(sessions.map((session) => end(db, session, 25)));
  }
});
