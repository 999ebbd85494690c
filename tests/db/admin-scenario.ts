import { expect } from 'vitest';
import { type Row, signUp, type TestDatabase } from '../support/database.ts';
import { times } from './scenario.ts';

/** People with and without a say in the business, by id. */
export interface Staff {
  admin: string;
  support: string;
  formerAdmin: string;
  user: string;
}

export async function hire(
  db: TestDatabase,
  role: 'support' | 'admin',
  name = 'Grace Hopper',
): Promise<string> {
  const id = await signUp(db, name);
  await db.owner`insert into admins (user_id, role) values (${id}, ${role})`;
  return id;
}

/** An admin, somebody of support, an admin who was deactivated, and somebody who is none. */
export async function staff(db: TestDatabase): Promise<Staff> {
  const admin = await hire(db, 'admin');
  const formerAdmin = await hire(db, 'admin');
  await db.owner`update profiles set is_active = false where id = ${formerAdmin}`;
  return { admin, formerAdmin, support: await hire(db, 'support'), user: await signUp(db) };
}

/** The entries of the audit log for one row, oldest first. */
export async function audited(db: TestDatabase, subject: string): Promise<Row[]> {
  const rows = await db.owner`
    select actor_id as actor, action, subject_table as table, before, after, reason
    from admin_audit_log where subject_id = ${subject} order by id`;
  return rows.map((row) => ({ ...row }));
}

/** How many entries the audit log has: a refused act leaves none. */
export async function auditCount(db: TestDatabase): Promise<number> {
  const [row] = await db.owner`select count(*) from admin_audit_log`;
  return Number(row?.count);
}

/** Expects invalid_input and answers the field errors. */
export async function fieldErrors(
  db: TestDatabase,
  call: Promise<unknown>,
): Promise<Record<string, string[]>> {
  const error = await db.refusal(call);
  expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  return JSON.parse(error.detail ?? '') as Record<string, string[]>;
}

/** The ledger entries of a card that an act of an admin caused. */
export async function causedByAdmins(db: TestDatabase, card: string): Promise<Row[]> {
  const rows = await db.owner`
    select e.kind, e.from_bucket as "from", e.to_bucket as "to", e.seconds, a.action
    from ledger_entries e join admin_audit_log a on a.id = e.audit_id
    where e.card_id = ${card} order by e.id`;
  return rows.map((row) => ({ ...row }));
}

/** Calls an RPC with an argument as JSON text, for what JavaScript cannot say. */
export async function callWithJson(
  db: TestDatabase,
  user: string,
  name: string,
  argument: string,
  json: string | null,
  reason = 'a test',
): Promise<Row> {
  const rows = await db.as({ user }, (sql) =>
    sql.unsafe(`select * from public.${name}(${argument} => $1::text::jsonb, reason => $2)`, [
      json,
      reason,
    ]),
  );
  return rows[0] ?? {};
}

/**
 * What was refused by the rules of calls that were made at once. A deadlock, a broken constraint or a serialisation
 * failure is never an answer.
 */
export async function refusedOf(calls: Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(calls);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') return [];
    const { code, message } = result.reason as { code: string; message: string };
    expect(`${code} ${message}`).toMatch(/^PT4\d\d \w+$/);
    return [message];
  });
}

/** Resolves once a statement of this database waits for a lock. */
export async function someoneWaits(db: TestDatabase): Promise<void> {
  for (const _ of times(500, (index) => index)) {
    const [row] = await db.owner`
      select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (Number(row?.count) > 0) return;
  }
  throw new Error('nobody waits for a lock');
}
