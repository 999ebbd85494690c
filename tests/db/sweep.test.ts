import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { giveCard, openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import {
  offerAgent,
  authorize,
  beat,
  cardState,
  customer,
  end,
  sessionRow,
  settleUp,
  sweep,
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

const nothing = {
  released_sessions: 0,
  settled_sessions: 0,
  expired_cards: 0,
  canceled_payments: 0,
  failed_sessions: 0,
};

test('a sweep with nothing to do does nothing', async () => {
  expect(await sweep(db)).toMatchObject(nothing);
});

describe('an authorisation that nobody joined', () => {
  test('is kept until the join time-out', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    await db.advance(110);
    expect(await sweep(db)).toMatchObject(nothing);
    expect(await sessionRow(db, session_id)).toMatchObject({ status: 'pending' });
  });

  test('is released after it without a charge', async () => {
    const { user, card } = await customer(db);
    const { session_id } = await authorize(db, user);
    await db.advance(121);
    expect(await sweep(db)).toMatchObject({ ...nothing, released_sessions: 1 });
    expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
    expect(await sessionRow(db, session_id)).toMatchObject({
      status: 'completed',
      end_reason: 'nobody_joined',
      settled_by: 'sweep',
      end_proof: 'none',
    });
  });

  test('cannot be started or billed any more', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    await db.advance(121);
    await sweep(db);
    const start = db.call('service', 'start_session', { session_id, worker_id: 'late' });
    expect(await db.refusal(start)).toMatchObject({ message: 'illegal_transition' });
    expect(await end(db, session_id, 100)).toMatchObject({ billed_seconds: 0 });
  });
});

describe('a session that fell silent', () => {
  test('is left alone until the supervision time is over', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 50);
    await db.advance(80);
    expect(await sweep(db)).toMatchObject(nothing);
  });

  test('is settled on its last beat, as an error, with the proof recorded', async () => {
    const { user, card } = await customer(db);
    const session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 50);
    await db.advance(91);
    expect(await sweep(db)).toMatchObject({ ...nothing, settled_sessions: 1 });
    expect(await sessionRow(db, session)).toMatchObject({
      status: 'error',
      billed_seconds: 50,
      end_reason: 'heartbeat_lost',
      settled_by: 'sweep',
      end_proof: 'heartbeat',
    });
    expect(await cardState(db, card)).toEqual({ status: 'active', used: 50, remaining: 3550 });
  });

  test('without a single beat is not billed', async () => {
    const { user, card } = await customer(db);
    const session = await talk(db, user, await offerAgent(db, { minimum_charge_seconds: 60 }));
    await db.advance(91);
    await sweep(db);
    expect(await sessionRow(db, session)).toMatchObject({ billed_seconds: 0, end_proof: 'none' });
    expect(await cardState(db, card)).toEqual({ status: 'active', remaining: 3600 });
  });

  test('is settled once by two sweeps at once', async () => {
    const people = await Promise.all(times(10, () => customer(db)));
    const sessions = await Promise.all(people.map(({ user }) => talk(db, user)));
    await db.advance(91);
    const done = await Promise.all(times(4, () => sweep(db)));
    const settled = done.reduce((sum, row) => sum + Number(row.settled_sessions), 0);
    expect(settled).toBe(sessions.length);
  });
});

describe('a late end of a session that the sweep settled', () => {
  async function swept(seconds = 3600) {
    const { user, card } = await customer(db, seconds);
    const session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 50);
    await db.advance(100);
    await sweep(db);
    return { user, card, session };
  }

  test('bills what it shows beyond the last beat', async () => {
    const { card, session } = await swept();
    expect(await end(db, session, 120)).toMatchObject({ billed_seconds: 120, status: 'error' });
    expect(await sessionRow(db, session)).toMatchObject({
      used_seconds: 120,
      end_proof: 'agent_end',
      uncollected_seconds: 0,
    });
    expect(await cardState(db, card)).toEqual({ status: 'active', used: 120, remaining: 3480 });
  });

  test('is written as a correction, not over the settlement', async () => {
    const { session } = await swept();
    await end(db, session, 120);
    const entries = await db.owner`
      select kind, seconds from ledger_entries
      where session_id = ${session} and to_bucket = 'used' order by id`;
    expect(entries.map((entry) => ({ ...entry }))).toEqual([
      { kind: 'use', seconds: 50 },
      { kind: 'correct', seconds: 70 },
    ]);
  });

  test('counts once', async () => {
    const { session } = await swept();
    await end(db, session, 120);
    expect(await end(db, session, 150)).toMatchObject({ billed_seconds: 120 });
  });

  test('counts once also when it showed nothing new', async () => {
    const { session } = await swept();
    expect(await end(db, session, 50)).toMatchObject({ billed_seconds: 50 });
    expect(await sessionRow(db, session)).toMatchObject({ end_proof: 'agent_end' });
    expect(await end(db, session, 150)).toMatchObject({ billed_seconds: 50 });
  });

  test('counts once under 20 at once', async () => {
    const { session, card } = await swept();
    await Promise.all(times(20, () => end(db, session, 120)));
    expect(await cardState(db, card)).toMatchObject({ used: 120 });
  });

  test('never takes back what a beat has proven', async () => {
    const { session, card } = await swept();
    expect(await end(db, session, 10)).toMatchObject({ billed_seconds: 50 });
    expect(await cardState(db, card)).toMatchObject({ used: 50 });
  });

  test('bills no more than was granted', async () => {
    const { session } = await swept(100);
    expect(await end(db, session, 150)).toMatchObject({ billed_seconds: 100 });
    expect(await sessionRow(db, session)).toMatchObject({ uncollected_seconds: 0 });
  });

  test('takes the time from where it expired', async () => {
    const { card, session } = await swept();
    await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
    await sweep(db);
    await end(db, session, 120);
    expect(await cardState(db, card)).toEqual({ status: 'expired', used: 120, expired: 3480 });
  });

  test('records what was spent meanwhile as uncollected', async () => {
    const { user, card, session } = await swept(300);
    const other = await talk(db, user);
    await db.advance(300);
    await end(db, other, 250);
    expect(await end(db, session, 120)).toMatchObject({ billed_seconds: 50 });
    expect(await sessionRow(db, session)).toMatchObject({
      used_seconds: 120,
      uncollected_seconds: 70,
    });
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 300 });
  });

  test('takes what is left and records the rest as uncollected', async () => {
    const { user, card, session } = await swept(300);
    const other = await talk(db, user);
    await db.advance(300);
    await end(db, other, 220);
    expect(await end(db, session, 120)).toMatchObject({ billed_seconds: 80 });
    expect(await sessionRow(db, session)).toMatchObject({ uncollected_seconds: 40 });
    expect(await cardState(db, card)).toEqual({ status: 'used', used: 300 });
  });
});

describe('cards whose time is over', () => {
  test('expire with what is left on them', async () => {
    const { card } = await customer(db, 500);
    await db.owner`update time_cards set expires_at = private.now() + interval '1 minute' where id = ${card}`;
    expect(await sweep(db)).toMatchObject(nothing);
    await db.advance(60);
    expect(await sweep(db)).toMatchObject({ ...nothing, expired_cards: 1 });
    expect(await cardState(db, card)).toEqual({ status: 'expired', expired: 500 });
  });

  test('expire once under four sweeps at once', async () => {
    const people = await Promise.all(times(10, () => customer(db, 500)));
    await db.owner`
      update time_cards set expires_at = private.now() where id in ${db.owner(people.map(({ card }) => card))}`;
    const done = await Promise.all(times(4, () => sweep(db)));
    expect(done.reduce((sum, row) => sum + Number(row.expired_cards), 0)).toBe(10);
  });

  test('that a silent session holds give it what it used and expire the rest, in one sweep', async () => {
    const { user, card } = await customer(db, 300);
    const session = await talk(db, user);
    await db.advance(60);
    await beat(db, session, 1, 50);
    await db.owner`update time_cards set expires_at = private.now() where id = ${card}`;
    await db.advance(91);
    await sweep(db);
    expect(await cardState(db, card)).toEqual({ status: 'expired', used: 50, expired: 250 });
  });
});

test('a purchase that never reached Stripe is given up after a day, and its card with it', async () => {
  const { user } = await customer(db);
  const { time_card_id, payment_id } = await db.call('service', 'create_purchase', {
    user_id: user,
    package_id: 'starter_1h',
    flow: 'checkout',
  });
  await db.advance(86_000);
  expect(await sweep(db)).toMatchObject(nothing);
  await db.advance(500);
  expect(await sweep(db)).toMatchObject({ ...nothing, canceled_payments: 1 });
  expect(await cardState(db, String(time_card_id))).toEqual({ status: 'revoked', revoked: 3600 });
  const [payment] = await db.owner`select status from payments where id = ${String(payment_id)}`;
  expect(payment).toEqual({ status: 'canceled' });
});

test('a purchase that Stripe knows is not given up by the sweep', async () => {
  const { user } = await customer(db);
  const { payment_id } = await db.call('service', 'create_purchase', {
    user_id: user,
    package_id: 'starter_1h',
    flow: 'checkout',
  });
  await db.call('service', 'attach_stripe_objects', {
    payment_id,
    stripe_checkout_session_id: 'cs_waiting',
    stripe_payment_intent_id: null,
  });
  await db.advance(200_000);
  expect(await sweep(db)).toMatchObject(nothing);
});

test('one session that cannot be settled does not keep the others from it', async () => {
  const [bad, good] = [await customer(db), await customer(db)];
  const sessions = [await talk(db, bad.user), await talk(db, good.user)];
  const [badSession, goodSession] = sessions as [string, string];
  await db.owner.unsafe(`
    create function private.break_one() returns trigger language plpgsql as
      $$ begin raise exception 'cannot be settled'; end $$;
    create trigger break_one before update of billed_seconds on public.voice_sessions
      for each row when (old.id = '${badSession}') execute function private.break_one()`);
  await db.advance(91);
  try {
    await sweep(db).catch(() => {});
    expect(await sessionRow(db, goodSession)).toMatchObject({ status: 'error' });
  } finally {
    await db.owner.unsafe(`
      drop trigger break_one on public.voice_sessions;
      drop function private.break_one()`);
  }
});

test('time given while a session is silent is not touched by the sweep', async () => {
  const { user } = await customer(db, 300);
  await talk(db, user);
  const later = await giveCard(db, user, 600);
  await db.advance(91);
  await sweep(db);
  expect(await cardState(db, later)).toEqual({ status: 'active', remaining: 600 });
});

test('an agent that beats on long after its grant is settled, for no more than the grant', async () => {
  const { user, card } = await customer(db, 100);
  const session = await talk(db, user);
  await db.advance(185);
  await beat(db, session, 1, 185);
  expect(await sweep(db)).toMatchObject({ settled_sessions: 0 });
  await db.advance(10);
  await beat(db, session, 2, 195);
  expect(await sweep(db)).toMatchObject({ settled_sessions: 1 });
  expect(await sessionRow(db, session)).toMatchObject({ status: 'error', billed_seconds: 100 });
  expect(await cardState(db, card)).toEqual({ status: 'used', used: 100 });
});
