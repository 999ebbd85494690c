import type { Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Caller,
  giveCard,
  openDatabase,
  openShop,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import { addDocument } from './knowledge-base.ts';
import {
  deliver,
  dispute,
  end,
  gift,
  intent,
  purchase,
  redeem,
  roomEvent,
  stripeEvent,
  talk,
  tell,
} from './scenario.ts';

/** Privileges as the catalogue has them, per role of the API; an object that is not declared here fails. */
const declaredTables: Record<string, Partial<Record<Role, string>>> = {
  'private.activation_codes': {},
  'private.card_time_tally': {},
  'private.clock': {},
  'private.code_attempts': {},
  'private.field_rules': {},
  'private.late_proofs': {},
  'private.open_card_time': {},
  'private.secrets': {},
  'private.status_transitions': {},
  'private.stripe_cursor': {},
  'public.admin_audit_log': { authenticated: 'select', service_role: 'select' },
  'public.admins': { authenticated: 'select', service_role: 'select insert update delete' },
  'public.agent_prompts': { authenticated: 'select', service_role: 'select insert update' },
  'public.agent_types': {
    anon: 'select',
    authenticated: 'select',
    service_role: 'select insert update',
  },
  'public.auto_top_up_attempts': { authenticated: 'select', service_role: 'select' },
  'public.auto_top_ups': { authenticated: 'select', service_role: 'select' },
  'public.card_holds': { authenticated: 'select', service_role: 'select' },
  'public.code_batches': { authenticated: 'select', service_role: 'select' },
  'public.daily_card_time': { authenticated: 'select', service_role: 'select' },
  'public.daily_revenue': { authenticated: 'select', service_role: 'select' },
  'public.daily_stats': { authenticated: 'select', service_role: 'select' },
  'public.knowledge_chunks': { authenticated: 'select', service_role: 'select' },
  'public.knowledge_documents': { authenticated: 'select', service_role: 'select' },
  'public.ledger_entries': { authenticated: 'select', service_role: 'select' },
  'public.livekit_events': { authenticated: 'select', service_role: 'select' },
  'public.packages': {
    anon: 'select',
    authenticated: 'select',
    service_role: 'select insert update',
  },
  'public.notices': { authenticated: 'select update(read_at)', service_role: 'select' },
  'public.panel_admins': { authenticated: 'select' },
  'public.panel_agents': { authenticated: 'select' },
  'public.panel_audit': { authenticated: 'select' },
  'public.panel_batches': { authenticated: 'select' },
  'public.panel_cards': { authenticated: 'select' },
  'public.panel_ledger': { authenticated: 'select' },
  'public.panel_payments': { authenticated: 'select' },
  'public.panel_session_timeline': { authenticated: 'select' },
  'public.panel_sessions': { authenticated: 'select' },
  'public.panel_user_audit': { authenticated: 'select' },
  'public.panel_users': { authenticated: 'select' },
  'public.payment_disputes': { authenticated: 'select', service_role: 'select' },
  'public.payment_entries': { authenticated: 'select', service_role: 'select' },
  'public.payments': { authenticated: 'select', service_role: 'select' },
  'public.profiles': {
    authenticated: 'select update(full_name,preferences)',
    service_role: 'select update',
  },
  'public.refund_requests': { authenticated: 'select', service_role: 'select' },
  'public.settings': { authenticated: 'select', service_role: 'select update' },
  'public.stripe_events': { authenticated: 'select', service_role: 'select' },
  'public.time_cards': { authenticated: 'select', service_role: 'select' },
  'public.voice_sessions': { authenticated: 'select', service_role: 'select' },
  'public.weekly_retention': { authenticated: 'select', service_role: 'select' },
};

/** Who may execute which function; those that nobody of the API may execute stand under `internal`. */
const declaredFunctions: Record<string, Role[]> = {
  'admin_begin_refund(uuid,text,numeric)': ['authenticated'],
  'admin_extend_card(uuid,timestamp with time zone,text)': ['authenticated'],
  'admin_grant_time(uuid,numeric,text,timestamp with time zone,text)': ['authenticated'],
  'admin_issue_codes(text,numeric,text,text)': ['authenticated'],
  'admin_replay_stripe_event(text,text)': ['authenticated'],
  'admin_request_session_end(uuid,text)': ['authenticated'],
  'admin_revoke_card(uuid,text)': ['authenticated'],
  'admin_save_agent_type(jsonb,text)': ['authenticated'],
  'admin_save_package(jsonb,text)': ['authenticated'],
  'admin_set_role(uuid,text,text)': ['authenticated'],
  'admin_set_user_active(uuid,boolean,text)': ['authenticated'],
  'admin_update_settings(jsonb,text)': ['authenticated'],
  'admin_verify_ledger()': ['authenticated'],
  'finish_refund(uuid,text,text)': ['service_role'],
  'settle_ended_session(uuid)': ['service_role'],
  'end_my_session(uuid)': ['authenticated'],
  'get_balance()': ['authenticated'],
  'rate_session(uuid,integer,text)': ['authenticated'],
  'redeem_code(text)': ['authenticated'],
  'reissue_gift_code(uuid)': ['authenticated'],
  'get_usage(date,date)': ['authenticated'],
  'rejoin_session(uuid,uuid)': ['service_role'],
  'set_auto_top_up(boolean,text,integer,text,integer)': ['authenticated'],
  'private.is_admin(text)': ['authenticated'],
  'agent_balance(uuid)': ['service_role'],
  'agent_forget(uuid,text)': ['service_role'],
  'agent_rate_call(uuid,integer,text)': ['service_role'],
  'agent_recall(uuid)': ['service_role'],
  'agent_remember(uuid,text,text)': ['service_role'],
  'agent_usage(uuid)': ['service_role'],
  'admin_add_document(jsonb,jsonb,text)': ['authenticated'],
  'admin_kpis(date,date)': ['authenticated'],
  'admin_live_sessions()': ['authenticated'],
  'admin_remove_document(uuid,text)': ['authenticated'],
  'admin_search_knowledge(text,jsonb,integer)': ['authenticated'],
  'admin_knowledge_vectors()': ['authenticated'],
  'admin_preview_refund(uuid,numeric)': ['authenticated'],
  'admin_search_cards(text)': ['authenticated'],
  'admin_search_payments(text)': ['authenticated'],
  'admin_search_sessions(text)': ['authenticated'],
  'admin_search_stripe_events(text)': ['authenticated'],
  'admin_search_users(text)': ['authenticated'],
  'private.seconds_of(uuid)': ['authenticated'],
  'agent_knowledge_vectors(uuid)': ['service_role'],
  'agent_search_knowledge(uuid,text,jsonb,integer)': ['service_role'],
  'advance_stripe_cursor(timestamp with time zone)': ['service_role'],
  'apply_stripe_event(jsonb)': ['service_role'],
  'apply_stripe_object(jsonb)': ['service_role'],
  'attach_stripe_objects(uuid,text,text)': ['service_role'],
  'authorize_session(uuid,text)': ['service_role'],
  'begin_auto_top_up(uuid)': ['service_role'],
  'create_purchase(uuid,text,text,boolean,text,text)': ['service_role'],
  'end_session(uuid,bigint,text,jsonb)': ['service_role'],
  'forget_payment_method(uuid,text)': ['service_role'],
  'heartbeat_session(uuid,bigint,bigint,jsonb)': ['service_role'],
  'heartbeat_sessions(jsonb)': ['service_role'],
  'list_due_auto_top_ups()': ['service_role'],
  'list_missed_stripe_events(jsonb)': ['service_role'],
  'list_payments_to_reconcile(integer)': ['service_role'],
  'list_rooms_to_close()': ['service_role'],
  'mark_room_closed(uuid)': ['service_role'],
  'metrics()': ['service_role'],
  'read_stripe_cursor()': ['service_role'],
  'rebuild_cards_from_ledger()': ['service_role'],
  'record_livekit_event(jsonb)': ['service_role'],
  'report_auto_top_up(uuid,text)': ['service_role'],
  'run_maintenance()': ['service_role'],
  'set_stripe_customer(uuid,text)': ['service_role'],
  'start_session(uuid,text)': ['service_role'],
  'verify_ledger()': ['service_role'],
};

/** Every policy: command, roles, and the name that says whom it lets see what. */
const declaredPolicies = [
  'admin_audit_log: select to authenticated: admins see the audit log',
  'admins: select to authenticated: admins see the admins',
  'agent_prompts: select to authenticated: admins see the prompts',
  'agent_types: select to anon: visitors see the agents on offer',
  'agent_types: select to authenticated: users see the agents on offer, admins see all',
  'auto_top_up_attempts: select to authenticated: people see their auto top-ups, admins see all',
  'auto_top_ups: select to authenticated: people see their auto top-up, admins see all',
  'card_holds: select to authenticated: admins see the holds',
  'code_batches: select to authenticated: admins see the batches of codes',
  'daily_card_time: select to authenticated: admins see the card time',
  'daily_revenue: select to authenticated: admins see the revenue',
  'daily_stats: select to authenticated: admins see the days',
  'knowledge_chunks: select to authenticated: admins see the chunks',
  'knowledge_documents: select to authenticated: admins see the documents',
  'ledger_entries: select to authenticated: admins see the ledger',
  'livekit_events: select to authenticated: admins see the LiveKit events',
  'packages: select to anon: visitors see what is for sale',
  'packages: select to authenticated: users see what is for sale, admins see all',
  'notices: select to authenticated: people see their notices, admins see all',
  'notices: update to authenticated: people mark their notices as read',
  'payment_disputes: select to authenticated: admins see the disputes',
  'payment_entries: select to authenticated: admins see the money book',
  'payments: select to authenticated: people see their payments, admins see all',
  'profiles: select to authenticated: people see themselves, admins see all',
  'profiles: update to authenticated: people edit themselves',
  'refund_requests: select to authenticated: admins see the refund requests',
  'settings: select to authenticated: admins read the settings',
  'stripe_events: select to authenticated: admins see the Stripe events',
  'time_cards: select to authenticated: people see cards they own or paid for, admins see all',
  'voice_sessions: select to authenticated: people see their sessions, admins see all',
  'weekly_retention: select to authenticated: admins see the retention',
];

const personas = [
  'anon',
  'owner',
  'stranger',
  'inactive',
  'support',
  'admin',
  'service_role',
] as const;
type Persona = (typeof personas)[number];
type Sight = 'denied' | 'nothing' | 'their own' | 'what is active' | 'all';

const adminsOnly: Record<Persona, Sight> = {
  anon: 'denied',
  owner: 'nothing',
  stranger: 'nothing',
  inactive: 'nothing',
  support: 'all',
  admin: 'all',
  service_role: 'all',
};
const onesOwn: Record<Persona, Sight> = {
  ...adminsOnly,
  owner: 'their own',
  stranger: 'their own',
  inactive: 'their own',
};
const onOffer: Record<Persona, Sight> = {
  ...adminsOnly,
  anon: 'what is active',
  owner: 'what is active',
  stranger: 'what is active',
  inactive: 'what is active',
};
/** The admin panel's views: as the tables under them, but the operator has no use for them. */
const panelOnly: Record<Persona, Sight> = { ...adminsOnly, service_role: 'denied' };
const nobody: Record<Persona, Sight> = {
  anon: 'denied',
  owner: 'denied',
  stranger: 'denied',
  inactive: 'denied',
  support: 'denied',
  admin: 'denied',
  service_role: 'denied',
};

/** What each persona sees of a table that has rows of everybody. */
const declaredSight: Record<string, Record<Persona, Sight>> = {
  'private.activation_codes': nobody,
  'private.card_time_tally': nobody,
  'private.clock': nobody,
  'private.code_attempts': nobody,
  'private.field_rules': nobody,
  'private.late_proofs': nobody,
  'private.open_card_time': nobody,
  'private.secrets': nobody,
  'private.status_transitions': nobody,
  'private.stripe_cursor': nobody,
  'public.admin_audit_log': adminsOnly,
  'public.admins': adminsOnly,
  'public.agent_prompts': adminsOnly,
  'public.agent_types': onOffer,
  'public.auto_top_up_attempts': onesOwn,
  'public.auto_top_ups': onesOwn,
  'public.card_holds': adminsOnly,
  'public.code_batches': adminsOnly,
  'public.knowledge_chunks': adminsOnly,
  'public.knowledge_documents': adminsOnly,
  'public.daily_card_time': adminsOnly,
  'public.daily_revenue': adminsOnly,
  'public.daily_stats': adminsOnly,
  'public.ledger_entries': adminsOnly,
  'public.livekit_events': adminsOnly,
  'public.packages': onOffer,
  'public.notices': onesOwn,
  'public.panel_admins': panelOnly,
  'public.panel_agents': panelOnly,
  'public.panel_audit': panelOnly,
  'public.panel_batches': panelOnly,
  'public.panel_cards': panelOnly,
  'public.panel_ledger': panelOnly,
  'public.panel_payments': panelOnly,
  'public.panel_session_timeline': panelOnly,
  'public.panel_sessions': panelOnly,
  'public.panel_user_audit': panelOnly,
  'public.panel_users': panelOnly,
  'public.payment_disputes': adminsOnly,
  'public.payment_entries': adminsOnly,
  'public.payments': onesOwn,
  'public.profiles': onesOwn,
  'public.refund_requests': adminsOnly,
  'public.settings': adminsOnly,
  'public.stripe_events': adminsOnly,
  'public.time_cards': onesOwn,
  'public.voice_sessions': onesOwn,
  'public.weekly_retention': adminsOnly,
};

/** The columns that say whose a row is. */
const ownerColumns: Record<string, string[]> = {
  'public.auto_top_up_attempts': ['user_id'],
  'public.auto_top_ups': ['user_id'],
  'public.notices': ['user_id'],
  'public.payments': ['user_id'],
  'public.profiles': ['id'],
  'public.time_cards': ['owner_id', 'purchaser_id'],
  'public.voice_sessions': ['user_id'],
};

const roles = ['anon', 'authenticated', 'service_role'] as const;
type Role = (typeof roles)[number];

let db: TestDatabase;
let tables: string[];
const people = { owner: '', stranger: '', inactive: '', support: '', admin: '' };

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  await db.owner`
    insert into packages (id, name, total_seconds, price_cents, is_active) values ('gone', 'Gone', 60, 50, false)`;
  await db.owner`insert into agent_types (id, name, is_active) values ('gone', 'Gone', false)`;
  await db.owner`insert into agent_prompts (agent_type_id, instructions) values ('gone', 'Be gone.')`;
  for (const name of Object.keys(people) as (keyof typeof people)[]) {
    const user = (people[name] = await signUp(db));
    await giveCard(db, user, 3600);
    const session = await talk(db, user);
    await roomEvent(db, {
      id: `EV_${name}`,
      event: 'room_started',
      room: { name: `session-${session}` },
    });
    await end(db, session, 0);
    const bought = await purchase(db, user);
    await deliver(db, stripeEvent(intent(bought, 'succeeded')));
    await db.owner`insert into auto_top_ups (user_id, disabled_reason, disabled_at) values (${user}, 'user', now())`;
    await db.owner`
      insert into auto_top_up_attempts (payment_id, user_id, payment_method_id) values (${bought.payment_id}, ${user}, 'pm_1')`;
    await db.owner`insert into notices (user_id, kind) values (${user}, 'auto_top_up_limit_reached')`;
    await db.owner`
      insert into admin_audit_log (action, subject_table, subject_id, reason) values ('test', 'profiles', ${user}, 'a test')`;
  }
  await giveCard(db, people.stranger, 60, { purchaser_id: people.owner });
  const present = await gift(db, people.stranger);
  await redeem(db, people.stranger, 'no code');
  await tell(db, dispute(present, 'needs_response'));
  await db.owner`
    insert into code_batches (package_id, quantity, audit_id) select 'starter_1h', 1, max(id) from admin_audit_log`;
  await db.owner`insert into admins (user_id, role) values (${people.support}, 'support'), (${people.admin}, 'admin')`;
  const [sale] = await db.owner`select id from payments where user_id = ${people.owner}`;
  await db.call({ user: people.admin }, 'admin_begin_refund', {
    payment_id: sale?.id,
    reason: 'a test',
  });
  await db.owner`insert into private.late_proofs (session_id, used_seconds) select id, 1 from voice_sessions limit 1`;
  await db.owner`insert into private.open_card_time values ('2020-01-02', 'grant', 'usd', 0, 0, 1, 0, 0, 0)`;
  await db.owner`insert into daily_stats values ('2020-01-01', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, now())`;
  await db.owner`insert into daily_revenue values ('2020-01-01', 'usd', 0, 0, 0)`;
  await db.owner`insert into daily_card_time values ('2020-01-01', 'grant', 'usd', 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)`;
  await db.owner`insert into weekly_retention values ('2019-12-30', '2019-12-30', 1)`;
  await db.owner`update profiles set is_active = false where id = ${people.inactive}`;
  await addDocument(db, people.admin);
  const rows = await db.owner`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
  tables = rows.map((row) => String(row.name));
});
afterAll(() => db.close());

function callerOf(persona: Persona): Caller {
  if (persona === 'anon') return 'anon';
  return persona === 'service_role' ? 'service' : { user: people[persona] };
}

/** Runs statements as somebody and undoes them; answers the rows, or the sqlstate they were refused with. */
async function attempt(
  persona: Persona,
  work: (sql: Sql) => Promise<readonly Record<string, unknown>[]>,
) {
  let answer: readonly Record<string, unknown>[] = [];
  const undo = new Error('undo');
  try {
    await db.as(callerOf(persona), async (sql) => {
      answer = await work(sql);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) return { refused: String((error as { code: unknown }).code) };
  }
  return { rows: answer };
}

describe('declared', () => {
  test('the privileges on every table and column are the declared ones', async () => {
    const actual: Record<string, Partial<Record<Role, string>>> = {};
    for (const table of tables) {
      actual[table] = {};
      for (const role of roles) {
        const rows = await db.owner`
          select lower(p.name) as name, has_table_privilege(${role}, ${table}::regclass, p.name) as on_table,
            (select string_agg(a.attname, ',' order by a.attname) from pg_attribute a
             where a.attrelid = ${table}::regclass and a.attnum > 0 and not a.attisdropped
               and p.name in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
               and has_column_privilege(${role}, a.attrelid, a.attnum,
                 case when p.name in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') then p.name else 'SELECT' end)) as columns
          from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'])
            with ordinality p (name, position) order by p.position`;
        const granted = rows.flatMap((row) => {
          if (row.on_table) return [String(row.name)];
          return row.columns ? [`${row.name}(${row.columns})`] : [];
        });
        if (granted.length > 0) actual[table][role] = granted.join(' ');
      }
    }
    expect(actual).toEqual(declaredTables);
  });

  test('who may execute each function is the declared list, and nobody any other', async () => {
    const rows = await db.owner`
      select p.oid::regprocedure::text as name,
        array(select r from unnest(${[...roles]}::text[]) r where has_function_privilege(r, p.oid, 'execute')) as roles
      from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)`;
    const executable = rows.filter((row) => row.roles.length > 0);
    expect(Object.fromEntries(executable.map((row) => [row.name, row.roles]))).toEqual(
      declaredFunctions,
    );
  });

  test('a function in the exposed schema is there for somebody to call', async () => {
    const rows = await db.owner`
      select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace`;
    expect(rows.map((row) => row.name).filter((name) => !(name in declaredFunctions))).toEqual([]);
  });

  test('a visitor may execute nothing', () => {
    expect(Object.values(declaredFunctions).filter((list) => list.includes('anon'))).toEqual([]);
  });

  test('the policies are the declared ones', async () => {
    const rows = await db.owner`
      select format('%s: %s to %s: %s', tablename, lower(cmd), array_to_string(roles, ', '), policyname) as policy
      from pg_policies where schemaname in ('public', 'private')`;
    expect(rows.map((row) => row.policy).toSorted()).toEqual(declaredPolicies.toSorted());
  });

  test('nobody of the API may use the internals, a sequence, or make anything', async () => {
    const rows = await db.owner`
      select r.role,
        has_schema_privilege(r.role, 'private', 'usage') or has_schema_privilege(r.role, 'private', 'create')
          or has_schema_privilege(r.role, 'public', 'create') as on_schema,
        exists (
          select from pg_class c
          where c.relkind = 'S' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
            and has_sequence_privilege(r.role, c.oid, 'usage, select, update')
        ) as on_sequence
      from unnest(${[...roles]}::text[]) r (role)`;
    expect(rows.map((row) => ({ ...row }))).toEqual(
      roles.map((role) => ({ role, on_schema: false, on_sequence: false })),
    );
  });

  test('what a later migration makes belongs to nobody of the API', async () => {
    const undo = new Error('undo');
    await db.owner
      .begin(async (sql) => {
        await sql.unsafe(`
          create table public.probe (id bigint generated always as identity primary key);
          create function public.probe_it() returns void language sql as 'select';
          create function private.probe_it() returns void language sql as 'select'`);
        for (const role of roles) {
          const [row] = await sql`
            select has_table_privilege(${role}, 'public.probe', 'select, insert, update, delete') as on_table,
              has_sequence_privilege(${role}, 'public.probe_id_seq', 'usage, select, update') as on_sequence,
              has_function_privilege(${role}, 'public.probe_it()', 'execute') as on_function,
              has_function_privilege(${role}, 'private.probe_it()', 'execute') as on_internal`;
          expect({ role, ...row }).toEqual({
            role,
            on_table: false,
            on_sequence: false,
            on_function: false,
            on_internal: false,
          });
        }
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  });
});

describe('tried', () => {
  /** How much of a table somebody sees, told from the rows that the owner sees. */
  async function sightOf(persona: Persona, table: string): Promise<Sight | string> {
    // The panel's views ask who calls, so the owner asks as an admin.
    const all = await db.owner.begin(async (sql) => {
      await sql`select set_config('request.jwt.claim.sub', ${people.admin}, true)`;
      return sql.unsafe(`select to_jsonb(t) as row from ${table} t`);
    });
    if (all.length === 0) return `${table} has no rows to see`;
    const seen = await attempt(persona, (sql) =>
      sql.unsafe(`select to_jsonb(t) as row from ${table} t`),
    );
    if (seen.refused) return seen.refused === '42501' ? 'denied' : seen.refused;
    const rows = seen.rows?.map(({ row }) => row as Record<string, unknown>) ?? [];
    if (rows.length === 0) return 'nothing';
    if (rows.length === all.length) return 'all';
    const me = persona in people ? people[persona as keyof typeof people] : '';
    const mine = (row: Record<string, unknown>) =>
      (ownerColumns[table] ?? []).some((column) => row[column] === me);
    const everything = all.map(({ row }) => row as Record<string, unknown>);
    if (rows.every(mine) && rows.length === everything.filter(mine).length) return 'their own';
    const active = (row: Record<string, unknown>) => row.is_active === true;
    if (rows.every(active) && rows.length === everything.filter(active).length) {
      return 'what is active';
    }
    return `${rows.length} of ${all.length} rows`;
  }

  test.each(personas)('as %s: what each table shows', async (persona) => {
    const actual: Record<string, string> = {};
    for (const table of tables) actual[table] = await sightOf(persona, table);
    expect(actual).toEqual(
      Object.fromEntries(
        Object.entries(declaredSight).map(([name, sight]) => [name, sight[persona]]),
      ),
    );
  });

  test('whoever paid for a card sees it beside its owner', async () => {
    const seen = await db.as(
      { user: people.owner },
      (sql) =>
        sql`select owner_id from time_cards where purchaser_id = ${people.owner} and owner_id <> ${people.owner}`,
    );
    expect(seen.map((row) => row.owner_id)).toEqual([people.stranger]);
  });

  const writes = {
    insert: (sql: Sql, table: string) => sql.unsafe(`insert into ${table} default values`),
    update: async (sql: Sql, table: string) => {
      const [column] = await db.owner`
        select attname from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and attidentity = '' order by attnum limit 1`;
      return sql.unsafe(`update ${table} set "${column?.attname}" = "${column?.attname}"`);
    },
    delete: (sql: Sql, table: string) => sql.unsafe(`delete from ${table}`),
    truncate: (sql: Sql, table: string) => sql.unsafe(`truncate ${table} cascade`),
  };

  /** Not allowed; or no table to write to: a view that joins (55000), or any view to truncate (42809). */
  const refusals = new Set(['42501', '55000', '42809']);

  test.each(personas)('as %s: no table takes a write beyond the declared ones', async (persona) => {
    const role: Role = persona === 'anon' || persona === 'service_role' ? persona : 'authenticated';
    for (const table of tables) {
      const declared = declaredTables[table]?.[role]?.split(' ') ?? [];
      for (const [verb, write] of Object.entries(writes)) {
        const { refused } = await attempt(persona, (sql) => write(sql, table));
        const isPermitted = !refusals.has(refused ?? '');
        expect({ table, verb, isPermitted }).toEqual({
          table,
          verb,
          isPermitted: declared.includes(verb),
        });
      }
    }
  });

  test.each(['owner', 'stranger', 'inactive', 'support', 'admin'] as const)(
    'as %s: an update of all profiles reaches only their own',
    async (persona) => {
      const { rows } = await attempt(
        persona,
        (sql) => sql`update profiles set full_name = 'Mallory', preferences = '{}' returning id`,
      );
      expect(rows?.map(({ id }) => id)).toEqual([people[persona]]);
    },
  );

  test('the operator can offer a package and an agent, change the settings, and make an admin', async () => {
    const { refused } = await attempt('service_role', async (sql) => {
      await sql`insert into packages (id, name, total_seconds, price_cents) values ('new', 'New', 60, 50)`;
      await sql`update packages set price_cents = 60 where id = 'new'`;
      await sql`insert into agent_types (id, name) values ('new', 'New')`;
      await sql`update agent_types set rate_permille = 1500 where id = 'new'`;
      await sql`update settings set max_sessions = 5`;
      await sql`update profiles set is_active = false where id = ${people.stranger}`;
      await sql`insert into admins (user_id, role) values (${people.owner}, 'support')`;
      await sql`update admins set role = 'admin' where user_id = ${people.owner}`;
      return sql`delete from admins where user_id = ${people.owner}`;
    });
    expect(refused).toBeUndefined();
  });

  test.each([
    ['anon', 'get_balance()'],
    ['anon', "redeem_code('AAAA')"],
    ['anon', "reissue_gift_code('00000000-0000-0000-0000-000000000000')"],
    ['anon', "rate_session('00000000-0000-0000-0000-000000000000', 5)"],
    ['service_role', "redeem_code('AAAA')"],
    ['service_role', "reissue_gift_code('00000000-0000-0000-0000-000000000000')"],
    ['owner', "apply_stripe_object('{}')"],
    ['admin', "apply_stripe_event('{}')"],
    ['anon', "end_my_session('00000000-0000-0000-0000-000000000000')"],
    ['owner', 'verify_ledger()'],
    ['owner', 'run_maintenance()'],
    ['owner', "authorize_session('00000000-0000-0000-0000-000000000000', 'basic')"],
    ['owner', "apply_stripe_event('{}')"],
    ['admin', 'run_maintenance()'],
    ['admin', 'verify_ledger()'],
    ['service_role', 'get_balance()'],
  ] as const)('as %s: %s is refused', async (persona, call) => {
    const { refused } = await attempt(persona, (sql) => sql.unsafe(`select public.${call}`));
    expect(refused).toBe('42501');
  });

  test.each(['anon', 'owner', 'admin', 'service_role'] as const)(
    'as %s: the internals cannot be called by name',
    async (persona) => {
      for (const call of [
        'now()',
        'is_admin()',
        "move_seconds(null, 'issue', null, 'remaining', 1)",
        'issue_code(null)',
        "code_hmac('A')",
        'take_back(null, 1)',
        'credit_payment(null, now())',
        'refund_payment(null, 1)',
        "apply_object('{}')",
        "process_stripe_event('evt')",
      ]) {
        const { refused } = await attempt(persona, (sql) => sql.unsafe(`select private.${call}`));
        expect({ call, refused }).toEqual({ call, refused: '42501' });
      }
    },
  );
});

test('an admin who was deactivated is none any more', async () => {
  const admin = await signUp(db, 'Former Admin');
  await db.owner`insert into admins (user_id, role) values (${admin}, 'admin')`;
  const seen = () => db.as({ user: admin }, (sql) => sql`select from admins`);
  expect(await seen()).not.toHaveLength(0);
  await db.owner`update profiles set is_active = false where id = ${admin}`;
  expect(await seen()).toHaveLength(0);
  await db.owner`delete from admins where user_id = ${admin}`;
});

test('only an admin is one, and support is not more than support', async () => {
  const rows = await db.owner`select user_id, role from admins`;
  expect(rows).toHaveLength(2);
  for (const persona of ['owner', 'support', 'admin'] as const) {
    const answer = await db.owner.begin(async (sql) => {
      await sql`select set_config('request.jwt.claim.sub', ${people[persona]}, true)`;
      const [row] =
        await sql`select private.is_admin() as reads, private.is_admin('admin') as acts`;
      return row;
    });
    expect({ persona, ...answer }).toEqual({
      persona,
      reads: persona !== 'owner',
      acts: persona === 'admin',
    });
  }
});
