import type { Sql } from 'postgres';

/** Sessions that end on one day of the history, whatever its length. */
const sessionsPerDay = 1000;
/** So many people come, have ten sessions each with a card of its own in ten days, and go. */
const peoplePerGeneration = 1000;
const sessionsPerGeneration = 10 * peoplePerGeneration;
const chunk = 100_000;

const people = `
  create unlogged table private.bench_people as
  select j, gen_random_uuid() as user_id
  from generate_series(0, $1 / ${sessionsPerGeneration} * ${peoplePerGeneration} + ${peoplePerGeneration}) j`;

/** Session `i` of a history of `$1`: who, which card, when. Ids are random, as the real ones. */
const plan = `
  create unlogged table private.bench_plan as
  select
    i,
    gen_random_uuid() as session_id,
    gen_random_uuid() as card_id,
    gen_random_uuid() as payment_id,
    i % 4 = 0 as is_paid,
    600 + 60 * (i % 3) as seconds,
    -- The last card of everybody is the one that they still talk on.
    i % ${sessionsPerGeneration} >= ${sessionsPerGeneration - peoplePerGeneration} as is_last,
    p.user_id,
    private.now() - ($1 - i) * interval '1 day' / ${sessionsPerDay} as at
  from generate_series(0, $1 - 1) i
  join private.bench_people p
    on p.j = i / ${sessionsPerGeneration} * ${peoplePerGeneration} + i % ${peoplePerGeneration}`;

/** Per table one insert for the sessions from $1 to $2; all of a session's rows are as its calls would leave them. */
const inserts: Record<string, string> = {
  time_cards: `
    insert into public.time_cards (id, owner_id, purchaser_id, package_id, source, status, total_seconds,
      remaining_seconds, used_seconds, price_cents, activated_at, created_at, updated_at)
    select card_id, user_id, case when is_paid then user_id end, case when is_paid then 'bench' end,
      case when is_paid then 'purchase' else 'grant' end, case when is_last then 'active' else 'used' end,
      case when is_last then 100 * seconds else seconds end, case when is_last then 99 * seconds else 0 end,
      seconds, case when is_paid then 199 else 0 end, at, at, at
    from private.bench_plan where i >= $1 and i < $2`,
  payments: `
    insert into public.payments (id, user_id, package_id, time_card_id, amount_cents, currency, status, flow,
      stripe_payment_intent_id, paid_at, created_at, updated_at)
    select payment_id, user_id, 'bench', card_id, 199, 'usd', 'succeeded', 'checkout', 'pi_' || payment_id,
      at, at, at
    from private.bench_plan where is_paid and i >= $1 and i < $2`,
  payment_entries: `
    insert into public.payment_entries (payment_id, kind, amount_cents, currency, created_at)
    select payment_id, 'paid', 199, 'usd', at
    from private.bench_plan where is_paid and i >= $1 and i < $2 order by i`,
  voice_sessions: `
    insert into public.voice_sessions (id, user_id, agent_type_id, status, room_name, rate_permille,
      minimum_charge_seconds, granted_seconds, used_seconds, billed_seconds, heartbeat_seq, last_heartbeat_at,
      worker_id, end_reason, settled_by, end_proof, room_closed_at, rating, rated_at, created_at, started_at,
      ended_at, updated_at)
    select session_id, user_id, 'basic', 'completed', 'session-' || session_id, 1000, 0, seconds, seconds,
      seconds, 40, at, 'worker-1', 'participant_left', 'worker', 'agent_end', at,
      case when i % 5 = 0 then 1 + i / 5 % 5 end, case when i % 5 = 0 then at end,
      at - make_interval(secs => seconds + 10), at - make_interval(secs => seconds), at, at
    from private.bench_plan where i >= $1 and i < $2`,
  card_holds: `
    insert into public.card_holds (session_id, card_id, position, held_seconds, used_seconds, created_at)
    select session_id, card_id, 0, 0, seconds, at
    from private.bench_plan where i >= $1 and i < $2`,
  ledger_entries: `
    insert into public.ledger_entries (card_id, kind, from_bucket, to_bucket, seconds, session_id, payment_id,
      created_at)
    select p.card_id, e.kind, e.from_bucket, e.to_bucket,
      case when e.kind = 'issue' and p.is_last then 100 * p.seconds else p.seconds end,
      case when e.kind <> 'issue' then p.session_id end,
      case when e.kind = 'issue' and p.is_paid then p.payment_id end, p.at
    from private.bench_plan p
    cross join (values
      ('issue', null, 'remaining'), ('hold', 'remaining', 'held'), ('use', 'held', 'used')
    ) e (kind, from_bucket, to_bucket)
    where p.i >= $1 and p.i < $2
    order by p.i`,
};

/**
 * Fills a migrated, empty database with a history of so many sessions (a multiple of 10,000), each with a card, at
 * 1000 a day up to now, and closes the days that are due. Triggers and foreign keys are off while it
 * works and secondary indexes are built afterwards; what it leaves, verify_ledger finds right.
 */
export async function fillHistory(
  sql: Sql,
  sessions: number,
  progress: (words: string) => void,
): Promise<void> {
  progress(`filling a database with ${sessions} sessions`);
  await sql`set session_replication_role = replica`;
  await sql`set synchronous_commit = off`;
  await offer(sql);
  for (const statement of [people, plan]) {
    await sql.unsafe(statement.replaceAll('$1', String(sessions)));
  }
  await sql`create index on private.bench_plan (i)`;
  await sql`analyze private.bench_plan`;
  await sql`
    insert into auth.users (id, email)
    select distinct user_id, user_id || '@example.com' from private.bench_plan`;
  await sql`
    insert into public.profiles (id, email, created_at, updated_at)
    select user_id, user_id || '@example.com', min(at), min(at) from private.bench_plan group by user_id`;

  const indexes = await sql`
    select indexdef, format('%I.%I', schemaname, indexname) as name from pg_indexes
    where tablename in ${sql(Object.keys(inserts))} and schemaname = 'public'
      and not exists (select from pg_constraint c where c.conname = indexname)`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  for (let from = 0; from < sessions; from += chunk) {
    for (const insert of Object.values(inserts)) {
      await sql.unsafe(
        insert.replaceAll('$1', String(from)).replaceAll('$2', String(from + chunk)),
      );
    }
    if (sessions > chunk) progress(`  ${Math.min(sessions, from + chunk)} sessions`);
  }
  if (sessions > chunk) progress('  building the indexes');
  for (const { indexdef } of indexes) await sql.unsafe(String(indexdef));

  await sql`drop table private.bench_plan, private.bench_people`;
  await sql`reset session_replication_role`;
  await sql`reset synchronous_commit`;
  await sql`vacuum analyze`;
  if (sessions > chunk) progress('  closing the days');
  for (let days = 1; days > 0;) {
    const [row] = await sql`select private.close_days()::integer as days`;
    days = Number(row?.days);
  }
  await sql`vacuum analyze`;
  await sql`checkpoint`;
}

async function offer(sql: Sql): Promise<void> {
  await sql`
    insert into public.agent_types (id, name) values ('basic', 'Basic') on conflict do nothing`;
  await sql`
    insert into public.packages (id, name, total_seconds, price_cents) values ('bench', 'Bench', 600, 199)`;
}
