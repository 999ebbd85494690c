import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  type TestDatabase,
} from '../support/database.ts';
import { type Staff, staff } from './admin-scenario.ts';
import { charge, customer, end, paidPurchase, roomEvent, talk, tell } from './scenario.ts';

let db: TestDatabase;
let people: Staff;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
});
afterAll(() => db.close());

/** Rows of a view as somebody of the support sees them. */
function seen(view: string, where: Record<string, string>, order = '1'): Promise<readonly Row[]> {
  const [[column, value] = ['id', '']] = Object.entries(where);
  return db.as({ user: people.support }, (sql) =>
    sql.unsafe(`select * from public.${view} where ${column} = $1 order by ${order}`, [value]),
  );
}

test('a user is shown with the time that they see themselves, and with their role', async () => {
  const { user } = await customer(db, 600);
  await giveCard(db, user, 300, { expires_at: '2020-01-01' });
  const [row] = await seen('panel_users', { id: user });
  const balance = await db.call({ user }, 'get_balance');
  expect(row).toMatchObject({ usable_seconds: 600, role: null, is_active: true });
  expect(row?.usable_seconds).toBe(balance.remaining_seconds);
  expect(await seen('panel_users', { id: people.admin })).toMatchObject([{ role: 'admin' }]);
});

test('the ledger of a card says what remained after each movement', async () => {
  const { user, card } = await customer(db, 600);
  const session = await talk(db, user);
  await db.advance(100);
  await end(db, session, 100);
  const rows = await seen('panel_ledger', { card_id: card }, 'id');
  expect(rows.map(({ kind, remaining_after }) => [kind, remaining_after])).toEqual([
    ['issue', 600],
    ['hold', 300],
    ['use', 300],
    ['release', 500],
  ]);
  const [after] = await seen('panel_cards', { id: card });
  expect(rows.at(-1)?.remaining_after).toBe(after?.remaining_seconds);
});

test('the timeline of a session has its milestones, its movements and what the room told', async () => {
  const { user } = await customer(db, 600);
  const session = await talk(db, user);
  await roomEvent(db, {
    id: 'EV_joined',
    event: 'participant_joined',
    room: { name: `session-${session}` },
    participant: { identity: user },
  });
  await db.advance(60);
  await end(db, session, 60, 'user_left');
  await db.call({ user }, 'rate_session', { session_id: session, rating: 4, comment: 'Good.' });
  const rows = await seen('panel_session_timeline', { session_id: session }, 'at, position');
  const kinds = rows.map(({ kind }) => String(kind));
  expect(new Set(kinds)).toEqual(
    new Set([
      'authorised',
      'hold',
      'started',
      'participant_joined',
      'ended',
      'use',
      'release',
      'rated',
    ]),
  );
  expect(kinds.indexOf('ended')).toBeGreaterThan(kinds.indexOf('started'));
  expect(kinds.at(-1)).toBe('rated');
  expect(rows.find(({ kind }) => kind === 'ended')?.details).toMatchObject({
    reason: 'user_left',
    billed_seconds: 60,
  });
});

test('the audit of a person has what was done to them, their cards, payments and sessions', async () => {
  const { user, card } = await customer(db, 600);
  const bought = await paidPurchase(db, user);
  const session = await talk(db, user);
  const admin = { user: people.admin };
  const reason = 'a test';
  await db.call(admin, 'admin_set_user_active', { user_id: user, is_active: true, reason });
  await db.call(admin, 'admin_set_role', { user_id: user, role: 'support', reason });
  await db.call(admin, 'admin_revoke_card', { time_card_id: card, reason });
  await db.call(admin, 'admin_begin_refund', { payment_id: bought.payment_id, reason });
  await db.call(admin, 'admin_request_session_end', { session_id: session, reason });
  await db.call(admin, 'admin_grant_time', { user_id: people.user, seconds: 60, reason });
  const rows = await seen('panel_user_audit', { user_id: user }, 'id');
  expect(rows.map(({ action }) => action)).toEqual([
    'admin_set_user_active',
    'admin_set_role',
    'admin_revoke_card',
    'admin_begin_refund',
    'admin_request_session_end',
  ]);
  await end(db, session, 0);
});

test('a batch says how many of its codes were redeemed or revoked', async () => {
  const codes = await db.rpc({ user: people.admin }, 'admin_issue_codes', {
    package_id: 'starter_1h',
    quantity: 3,
    reason: 'a fair',
  });
  const { user } = await customer(db);
  await db.call({ user }, 'redeem_code', { code: codes[0]?.activation_code });
  await db.call({ user: people.admin }, 'admin_revoke_card', {
    time_card_id: codes[1]?.time_card_id,
    reason: 'lost',
  });
  const [batch] = await seen('panel_batches', { id: String(codes[0]?.batch_id) });
  expect(batch).toMatchObject({ quantity: 3, redeemed: 1, revoked: 1, reason: 'a fair' });
});

test('a refund does exactly what its preview said', async () => {
  const { user } = await customer(db, 0 + 1);
  const bought = await paidPurchase(db, user);
  const session = await talk(db, user);
  await db.advance(3000);
  await end(db, session, 300);
  const preview = await db.call({ user: people.support }, 'admin_preview_refund', {
    payment_id: bought.payment_id,
    amount_cents: 999,
  });
  const [before] = await seen('panel_cards', { id: bought.time_card_id });
  await tell(db, charge(bought, 999));
  const [after] = await seen('panel_cards', { id: bought.time_card_id });
  expect(preview).toMatchObject({ amount_cents: 999, left_cents: 0, is_card_revoked: true });
  expect(Number(after?.revoked_seconds) - Number(before?.revoked_seconds)).toBe(
    preview.taken_back_seconds,
  );
  expect(Number(after?.owed_seconds) - Number(before?.owed_seconds)).toBe(preview.owed_seconds);
  expect(after?.status).toBe('revoked');
});

test('a preview takes all that is left when no amount is given, and refuses more', async () => {
  const { user } = await customer(db);
  const bought = await paidPurchase(db, user);
  await tell(db, charge(bought, 500));
  const ask = (args: object) =>
    db.call({ user: people.support }, 'admin_preview_refund', {
      payment_id: bought.payment_id,
      ...args,
    });
  expect(await ask({})).toMatchObject({ amount_cents: 499, left_cents: 0 });
  expect(await db.refusal(ask({ amount_cents: 500 }))).toMatchObject({
    code: 'PT400',
    message: 'invalid_input',
  });
  expect(await db.refusal(ask({ payment_id: people.user }))).toMatchObject({ code: 'PT404' });
  await tell(db, charge(bought, 999));
  expect(await db.refusal(ask({}))).toMatchObject({ message: 'illegal_transition' });
});
