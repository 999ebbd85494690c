import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import { auditCount, fieldErrors, type Staff, staff } from './admin-scenario.ts';
import { customer, settleUp, traces } from './scenario.ts';

/** An RPC for people of the business and the names of its arguments. */
interface AdminCall {
  name: string;
  args: string[];
}

let db: TestDatabase;
let people: Staff;
let calls: AdminCall[];
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  people = await staff(db);
  // From the catalogue: a new one is held to the same rules without being named here.
  const rows = await db.owner`
    select proname as name, coalesce(proargnames[1:pronargs], '{}') as args from pg_proc
    where pronamespace = 'public'::regnamespace and starts_with(proname, 'admin_') order by 1`;
  calls = rows.map((row) => ({ name: String(row.name), args: row.args as string[] }));
});
afterAll(async () => {
  await settleUp(db);
  await db.close();
});

/** Calls with null for everything: whoever may not call is told so before anything else is looked at. */
function callEmpty(caller: Caller, { name, args }: AdminCall, given: Record<string, unknown> = {}) {
  const nothing = Object.fromEntries(args.map((argument) => [argument, null]));
  return db.rpc(caller, name, { ...nothing, ...given });
}

function acts(): AdminCall[] {
  return calls.filter(({ args }) => args.includes('reason'));
}

test('there are the acts of the contract', () => {
  expect(acts().map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'admin_begin_refund',
      'admin_extend_card',
      'admin_grant_time',
      'admin_issue_codes',
      'admin_replay_stripe_event',
      'admin_request_session_end',
      'admin_revoke_card',
      'admin_save_agent_type',
      'admin_save_package',
      'admin_set_role',
      'admin_set_user_active',
      'admin_update_settings',
    ]),
  );
  expect(calls.map(({ name }) => name)).toContain('admin_verify_ledger');
});

describe('nothing for admins may be called', () => {
  test('by a visitor, nor with the secret key', async () => {
    for (const call of calls) {
      for (const caller of ['anon', 'service'] as const) {
        const { code } = await db.refusal(callEmpty(caller, call));
        expect({ ...call, caller, code }).toEqual({ ...call, caller, code: '42501' });
      }
    }
  });

  test('with a token that names nobody', async () => {
    for (const call of calls) {
      const { code, message } = await db.refusal(callEmpty({ user: '' }, call));
      expect({ ...call, code, message }).toEqual({
        ...call,
        code: 'PT401',
        message: 'not_authenticated',
      });
    }
  });

  test.each(['user', 'formerAdmin'] as const)('by somebody who is no admin: %s', async (who) => {
    for (const call of calls) {
      const { code, message } = await db.refusal(callEmpty({ user: people[who] }, call));
      expect({ ...call, code, message }).toEqual({
        ...call,
        code: 'PT403',
        message: 'not_allowed',
      });
    }
  });
});

test('support may not act', async () => {
  for (const call of acts()) {
    const { code, message } = await db.refusal(callEmpty({ user: people.support }, call));
    expect({ ...call, code, message }).toEqual({ ...call, code: 'PT403', message: 'not_allowed' });
  }
});

test.each([
  ['none', null],
  ['an empty one', ''],
  ['a blank one', ' \t\n '],
  ['2001 characters', 'x'.repeat(2001)],
  ['a bell', 'for \u0007 fun'],
])('an act without a good reason is refused: %s', async (_, reason) => {
  const before = { ...(await traces(db)), audits: await auditCount(db) };
  for (const call of acts()) {
    const { code, message } = await db.refusal(
      callEmpty({ user: people.admin }, call, {
        reason,
        ...Object.fromEntries(
          ['changes', 'package', 'agent_type', 'document']
            .filter((argument) => call.args.includes(argument))
            .map((argument) => [argument, { id: 'x' }]),
        ),
      }),
    );
    expect({ ...call, code, message }).toEqual({
      ...call,
      code: 'PT400',
      message: 'invalid_input',
    });
  }
  expect({ ...(await traces(db)), audits: await auditCount(db) }).toEqual(before);
});

test('what is wrong with a reason is told by field', async () => {
  const { user } = await customer(db);
  const grant = (reason: string | null) =>
    db.call({ user: people.admin }, 'admin_grant_time', { user_id: user, seconds: 60, reason });
  expect(await fieldErrors(db, grant(null))).toEqual({ reason: ['must be given'] });
  expect(await fieldErrors(db, grant('x'.repeat(2001)))).toEqual({
    reason: ['must have at most 2000 characters'],
  });
});

test('a reason is kept without the space around it, up to 2000 characters, in several lines', async () => {
  const { user } = await customer(db);
  for (const reason of ['x'.repeat(2000), 'first line\nsecond line', 'é']) {
    const { time_card_id } = await db.call({ user: people.admin }, 'admin_grant_time', {
      user_id: user,
      seconds: 60,
      reason: ` \n${reason}\t `,
    });
    const [row] = await db.owner`
      select reason, actor_id from admin_audit_log where subject_id = ${String(time_card_id)}`;
    expect(row).toEqual({ reason, actor_id: people.admin });
  }
});

test('an act is undone when its audit entry cannot be written', async () => {
  const { user } = await customer(db);
  const before = await traces(db);
  await db.owner.unsafe(
    'alter table admin_audit_log add constraint the_book_is_full check (id < 0) not valid',
  );
  const acting = { user: people.admin };
  for (const act of [
    () => db.call(acting, 'admin_grant_time', { user_id: user, seconds: 60, reason: 'goodwill' }),
    () =>
      db.call(acting, 'admin_set_user_active', {
        user_id: user,
        is_active: false,
        reason: 'abuse',
      }),
    () =>
      db.call(acting, 'admin_update_settings', { changes: { max_sessions: 7 }, reason: 'busy' }),
  ]) {
    expect((await db.refusal(act())).code).toBe('23514');
  }
  await db.owner.unsafe('alter table admin_audit_log drop constraint the_book_is_full');
  expect(await traces(db)).toEqual(before);
  const [row] = await db.owner`
    select max_sessions, is_active from settings, profiles where profiles.id = ${user}`;
  expect(row).toEqual({ max_sessions: 100, is_active: true });
});

test.each([
  ['admin_set_user_active', { user_id: randomUUID(), is_active: true }],
  ['admin_set_role', { user_id: randomUUID(), role: 'support' }],
  ['admin_grant_time', { user_id: randomUUID(), seconds: 60 }],
  ['admin_revoke_card', { time_card_id: randomUUID() }],
  ['admin_extend_card', { time_card_id: randomUUID(), expires_at: null }],
  ['admin_issue_codes', { package_id: 'nothing', quantity: 1 }],
  ['admin_replay_stripe_event', { event_id: 'evt_nothing' }],
  ['admin_begin_refund', { payment_id: randomUUID() }],
  ['admin_request_session_end', { session_id: randomUUID() }],
] as [string, Record<string, unknown>][])(
  '%s: what does not exist is not_found, and so is nothing',
  async (name, args) => {
    const before = await auditCount(db);
    const [id] = Object.keys(args);
    for (const value of [args[String(id)], null]) {
      const call = db.call({ user: people.admin }, name, {
        ...args,
        [String(id)]: value,
        reason: 'a test',
      });
      expect(await db.refusal(call)).toMatchObject({ code: 'PT404', message: 'not_found' });
    }
    expect(await auditCount(db)).toBe(before);
  },
);

describe('an admin who has a second factor', () => {
  /** How many admins they see, signed in as far as the level says. */
  async function seenAt(aal: string | null): Promise<unknown> {
    return db.owner.begin(async (sql) => {
      await sql`
        select set_config('request.jwt.claim.sub', ${people.admin}, true),
          set_config('request.jwt.claims', ${aal === null ? '' : JSON.stringify({ aal })}, true),
          set_config('role', 'authenticated', true)`;
      const [row] = await sql`select count(*)::int as seen from public.admins`;
      return row?.seen;
    });
  }
  const refusal = () => db.refusal(db.rpc({ user: people.admin }, 'admin_knowledge_vectors', {}));

  beforeAll(async () => {
    await db.owner`create table auth.mfa_factors (user_id uuid not null, status text not null)`;
  });
  afterAll(async () => {
    await db.owner`drop table auth.mfa_factors`;
  });

  test('is nobody until it was shown, once it is verified', async () => {
    const all = await seenAt('aal2');
    expect(all).toBeGreaterThan(0);
    await db.owner`insert into auth.mfa_factors values (${people.admin}, 'unverified')`;
    expect(await seenAt('aal1')).toBe(all);

    await db.owner`update auth.mfa_factors set status = 'verified'`;
    expect(await seenAt('aal1')).toBe(0);
    expect(await seenAt(null)).toBe(0);
    expect(await refusal()).toMatchObject({ message: 'not_allowed' });
    expect(await seenAt('aal2')).toBe(all);
  });
});
