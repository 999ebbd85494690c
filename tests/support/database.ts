import { randomUUID } from 'node:crypto';
import postgres, { type Sql } from 'postgres';
import { inject } from 'vitest';
import { templateDatabase } from './template-database.ts';

/** Who calls: a visitor, the operator with the secret key, or a signed-in user by id. */
export type Caller = 'anon' | 'service' | { user: string };

/** An error of the catalogue as it leaves Postgres: sqlstate PTnnn, the stable code as message. */
export interface DatabaseError {
  code: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** A row as Postgres gives it; bigint and numeric columns come as numbers. */
export type Row = Record<string, unknown>;

/** A fresh, migrated database of one test file. */
export interface TestDatabase {
  /** Connected as the owner, who bypasses everything: for arranging and inspecting. */
  owner: Sql;
  /** Runs statements in one transaction as that caller, as the Data API does. */
  as<T>(caller: Caller, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Calls a function as that caller and answers its rows. */
  rpc(caller: Caller, name: string, args?: Record<string, unknown>): Promise<Row[]>;
  /** Calls a function that answers one row. */
  call(caller: Caller, name: string, args?: Record<string, unknown>): Promise<Row>;
  /** The error that a call is refused with; throws if it is not refused. */
  refusal(call: Promise<unknown>): Promise<DatabaseError>;
  /** Moves the business clock on (or back). */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export async function openDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const serverUrl = inject('databaseServerUrl');
  const maintenance = postgres(`${serverUrl}/postgres`, { onnotice: () => {}, max: 1 });
  await maintenance.unsafe(`create database ${name} template ${templateDatabase}`);

  const number = { to: 20, from: [20, 1700], serialize: String, parse: Number };
  const owner = postgres(`${serverUrl}/${name}`, {
    onnotice: () => {},
    max: 40,
    types: { bigint: number },
  });

  const as: TestDatabase['as'] = async (caller, work) => {
    const result = await owner.begin(async (sql) => {
      const role =
        caller === 'anon' ? 'anon' : caller === 'service' ? 'service_role' : 'authenticated';
      const subject = typeof caller === 'object' ? caller.user : '';
      await sql`select set_config('request.jwt.claim.sub', ${subject}, true), set_config('role', ${role}, true)`;
      return work(sql as unknown as Sql);
    });
    return result as Awaited<ReturnType<typeof work>>;
  };

  const rpc: TestDatabase['rpc'] = (caller, functionName, args = {}) =>
    as(caller, async (sql) => {
      const names = Object.keys(args);
      const values = Object.values(args).map((value) =>
        typeof value === 'object' && value !== null ? sql.json(value as never) : value,
      );
      const list = names.map((argument, index) => `${argument} => $${index + 1}`).join(', ');
      return sql.unsafe(`select * from public.${functionName}(${list})`, values as never[]);
    });

  return {
    owner,
    as,
    rpc,
    async call(caller, functionName, args) {
      const [row] = await rpc(caller, functionName, args);
      if (!row) throw new Error(`${functionName} answered no row`);
      return row;
    },
    async refusal(call) {
      try {
        await call;
      } catch (error) {
        return error as DatabaseError;
      }
      throw new Error('the call was not refused');
    },
    async advance(seconds) {
      await owner`update private.clock set "offset" = "offset" + make_interval(secs => ${seconds})`;
    },
    async close() {
      await owner.end({ timeout: 5 });
      await maintenance.unsafe(`drop database ${name} with (force)`);
      await maintenance.end();
    },
  };
}

/** Signs a person up, as Auth does, and answers their id. */
export async function signUp(
  db: TestDatabase,
  fullName: string | null = 'Ada Lovelace',
): Promise<string> {
  const id = randomUUID();
  await db.owner`
    insert into auth.users (id, email, raw_user_meta_data)
    values (${id}, ${`${id}@example.com`}, ${db.owner.json(fullName === null ? {} : { full_name: fullName })})`;
  return id;
}

/** Puts a package and the basic agent on offer; repeatable. */
export async function openShop(db: TestDatabase): Promise<void> {
  await db.owner`
    insert into packages (id, name, total_seconds, price_cents, validity_days)
    values ('starter_1h', 'Starter', 3600, 999, 365) on conflict do nothing`;
  await db.owner`insert into agent_types (id, name) values ('basic', 'Basic') on conflict do nothing`;
}

/** Gives a person an active card of so many seconds, with its ledger entry; answers the card's id. */
export async function giveCard(
  db: TestDatabase,
  userId: string,
  seconds: number,
  columns: Record<string, unknown> = {},
): Promise<string> {
  const id = randomUUID();
  const card = { id, owner_id: userId, source: 'grant', status: 'active', ...columns };
  await db.owner`insert into time_cards ${db.owner(card)}`;
  await db.owner`select private.move_seconds(${id}, 'issue', null, 'remaining', ${seconds})`;
  return id;
}

/** Every invariant that is broken; empty when all is well. */
export function violations(db: TestDatabase): Promise<Row[]> {
  return db.rpc('service', 'verify_ledger');
}
