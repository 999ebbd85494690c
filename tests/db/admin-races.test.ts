import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
  violations,
} from '../support/database.ts';
import { hire, refusedOf, type Staff, staff } from './admin-scenario.ts';
import {
  authorize,
  beat,
  cardState,
  customer,
  deliver,
  end,
  intent,
  purchase,
  randomFrom,
  setSettings,
  settleUp,
  shuffled,
  stripeEvent,
  sweep,
  talk,
  times,
} from './scenario.ts';

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

function act(name: string, args: Record<string, unknown>): Promise<Row[]> {
  return db.rpc({ user: people.admin }, name, { ...args, reason: 'a race' });
}

const revoke = (card: string) => act('admin_revoke_card', { time_card_id: card });
const extend = (card: string, until: string | null = null) =>
  act('admin_extend_card', { time_card_id: card, expires_at: until });

/** Runs all in an order that is the same in every run, all at once, and checks the books. */
async function race(seed: number, calls: (() => Promise<unknown>)[]): Promise<string[]> {
  const refused = await refusedOf(shuffled(calls, randomFrom(seed)).map((call) => call()));
  expect({ seed, violations: await violations(db) }).toEqual({ seed, violations: [] });
  return refused;
}

test('a card is revoked while its sessions beat, end and are swept: what was talked is billed, the rest revoked', async () => {
  await setSettings(db, { max_sessions_per_user: 4, hold_slice_seconds: 40 });
  for (const seed of times(10, (index) => index)) {
    const { user, card } = await customer(db, 1000);
    const sessions = await Promise.all(times(4, () => talk(db, user)));
    await db.advance(30);
    const refused = await race(seed, [
      ...sessions.flatMap((session) => [
        () => beat(db, session, 1, 20),
        () => beat(db, session, 2, 25),
      ]),
      ...sessions.slice(0, 2).map((session) => () => end(db, session, 28)),
      () => revoke(card),
      () => revoke(card),
      () => sweep(db),
    ]);
    expect(refused).toEqual(['illegal_transition']);
    for (const session of sessions.slice(2)) {
      expect(await beat(db, session, 3, 28)).toMatchObject({ action: 'end' });
      await end(db, session, 28);
    }
    expect({ seed, ...(await cardState(db, card)) }).toEqual({
      seed,
      status: 'revoked',
      used: 112,
      revoked: 888,
    });
  }
});

test('a card is extended while the sweep expires it: its time is there in the end', async () => {
  for (const seed of times(10, (index) => index)) {
    const { card } = await customer(db, 600);
    await db.owner`update time_cards set expires_at = private.now() + interval '5 seconds' where id = ${card}`;
    await db.advance(6);
    expect(
      await race(seed, [() => sweep(db), () => extend(card), () => sweep(db), () => sweep(db)]),
    ).toEqual([]);
    expect({ seed, ...(await cardState(db, card)) }).toEqual({
      seed,
      status: 'active',
      remaining: 600,
    });
  }
});

test('an expired card that sessions hold is extended while they end: what they did not use is there', async () => {
  await setSettings(db, { max_sessions_per_user: 3, hold_slice_seconds: 100 });
  for (const seed of times(8, (index) => index)) {
    const { user, card } = await customer(db, 600);
    const sessions = await Promise.all(times(3, () => talk(db, user)));
    await db.owner`update time_cards set expires_at = private.now() + interval '5 seconds' where id = ${card}`;
    await db.advance(50);
    await race(seed, [
      () => sweep(db),
      ...sessions.map((session) => () => end(db, session, 40)),
      () => extend(card),
      () => sweep(db),
    ]);
    expect({ seed, ...(await cardState(db, card)) }).toEqual({
      seed,
      status: 'active',
      remaining: 480,
      used: 120,
    });
  }
});

test('a card is extended and revoked at once: it is revoked, with whatever it had', async () => {
  for (const seed of times(8, (index) => index)) {
    const { card } = await customer(db, 600);
    await db.owner`update time_cards set expires_at = private.now() + interval '5 seconds' where id = ${card}`;
    await db.advance(6);
    await sweep(db);
    await race(seed, [() => extend(card), () => revoke(card)]);
    const state = await cardState(db, card);
    expect(state.status).toBe('revoked');
    expect(Number(state.expired ?? 0) + Number(state.revoked ?? 0)).toBe(600);
  }
});

test('time is granted while a call beats to its end: final is cleared and nothing is overdrawn', async () => {
  await setSettings(db, { hold_slice_seconds: 60 });
  for (const seed of times(8, (index) => index)) {
    const { user } = await customer(db, 60);
    const session = await talk(db, user);
    await db.advance(55);
    await race(seed, [
      ...times(4, (seq) => () => beat(db, session, seq + 1, 50 + seq)),
      ...times(3, () => () => act('admin_grant_time', { user_id: user, seconds: 30 })),
    ]);
    expect(await beat(db, session, 9, 55)).toMatchObject({ action: 'continue' });
    await end(db, session, 55);
    expect(await db.call({ user }, 'get_balance')).toMatchObject({
      remaining_seconds: 60 + 90 - 55,
      held_seconds: 0,
    });
  }
});

test('a code is redeemed while its card is revoked: one of the two happens', async () => {
  for (const seed of times(8, (index) => index)) {
    const [issued] = await act('admin_issue_codes', { package_id: 'starter_1h', quantity: 1 });
    const card = String(issued?.time_card_id);
    const callers = await Promise.all(times(3, () => signUp(db)));
    await race(seed, [
      ...callers.map(
        (user) => () => db.call({ user }, 'redeem_code', { code: issued?.activation_code }),
      ),
      () => revoke(card),
    ]);
    expect({ seed, ...(await cardState(db, card)) }).toEqual({
      seed,
      status: 'revoked',
      revoked: 3600,
    });
  }
});

test('a purchase is paid while its card is revoked and refunds begin, without a deadlock', async () => {
  for (const seed of times(8, (index) => index)) {
    const sale = await purchase(db, await signUp(db));
    await deliver(db, stripeEvent(intent(sale, 'processing')));
    await race(seed, [
      ...times(3, () => () => deliver(db, stripeEvent(intent(sale, 'succeeded')))),
      () => revoke(sale.time_card_id),
      () => extend(sale.time_card_id),
      ...times(2, () => () => act('admin_begin_refund', { payment_id: sale.payment_id })),
    ]);
    const [payment] = await db.owner`select status from payments where id = ${sale.payment_id}`;
    expect(payment?.status).toBe('succeeded');
  }
});

test('people are deactivated, calls ended and settled, time granted and taken, all at once, without a deadlock', async () => {
  await setSettings(db, { max_sessions_per_user: 6, hold_slice_seconds: 20 });
  const second = await hire(db, 'admin');
  for (const seed of times(10, (index) => index)) {
    const { user, card } = await customer(db, 5000);
    const spare = await giveCard(db, user, 500);
    const sessions = await Promise.all(times(6, () => talk(db, user)));
    await db.advance(20);
    await race(seed, [
      ...times(
        3,
        (seq) => () =>
          db.rpc('service', 'heartbeat_sessions', {
            beats: sessions.map((session_id) => ({ session_id, seq: seq + 1, used_seconds: 15 })),
          }),
      ),
      ...sessions
        .slice(0, 3)
        .flatMap((session) => [
          () => act('admin_request_session_end', { session_id: session }),
          () => db.call('service', 'settle_ended_session', { session_id: session }),
        ]),
      ...sessions.slice(2, 4).map((session) => () => end(db, session, 18)),
      () => act('admin_set_user_active', { user_id: user, is_active: false }),
      () => act('admin_set_user_active', { user_id: second, is_active: seed % 2 === 0 }),
      () => act('admin_set_role', { user_id: user, role: 'support' }),
      () => act('admin_grant_time', { user_id: user, seconds: 60 }),
      () => act('admin_update_settings', { changes: { max_sessions: 1000 - seed } }),
      () => authorize(db, user),
      () => revoke(card),
      () => extend(spare),
      () => sweep(db),
    ]);
    const open = await db.owner`
      select id from voice_sessions where user_id = ${user} and status in ('pending', 'active')`;
    for (const session of open) {
      await db.refusal(authorize(db, user));
      await end(db, String(session.id), 20);
    }
    expect(await cardState(db, card)).toMatchObject({ status: 'revoked' });
    expect(await violations(db)).toEqual([]);
  }
});
