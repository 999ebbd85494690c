import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import {
  atOnce,
  authorize,
  beat,
  book,
  cardState,
  charge,
  checkout,
  customer,
  deliver,
  dispute,
  end,
  gift,
  intent,
  paidPurchase,
  paymentRow,
  purchase,
  randomFrom,
  redeem,
  roomEvent,
  secondsInto,
  setSettings,
  settleUp,
  shuffled,
  someoneLeft,
  stripeEvent,
  sweep,
  talk,
  tell,
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

test('twenty authorisations at once over several cards hold no second twice', async () => {
  await setSettings(db, { max_sessions_per_user: 20, hold_slice_seconds: 75 });
  const { user } = await customer(db, 100);
  for (const _ of times(4, (index) => index)) await paidPurchase(db, user);
  await db.owner`update time_cards set priority = 200 where owner_id = ${user} and source = 'purchase'`;
  await atOnce(times(20, () => authorize(db, user)));
  const [row] = await db.owner`
    select sum(held_seconds) as held, sum(total_seconds) as total from time_cards where owner_id = ${user}`;
  expect(row).toEqual({ held: 20 * 75, total: 4 * 3600 + 100 });
});

test('a storm of webhooks of one payment (same events, other ids, refunds, disputes) ends in one state', async () => {
  const random = randomFrom(23);
  for (const round of times(6, (index) => index)) {
    const bought = await purchase(db, await signUp(db), { flow: 'checkout' });
    const told = [
      checkout(bought, 'complete', 'paid'),
      checkout(bought, 'expired', 'unpaid'),
      intent(bought, 'requires_payment_method'),
      intent(bought, 'canceled'),
      intent(bought, 'succeeded'),
      charge(bought, 0),
      charge(bought, 333),
      charge(bought, 500),
      dispute(bought, 'warning_needs_response', { amount: 499 }),
      dispute(bought, 'needs_response', { amount: 499 }),
      dispute(bought, round % 2 ? 'won' : 'lost', { amount: 499 }),
    ];
    const events = told.map((object) => stripeEvent(object));
    await atOnce(
      shuffled(
        [...events, ...events, ...events, ...told.map((object) => stripeEvent(object))],
        random,
      ).map((event) => deliver(db, event)),
    );
    // Whichever of them was last, every one is processed, and nothing is left to be tried again.
    const [waiting] = await db.owner`
      select count(*) from stripe_events where processed_at is null or outcome = 'error'`;
    expect(Number(waiting?.count)).toBe(0);
    const { status, refunded_cents } = await paymentRow(db, bought.payment_id);
    expect({ round, status, refunded_cents }).toEqual({
      round,
      status: round % 2 ? 'partially_refunded' : 'disputed',
      refunded_cents: 500,
    });
    const { status: _, ...buckets } = await cardState(db, bought.time_card_id);
    expect(buckets).toEqual(round % 2 ? { remaining: 1799, revoked: 1801 } : { revoked: 3600 });
    const entries = await book(db, bought.payment_id);
    expect(entries.filter(([kind]) => kind === 'paid')).toEqual([['paid', 999]]);
    expect(entries.reduce((sum, [, cents]) => sum + cents, 0)).toBe(round % 2 ? 499 : 0);
  }
});

test('settle, beat, sweep, refund, dispute and redeem at once neither deadlock nor overdraw', async () => {
  await setSettings(db, { max_sessions_per_user: 4, hold_slice_seconds: 120 });
  const random = randomFrom(31);
  for (const round of times(8, (index) => index)) {
    const users = await Promise.all(times(4, () => signUp(db)));
    const people = await Promise.all(
      users.map(async (user) => ({
        user,
        bought: [await paidPurchase(db, user), await paidPurchase(db, user)] as const,
        present: await gift(db, user),
      })),
    );
    const calls = await Promise.all(
      people.flatMap(({ user }) => times(3, async () => ({ user, session: await talk(db, user) }))),
    );
    await db.advance(60);
    await atOnce(calls.map(({ session }) => beat(db, session, 1, 50)));
    await db.advance(91);
    await atOnce(
      shuffled(
        [
          ...calls.flatMap(({ user, session }, index) => [
            () => beat(db, session, 2, 140),
            () => (index % 3 === 0 ? end(db, session, 145) : sweep(db)),
            () => db.call({ user }, 'end_my_session', { session_id: session }),
          ]),
          () =>
            db.rpc('service', 'heartbeat_sessions', {
              beats: calls.map(({ session }) => ({
                session_id: session,
                seq: 3,
                used_seconds: 150,
              })),
            }),
          ...people.flatMap(({ user, bought: [one, other], present }, index) => [
            () => tell(db, charge(one, 500)),
            () => tell(db, charge(one, 999)),
            () => tell(db, dispute(other, 'needs_response')),
            () => tell(db, dispute(other, index % 2 ? 'won' : 'lost')),
            () => tell(db, charge(present, 100)),
            () => redeem(db, users[(index + 1) % 4] as string, present.code),
            () => redeem(db, users[(index + 2) % 4] as string, present.code),
            () => db.call({ user }, 'reissue_gift_code', { time_card_id: present.time_card_id }),
            () => authorize(db, user),
            () => db.call({ user }, 'get_balance'),
          ]),
        ],
        random,
      ).map((call) => call()),
    );
    expect({ round, violations: await violations(db) }).toEqual({ round, violations: [] });
    for (const { bought } of people) {
      expect(await cardState(db, bought[0].time_card_id)).toMatchObject({ status: 'revoked' });
    }
    await db.advance(200);
    await sweep(db);
    const [held] = await db.owner`select sum(held_seconds) as held from time_cards`;
    expect({ round, ...held }).toEqual({ round, held: 0 });
  }
});
