-- The roll-up behind the KPI page. A day (UTC) is closed once, when nothing in it can change any
-- more; from then on its figures are read from here and what they were counted from never again.

create table public.daily_stats (
  day date primary key,
  sign_ups bigint not null,
  completed_sessions bigint not null,
  failed_sessions bigint not null,
  unjoined_sessions bigint not null,
  served_seconds bigint not null,
  ratings bigint not null,
  rating_points bigint not null,
  satisfied_ratings bigint not null,
  succeeded_payments bigint not null,
  failed_payments bigint not null,
  closed_at timestamptz not null
);
comment on table public.daily_stats is
  'What happened on a day that is closed, for the KPI page. Days follow each other without a gap.';
comment on column public.daily_stats.completed_sessions is
  'Ended that day in good order, after somebody had joined.';
comment on column public.daily_stats.failed_sessions is 'Ended that day in an error.';
comment on column public.daily_stats.unjoined_sessions is
  'Authorised, joined by nobody, released that day.';
comment on column public.daily_stats.served_seconds is
  'Wall-clock seconds of the sessions that ended that day, as known when they were settled, and '
  'what late proofs added that day to sessions of any day.';
comment on column public.daily_stats.ratings is
  'First given that day (rated_at); rating_points is their sum, satisfied: 4 or 5.';
comment on column public.daily_stats.succeeded_payments is 'Paid that day.';
comment on column public.daily_stats.failed_payments is
  'First declined or given up that day, and not paid by the time the day was closed.';

create table public.daily_revenue (
  day date not null references public.daily_stats (day) on delete restrict,
  currency text not null,
  paid_cents bigint not null,
  refunded_cents bigint not null,
  charged_back_cents bigint not null,
  primary key (day, currency)
);
comment on table public.daily_revenue is
  'Money of a day that is closed, from payment_entries, by the day on which it became known. '
  'Refunds and chargebacks are positive numbers; net is paid less both.';

create table public.daily_card_time (
  day date not null references public.daily_stats (day) on delete restrict,
  source text not null,
  currency text not null,
  price_cents integer not null,
  card_seconds bigint not null,
  issued_seconds bigint not null,
  used_seconds bigint not null,
  expired_seconds bigint not null,
  revoked_seconds bigint not null,
  total_issued_seconds bigint not null,
  total_used_seconds bigint not null,
  total_expired_seconds bigint not null,
  total_revoked_seconds bigint not null,
  primary key (day, source, currency, price_cents, card_seconds)
);
comment on table public.daily_card_time is
  'What the ledger says of all cards of one kind: what moved on a day that is closed, and the '
  'totals at its end. A kind has a row on every day from its first on, so that a total is one '
  'read. What is unused: issued less used, expired and revoked.';
comment on column public.daily_card_time.source is
  'As on time_cards. A card that is sold counts from the moment it is paid for, with all that '
  'happened to it before; others from their issue.';
comment on column public.daily_card_time.card_seconds is
  'Seconds that such a card sold for price_cents; both 0 for cards that nobody paid for.';
comment on column public.daily_card_time.used_seconds is
  'Card seconds billed, corrections included on the day they were made. A movement back makes any '
  'of these negative.';

create table private.open_card_time (
  day date not null,
  source text not null,
  currency text not null,
  price_cents integer not null,
  card_seconds bigint not null,
  issued_seconds bigint not null,
  used_seconds bigint not null,
  expired_seconds bigint not null,
  revoked_seconds bigint not null,
  primary key (day, source, currency, price_cents, card_seconds)
);
comment on table private.open_card_time is
  'What moved, so far, on the days that are open: the ledger is counted as it grows, so that no '
  'page has to read a day of it.';

create table private.card_time_tally (
  id boolean primary key default true constraint one_row check (id),
  counted_through_at timestamptz
);
comment on table private.card_time_tally is
  'Until when the ledger has been counted into open_card_time; null: not at all yet.';

insert into private.card_time_tally default values;

create table public.weekly_retention (
  cohort_week date not null,
  week date not null,
  people bigint not null,
  primary key (cohort_week, week)
);
comment on table public.weekly_retention is
  'How many of the people who signed up in one week talked in another; weeks are named by their '
  'Monday (UTC). Written when the Sunday of week is closed; no row: nobody.';
comment on column public.weekly_retention.people is
  'People with a session that somebody joined and that ended in week.';

create table private.late_proofs (
  id bigint generated always as identity primary key,
  session_id uuid not null references public.voice_sessions (id) on delete restrict,
  used_seconds bigint not null,
  created_at timestamptz not null default private.now()
);
comment on table private.late_proofs is
  'What corrections added to the talk of sessions that were settled already: so the time served '
  'can be told by the day on which it became known. Append-only.';

create index late_proofs_session on private.late_proofs (session_id);
create index late_proofs_created on private.late_proofs (created_at);

-- For the days that are open. None of them is touched by a beat. The entries of the ledger that
-- hold or release time, the most by far, are left out: they change nothing that is counted.
create index profiles_created on public.profiles (created_at);
create index voice_sessions_ended on public.voice_sessions (ended_at) where ended_at is not null;
create index voice_sessions_rated on public.voice_sessions (rated_at) where rated_at is not null;
create index ledger_entries_counted on public.ledger_entries (created_at)
  where kind not in ('hold', 'release');
create index payment_entries_created on public.payment_entries (created_at);
create index payments_failed on public.payments (failed_at) where failed_at is not null;

alter table public.daily_stats enable row level security;
create policy "admins see the days" on public.daily_stats for select to authenticated
  using ((select private.is_admin()));
grant select on public.daily_stats to authenticated, service_role;

alter table public.daily_revenue enable row level security;
create policy "admins see the revenue" on public.daily_revenue for select to authenticated
  using ((select private.is_admin()));
grant select on public.daily_revenue to authenticated, service_role;

alter table public.daily_card_time enable row level security;
create policy "admins see the card time" on public.daily_card_time for select to authenticated
  using ((select private.is_admin()));
grant select on public.daily_card_time to authenticated, service_role;

alter table public.weekly_retention enable row level security;
create policy "admins see the retention" on public.weekly_retention for select to authenticated
  using ((select private.is_admin()));
grant select on public.weekly_retention to authenticated, service_role;

alter table private.late_proofs enable row level security;
alter table private.open_card_time enable row level security;
alter table private.card_time_tally enable row level security;

create trigger append_only before update or delete on private.late_proofs
  for each row execute function private.forbid_change();
create trigger append_only before update or delete on public.daily_stats
  for each row execute function private.forbid_change();
create trigger append_only before update or delete on public.daily_revenue
  for each row execute function private.forbid_change();
create trigger append_only before update or delete on public.daily_card_time
  for each row execute function private.forbid_change();
create trigger append_only before update or delete on public.weekly_retention
  for each row execute function private.forbid_change();

create function private.keep_late_proof() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.late_proofs (session_id, used_seconds, created_at)
  values (new.id, new.used_seconds - old.used_seconds, private.now());
  return null;
end
$$;
comment on function private.keep_late_proof is
  'Trigger: keeps what a correction adds to a session that was settled already.';

create trigger late_proof after update of used_seconds on public.voice_sessions
  for each row when (old.ended_at is not null and old.used_seconds <> new.used_seconds)
  execute function private.keep_late_proof();

create function private.day_start(day date) returns timestamptz
language sql immutable
set search_path = ''
as $$
  select day::timestamp at time zone 'UTC'
$$;
comment on function private.day_start is 'When a day begins (UTC).';

create function private.week_of(day date) returns date
language sql immutable
set search_path = ''
as $$
  select date_trunc('week', day::timestamp)::date
$$;
comment on function private.week_of is 'The Monday of a day''s week.';

create function private.count_days(from_day date, to_day date) returns setof public.daily_stats
language plpgsql stable
set search_path = ''
as $$
declare
  since timestamptz := private.day_start(from_day);
  until timestamptz := private.day_start(to_day + 1);
begin
  return query
  with joined as (
    select
      (p.created_at at time zone 'UTC')::date as day, count(*) as people
    from public.profiles p
    where p.created_at >= since and p.created_at < until
    group by 1
  ),
  ended as (
    select
      (v.ended_at at time zone 'UTC')::date as day,
      count(*) filter (where v.status = 'completed' and v.started_at is not null) as completed,
      count(*) filter (where v.status = 'error') as failed,
      count(*) filter (where v.status = 'completed' and v.started_at is null) as unjoined,
      sum(v.used_seconds) as used_seconds
    from public.voice_sessions v
    where v.ended_at >= since and v.ended_at < until
    group by 1
  ),
  rated as (
    select
      (v.rated_at at time zone 'UTC')::date as day, count(*) as ratings, sum(v.rating) as points,
      count(*) filter (where v.rating >= 4) as satisfied
    from public.voice_sessions v
    where v.rated_at >= since and v.rated_at < until
    group by 1
  ),
  late as (
    -- A late proof counts on the day it came, so it is taken out of the session's own day.
    select x.day, sum(x.used_seconds) as used_seconds
    from (
      select (l.created_at at time zone 'UTC')::date as day, l.used_seconds
      from private.late_proofs l
      where l.created_at >= since and l.created_at < until
      union all
      select (v.ended_at at time zone 'UTC')::date, -l.used_seconds
      from private.late_proofs l
      join public.voice_sessions v on v.id = l.session_id
      where l.created_at >= since and v.ended_at >= since and v.ended_at < until
    ) x
    group by 1
  ),
  paid as (
    select (e.created_at at time zone 'UTC')::date as day, count(*) as payments
    from public.payment_entries e
    where e.kind = 'paid' and e.created_at >= since and e.created_at < until
    group by 1
  ),
  failed as (
    select (p.failed_at at time zone 'UTC')::date as day, count(*) as payments
    from public.payments p
    where p.failed_at >= since and p.failed_at < until
    group by 1
  )
  select
    d.day, coalesce(j.people, 0), coalesce(n.completed, 0), coalesce(n.failed, 0),
    coalesce(n.unjoined, 0), (coalesce(n.used_seconds, 0) + coalesce(l.used_seconds, 0))::bigint,
    coalesce(r.ratings, 0), coalesce(r.points, 0), coalesce(r.satisfied, 0),
    coalesce(p.payments, 0), coalesce(f.payments, 0), null::timestamptz
  from (
    select from_day + i as day from generate_series(0, to_day - from_day) i
  ) d
  left join joined j on j.day = d.day
  left join ended n on n.day = d.day
  left join late l on l.day = d.day
  left join rated r on r.day = d.day
  left join paid p on p.day = d.day
  left join failed f on f.day = d.day;
end
$$;
comment on function private.count_days is
  'The figures of daily_stats, counted from the tables themselves: one row for every day of the '
  'range. Through indexes on the times, so it costs what happened in the range.';

create function private.count_revenue(from_day date, to_day date)
returns setof public.daily_revenue
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select
    (e.created_at at time zone 'UTC')::date as day,
    e.currency,
    coalesce(sum(e.amount_cents) filter (where e.kind = 'paid'), 0)::bigint,
    coalesce(-sum(e.amount_cents) filter (where e.kind = 'refund'), 0)::bigint,
    coalesce(-sum(e.amount_cents) filter (where e.kind = 'chargeback'), 0)::bigint
  from public.payment_entries e
  where e.created_at >= private.day_start(from_day) and e.created_at < private.day_start(to_day + 1)
  group by 1, 2;
end
$$;
comment on function private.count_revenue is
  'The figures of daily_revenue, counted from payment_entries.';

create function private.count_movements(since timestamptz, until timestamptz)
returns setof private.open_card_time
language plpgsql stable
set search_path = ''
-- Row by row through indexes: the cost follows the range, never the size of the tables.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_sort = off
as $$
begin
  return query
  with entries as (
    select e.card_id, (e.created_at at time zone 'UTC')::date as day,
      e.from_bucket, e.to_bucket, e.seconds
    from public.ledger_entries e
    where e.created_at >= since and e.created_at < until and e.kind not in ('hold', 'release')
    union all
    -- What happened to a card before it was paid for counts from then on.
    select e.card_id, (b.created_at at time zone 'UTC')::date, e.from_bucket, e.to_bucket, e.seconds
    from public.payment_entries b
    join public.payments p on p.id = b.payment_id
    join public.ledger_entries e on e.card_id = p.time_card_id
    where b.kind = 'paid' and b.created_at >= since and b.created_at < until
      -- No entry of a card is older than its order.
      and p.created_at < since and e.created_at < since and e.kind not in ('hold', 'release')
  ),
  by_card as (
    select e.card_id, e.day,
      sum(case when e.from_bucket is null then e.seconds else 0 end) as issued,
      sum(case 'used'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0 end) as used,
      sum(case 'expired'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0 end) as expired,
      sum(case 'revoked'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0 end) as revoked
    from entries e
    group by 1, 2
  )
  select
    greatest(m.day, (b.paid_at at time zone 'UTC')::date) as day, c.source, c.currency,
    case when c.source in ('purchase', 'gift') then c.price_cents else 0 end as price_cents,
    case when c.source in ('purchase', 'gift') then c.total_seconds else 0 end as card_seconds,
    sum(m.issued)::bigint, sum(m.used)::bigint, sum(m.expired)::bigint, sum(m.revoked)::bigint
  from by_card m
  join public.time_cards c on c.id = m.card_id
  cross join lateral (
    -- Asked only of cards that are sold, and once.
    select case when c.source in ('purchase', 'gift') then (
      select e.created_at
      from public.payments p
      join public.payment_entries e on e.payment_id = p.id and e.kind = 'paid'
      where p.time_card_id = c.id
    ) end as paid_at
    offset 0
  ) b
  where c.source not in ('purchase', 'gift') or b.paid_at < until
  group by 1, 2, 3, 4, 5;
end
$$;
comment on function private.count_movements is
  'What moved on cards between two moments, by day and kind of card, counted from the ledger. '
  'Ranges that follow each other add up.';

create function private.tally_card_time(at timestamptz) returns timestamptz
language plpgsql
set search_path = ''
as $$
declare
  since timestamptz := coalesce(
    (select t.counted_through_at from private.card_time_tally t),
    private.day_start(private.first_open_day())
  );
  -- An hour is left for whatever is under way to commit; 31 days at a time.
  until timestamptz := least(tally_card_time.at - interval '1 hour', since + interval '31 days');
begin
  if until is null or until <= since then
    return since;
  end if;
  insert into private.open_card_time as o
  select * from private.count_movements(since, until)
  on conflict (day, source, currency, price_cents, card_seconds) do update set
    issued_seconds = o.issued_seconds + excluded.issued_seconds,
    used_seconds = o.used_seconds + excluded.used_seconds,
    expired_seconds = o.expired_seconds + excluded.expired_seconds,
    revoked_seconds = o.revoked_seconds + excluded.revoked_seconds;
  update private.card_time_tally t set counted_through_at = until;
  return until;
end
$$;
comment on function private.tally_card_time is
  'Counts the ledger on into open_card_time and answers until when it is counted. The caller holds '
  'the lock of close_days().';

create function private.count_card_time(from_day date, to_day date)
returns setof public.daily_card_time
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with everything as (
    -- The totals that the range begins with, as a movement on the day before it.
    select t.day, t.source, t.currency, t.price_cents, t.card_seconds,
      t.total_issued_seconds as issued, t.total_used_seconds as used,
      t.total_expired_seconds as expired, t.total_revoked_seconds as revoked
    from public.daily_card_time t
    where t.day = from_day - 1
    union all
    select * from private.open_card_time o where o.day between from_day and to_day
    union all
    select m.*
    from private.card_time_tally t
    cross join private.count_movements(
      coalesce(t.counted_through_at, private.day_start(from_day)), private.day_start(to_day + 1)
    ) m
  ),
  moved as (
    select x.day, x.source, x.currency, x.price_cents, x.card_seconds,
      sum(x.issued)::bigint as issued, sum(x.used)::bigint as used,
      sum(x.expired)::bigint as expired, sum(x.revoked)::bigint as revoked
    from everything x
    group by 1, 2, 3, 4, 5
  ),
  filled as (
    select d.day, k.source, k.currency, k.price_cents, k.card_seconds,
      coalesce(m.issued, 0) as issued, coalesce(m.used, 0) as used,
      coalesce(m.expired, 0) as expired, coalesce(m.revoked, 0) as revoked
    from (select from_day - 1 + i as day from generate_series(0, to_day - from_day + 1) i) d
    cross join (
      select distinct x.source, x.currency, x.price_cents, x.card_seconds from moved x
    ) k
    left join moved m using (day, source, currency, price_cents, card_seconds)
  ),
  summed as (
    select f.*,
      (sum(f.issued) over w)::bigint as total_issued,
      (sum(f.used) over w)::bigint as total_used,
      (sum(f.expired) over w)::bigint as total_expired,
      (sum(f.revoked) over w)::bigint as total_revoked
    from filled f
    window w as (partition by f.source, f.currency, f.price_cents, f.card_seconds order by f.day)
  )
  select s.* from summed s where s.day >= from_day and s.total_issued > 0;
end
$$;
comment on function private.count_card_time is
  'The figures of daily_card_time for days that follow the last closed one: what is tallied, and '
  'what came since from the ledger.';

create function private.count_retention(from_week date, to_week date)
returns setof public.weekly_retention
language plpgsql stable
set search_path = ''
-- Row by row through indexes: the cost follows the range, never the size of the tables.
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  since timestamptz := private.day_start(from_week);
  until timestamptz := private.day_start(to_week + 7);
begin
  return query
  with talked as (
    select distinct date_trunc('week', v.ended_at at time zone 'UTC')::date as week, v.user_id
    from public.voice_sessions v
    where v.ended_at >= since and v.ended_at < until and v.started_at is not null
  )
  select date_trunc('week', p.created_at at time zone 'UTC')::date, t.week, count(*)
  from talked t
  join public.profiles p on p.id = t.user_id
  group by 1, 2;
end
$$;
comment on function private.count_retention is
  'The figures of weekly_retention for a range of weeks, counted from the sessions.';

create function private.first_open_day() returns date
language sql stable
set search_path = ''
as $$
  select coalesce(
    (select max(d.day) + 1 from public.daily_stats d),
    (least(
      (select min(p.created_at) from public.profiles p),
      (select e.created_at from public.ledger_entries e order by e.id limit 1)
    ) at time zone 'UTC')::date
  )
$$;
comment on function private.first_open_day is
  'The first day that is not closed: the one after the last closed one, at the very beginning the '
  'day of the first sign-up or ledger entry; null when there is nothing yet.';

create function private.close_days() returns bigint
language plpgsql
set search_path = ''
as $$
declare
  at timestamptz := private.now();
  -- A rating may be changed for a day; ten minutes more let whatever is under way commit.
  last_due date := ((at - interval '1 day 10 minutes') at time zone 'UTC')::date - 1;
  counted_until timestamptz;
  from_day date;
  to_day date;
begin
  -- Whoever comes second leaves it to the first, and waits for nobody.
  if not pg_try_advisory_xact_lock(hashtextextended('mindbot.close_days', 0)) then
    return 0;
  end if;
  counted_until := private.tally_card_time(at);
  from_day := private.first_open_day();
  to_day := least(
    last_due, from_day + 30, (counted_until at time zone 'UTC')::date - 1
  );
  if from_day is null or to_day < from_day then
    return 0;
  end if;

  insert into public.daily_stats
  select
    d.day, d.sign_ups, d.completed_sessions, d.failed_sessions, d.unjoined_sessions,
    d.served_seconds, d.ratings, d.rating_points, d.satisfied_ratings,
    d.succeeded_payments, d.failed_payments, at
  from private.count_days(from_day, to_day) d;
  insert into public.daily_revenue select * from private.count_revenue(from_day, to_day);
  insert into public.daily_card_time select * from private.count_card_time(from_day, to_day);
  delete from private.open_card_time o where o.day <= to_day;
  -- A week is closed with its Sunday.
  insert into public.weekly_retention
  select * from private.count_retention(private.week_of(from_day), private.week_of(to_day + 1) - 7);
  return to_day - from_day + 1;
end
$$;
comment on function private.close_days is
  'Writes the figures of the days that can change no more: those that ended a day and ten minutes '
  'ago; and counts the ledger on for the days that are open. At most 31 days at a time, oldest '
  'first; the next run goes on. Answers how many it closed. Safe to run at any time and twice at '
  'once.';
