import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
});
afterAll(() => db.close());

/** The error codes of the contract and the HTTP status each has. */
const catalogue: Record<string, number> = {
  invalid_input: 400,
  not_authenticated: 401,
  invalid_signature: 401,
  insufficient_balance: 402,
  account_inactive: 403,
  not_allowed: 403,
  not_found: 404,
  code_not_accepted: 404,
  illegal_transition: 409,
  already_settled: 409,
  idempotency_conflict: 409,
  too_many_sessions: 429,
  too_many_attempts: 429,
};

/** Columns that a policy reads on tables so small that an index would never be used. */
const readWithoutIndex = new Set(['packages.is_active', 'agent_types.is_active']);

/** The names of what breaks a rule, from a query that answers them as `name`. */
async function offenders(query: string): Promise<string[]> {
  const rows = await db.owner.unsafe(query);
  return rows.map((row) => String(row.name));
}

const ours = `('public'::regnamespace, 'private'::regnamespace)`;

describe('every table', () => {
  test('has row-level security on', async () => {
    expect(
      await offenders(`
        select oid::regclass::text as name from pg_class
        where relkind in ('r', 'p') and relnamespace in ${ours} and not relrowsecurity`),
    ).toEqual([]);
  });

  test('has a comment', async () => {
    expect(
      await offenders(`
        select oid::regclass::text as name from pg_class
        where relkind in ('r', 'p', 'v', 'm') and relnamespace in ${ours}
          and obj_description(oid, 'pg_class') is null`),
    ).toEqual([]);
  });

  test('has a primary key', async () => {
    expect(
      await offenders(`
        select c.oid::regclass::text as name from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace in ${ours}
          and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')`),
    ).toEqual([]);
  });

  test('names its checks and unique keys as the sentence that they enforce', async () => {
    expect(
      await offenders(`
        select conrelid::regclass || '.' || conname as name from pg_constraint
        where contype in ('c', 'u') and conrelid <> 0 and connamespace in ${ours}
          and (conname ~ '_check[0-9]*$' or starts_with(conname, (parse_ident(conrelid::regclass::text))[1] || '_'))`),
    ).toEqual([]);
  });

  test('has an index under every foreign key', async () => {
    expect(
      await offenders(`
        select k.conrelid::regclass || '.' || k.conname as name from pg_constraint k
        where k.contype = 'f' and k.connamespace in ${ours} and not exists (
          select from pg_index i
          where i.indrelid = k.conrelid and i.indisvalid
            and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
            and (i.indpred is null
              or pg_get_expr(i.indpred, i.indrelid) = format('(%s IS NOT NULL)', (
                select a.attname from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]))))`),
    ).toEqual([]);
  });

  test('that is deleted from takes nothing with it', async () => {
    expect(
      await offenders(`
        select conrelid::regclass || '.' || conname as name from pg_constraint
        where contype = 'f' and connamespace in ${ours} and confdeltype <> 'r'`),
    ).toEqual([]);
  });

  test('counts seconds and cents in whole numbers', async () => {
    expect(
      await offenders(`
        select attrelid::regclass || '.' || attname as name from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        join pg_type t on t.oid = a.atttypid
        cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid)::regtype as base) b
        where c.relnamespace in ${ours} and c.relkind = 'r' and attnum > 0
          and (attname ~ '_(seconds|cents|permille)$' and base not in ('int4'::regtype, 'int8'::regtype)
            or base in ('float4'::regtype, 'float8'::regtype, 'money'::regtype))`),
    ).toEqual([]);
  });

  test('names times with _at, and keeps them with their zone', async () => {
    expect(
      await offenders(`
        select attrelid::regclass || '.' || attname as name from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        where c.relnamespace in ${ours} and c.relkind = 'r' and attnum > 0
          and ((attname ~ '_at$') <> (atttypid = 'timestamptz'::regtype) or atttypid = 'timestamp'::regtype)`),
    ).toEqual([]);
  });
});

describe('every policy', () => {
  test('is for one operation and for named roles', async () => {
    expect(
      await offenders(`
        select tablename || ': ' || policyname as name from pg_policies
        where schemaname in ('public', 'private') and (cmd = 'ALL' or 'public' = any (roles))`),
    ).toEqual([]);
  });

  test('asks who calls once per statement, not once per row', async () => {
    expect(
      await offenders(`
        select tablename || ': ' || policyname as name from pg_policies
        where schemaname in ('public', 'private')
          and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''),
            '\\( SELECT (auth\\.uid|private\\.is_admin)\\(', '', 'g') ~ '(uid|is_admin)\\('`),
    ).toEqual([]);
  });

  test('reads columns that an index leads with', async () => {
    const names = await offenders(`
      select distinct c.relname || '.' || a.attname as name
      from pg_depend d
      join pg_class c on c.oid = d.refobjid
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
        and not exists (
          select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indpred is null)`);
    expect(names.filter((name) => !readWithoutIndex.has(name))).toEqual([]);
  });
});

describe('every function', () => {
  test('has an empty search_path, or names that were resolved when it was made', async () => {
    expect(
      await offenders(`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace in ${ours} and prosqlbody is null
          and not coalesce(proconfig @> array['search_path=""'], false)`),
    ).toEqual([]);
  });

  test('has a comment', async () => {
    expect(
      await offenders(`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace in ${ours} and obj_description(oid, 'pg_proc') is null`),
    ).toEqual([]);
  });

  test('that runs with the rights of its owner says why', async () => {
    expect(
      await offenders(`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace in ${ours} and prosecdef
          and coalesce(obj_description(oid, 'pg_proc'), '') !~* 'security definer (because|as|to|so) '`),
    ).toEqual([]);
  });

  test('of the API names the errors it raises', async () => {
    const rows = await db.owner.unsafe(`
      select oid::regprocedure::text as name, prosrc as body, obj_description(oid, 'pg_proc') as comment
      from pg_proc where pronamespace = 'public'::regnamespace`);
    const silent = rows.flatMap(({ name, body, comment }) =>
      [...String(body).matchAll(/private\.fail\(\s*\d+,\s*'(\w+)'/g)]
        .map(([, code]) => String(code))
        .filter((code) => !String(comment).includes(code) && !/Errors: as \w+/.test(comment))
        .map((code) => `${name}: ${code}`),
    );
    expect(silent).toEqual([]);
  });

  test('raises the errors of the catalogue and no others', async () => {
    const rows = await db.owner.unsafe(
      `select oid::regprocedure::text as name, prosrc as body from pg_proc where pronamespace in ${ours}`,
    );
    const raised = rows.flatMap(({ name, body }) =>
      [...String(body).matchAll(/private\.fail\(\s*([^,]+),\s*([^,]+),/g)].map(
        ([, status, code]) => ({
          name,
          status: Number(status),
          code: String(code).replaceAll("'", ''),
        }),
      ),
    );
    expect(raised.length).toBeGreaterThan(20);
    expect(raised.filter(({ status, code }) => catalogue[code] !== status)).toEqual([]);
    const bare = rows.filter(({ body }) => /\braise\s+(exception|sqlstate)/i.test(String(body)));
    expect(bare.map(({ name }) => name)).toEqual(['private.fail(integer,text,text,jsonb)']);
  });

  test('decides by the business clock', async () => {
    const names = await offenders(`
      select oid::regprocedure::text as name from pg_proc
      where pronamespace in ${ours}
        and prosrc ~* '(^|[^.a-z_])(now\\(\\)|clock_timestamp|current_timestamp|localtimestamp|transaction_timestamp|current_date)'`);
    // The clock itself, and the stamp of rows that people may write who cannot reach the clock.
    expect(names.toSorted()).toEqual(['private.now()', 'private.touch_updated_at()']);
  });

  test('has about 70 lines at most', async () => {
    expect(
      await offenders(`
        select oid::regprocedure::text as name from pg_proc
        where pronamespace in ${ours} and prosrc !~ 'union all'
          and array_length(string_to_array(prosrc, E'\\n'), 1) > 90`),
    ).toEqual([]);
  });
});

test('every type has a comment', async () => {
  expect(
    await offenders(`
      select t.oid::regtype::text as name from pg_type t
      left join pg_class c on c.oid = t.typrelid
      where t.typnamespace in ${ours} and (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
        and obj_description(t.oid, 'pg_type') is null`),
  ).toEqual([]);
});

test('every trigger function is there for a trigger', async () => {
  expect(
    await offenders(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ${ours} and p.prorettype = 'trigger'::regtype
        and not exists (select from pg_trigger t where t.tgfoid = p.oid)`),
  ).toEqual([]);
});

test('every table with updated_at and a state machine stamps and guards it', async () => {
  expect(
    await offenders(`
      select distinct s.table_name as name from private.status_transitions s
      where not exists (
        select from pg_trigger t
        where t.tgrelid = ('public.' || s.table_name)::regclass and t.tgname = 'transition' and t.tgenabled = 'O')`),
  ).toEqual([]);
});

test('default privileges give nothing to the roles of the API', async () => {
  expect(
    await offenders(`
      select d.defaclobjtype::text || ' for ' || a.grantee::regrole as name
      from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
      where d.defaclnamespace in (0, 'public'::regnamespace, 'private'::regnamespace)
        and (a.grantee = 0 or a.grantee::regrole::text in ('anon', 'authenticated', 'service_role'))`),
  ).toEqual([]);
});
