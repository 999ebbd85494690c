-- The KPI page: closed days from the roll-up, the open ones counted live, so that it costs the same
-- however long the history is.

create function private.read_days(from_day date, to_day date) returns setof public.daily_stats
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from public.daily_stats d where d.day between from_day and to_day
  union all
  select * from private.count_days(greatest(from_day, private.first_open_day()), to_day);
end
$$;
comment on function private.read_days is
  'One row for every day of a range from the first day of the business on; closed_at is null while '
  'a day is open.';

create function private.read_revenue(from_day date, to_day date)
returns setof public.daily_revenue
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from public.daily_revenue r where r.day between from_day and to_day
  union all
  select * from private.count_revenue(greatest(from_day, private.first_open_day()), to_day);
end
$$;
comment on function private.read_revenue is
  'The money of a range of days, closed and open ones.';

create function private.read_card_time(from_day date, to_day date)
returns setof public.daily_card_time
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from public.daily_card_time t where t.day between from_day and to_day
  union all
  -- Totals are carried on from the last closed day, also over open days before the range.
  select * from private.count_card_time(private.first_open_day(), to_day) t where t.day >= from_day;
end
$$;
comment on function private.read_card_time is
  'The movements and totals of card time of a range of days, closed and open ones.';

create function private.read_retention(from_week date, to_week date)
returns setof public.weekly_retention
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  select * from public.weekly_retention r
  where r.cohort_week between from_week and to_week and r.week <= to_week
  union all
  select * from private.count_retention(
    greatest(from_week, private.week_of(private.first_open_day())), to_week
  ) r
  where r.cohort_week >= from_week;
end
$$;
comment on function private.read_retention is
  'Who of the cohorts of a range of weeks talked in which week of the range.';

create function private.kpi_revenue(revenue public.daily_revenue[], from_day date, to_day date)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'currency', x.currency,
      'paid_cents', x.paid,
      'refunded_cents', x.refunded,
      'charged_back_cents', x.charged_back,
      'net_cents', x.paid - x.refunded - x.charged_back
    ) order by x.currency
  ), '[]')
  from (
    select r.currency, sum(r.paid_cents) as paid, sum(r.refunded_cents) as refunded,
      sum(r.charged_back_cents) as charged_back
    from unnest(kpi_revenue.revenue) r
    where r.day between kpi_revenue.from_day and kpi_revenue.to_day
    group by r.currency
  ) x
$$;
comment on function private.kpi_revenue is
  'Revenue of a period by currency, in cents; net: paid less refunds and chargebacks that became '
  'known in the period, of whatever payment.';

create function private.kpi_card_time(
  card_time public.daily_card_time[], from_day date, to_day date
) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_object_agg(x.kind, jsonb_build_object(
    'issued_seconds', x.issued,
    'used_seconds', x.used,
    'expired_seconds', x.expired,
    'revoked_seconds', x.revoked
  ))
  from (
    select k.kind,
      coalesce(sum(t.issued_seconds), 0) as issued, coalesce(sum(t.used_seconds), 0) as used,
      coalesce(sum(t.expired_seconds), 0) as expired, coalesce(sum(t.revoked_seconds), 0) as revoked
    from (values
      ('paid', array['purchase', 'gift']),
      ('grant', array['grant']),
      ('promo', array['promo']),
      ('trial', array['trial'])
    ) k (kind, sources)
    left join unnest(kpi_card_time.card_time) t
      on t.source = any (k.sources)
      and t.day between kpi_card_time.from_day and kpi_card_time.to_day
    group by k.kind
  ) x
$$;
comment on function private.kpi_card_time is
  'What moved on cards in a period, in card seconds, paid ones (purchases and gifts) apart from '
  'grants, promotions and trials. Paid time is issued when it is paid for.';

create function private.kpi_liabilities(card_time public.daily_card_time[], day date)
returns jsonb
language sql immutable
set search_path = ''
as $$
  with kinds as (
    select t.currency, t.price_cents, t.card_seconds,
      t.total_issued_seconds - t.total_used_seconds
        - t.total_expired_seconds - t.total_revoked_seconds as unused_seconds
    from unnest(kpi_liabilities.card_time) t
    where t.day = kpi_liabilities.day and t.source in ('purchase', 'gift')
  ),
  currencies as (
    select k.currency, sum(k.unused_seconds) as seconds,
      round(sum(k.price_cents::numeric * k.unused_seconds / k.card_seconds)) as cents
    from kinds k
    group by k.currency
  )
  select jsonb_build_object(
    'seconds', coalesce(sum(c.seconds), 0),
    'by_currency', coalesce(jsonb_agg(
      jsonb_build_object('currency', c.currency, 'seconds', c.seconds, 'cents', c.cents)
      order by c.currency
    ), '[]')
  )
  from currencies c
$$;
comment on function private.kpi_liabilities is
  'What is owed to customers at the end of a day: seconds that were paid for and are neither used, '
  'expired nor revoked (gifts that wait and frozen cards included), and the share of their price.';

create function private.kpi_figures(
  days public.daily_stats[],
  revenue public.daily_revenue[],
  card_time public.daily_card_time[],
  from_day date,
  to_day date
) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
declare
  total record;
  cards record;
  -- Nothing is known of days to come: their totals are those of the last day known.
  last_day date := (select max(t.day) from unnest(card_time) t where t.day <= to_day);
  seconds jsonb := private.kpi_card_time(card_time, from_day, to_day);
begin
  select
    coalesce(sum(d.sign_ups), 0) as sign_ups,
    coalesce(sum(d.completed_sessions), 0) as completed,
    coalesce(sum(d.failed_sessions), 0) as failed,
    coalesce(sum(d.unjoined_sessions), 0) as unjoined,
    coalesce(sum(d.served_seconds), 0) as served,
    coalesce(sum(d.ratings), 0) as ratings,
    coalesce(sum(d.rating_points), 0) as points,
    coalesce(sum(d.satisfied_ratings), 0) as satisfied,
    coalesce(sum(d.succeeded_payments), 0) as succeeded,
    coalesce(sum(d.failed_payments), 0) as refused
  into total
  from unnest(days) d
  where d.day between from_day and to_day;
  select sum(t.total_used_seconds) as used,
    sum(t.total_issued_seconds - t.total_revoked_seconds) as kept
  into cards
  from unnest(card_time) t
  where t.day = last_day and t.source in ('purchase', 'gift');

  return jsonb_build_object(
    'from_day', from_day,
    'to_day', to_day,
    'revenue', private.kpi_revenue(revenue, from_day, to_day),
    'sign_ups', total.sign_ups,
    'sessions', jsonb_build_object(
      'completed', total.completed,
      'failed', total.failed,
      'unjoined', total.unjoined,
      'average_seconds', round(total.served / nullif(total.completed + total.failed, 0), 1)
    ),
    'payments', jsonb_build_object(
      'succeeded', total.succeeded,
      'failed', total.refused,
      'success_rate', round(total.succeeded / nullif(total.succeeded + total.refused, 0), 4)
    ),
    'satisfaction', jsonb_build_object(
      'ratings', total.ratings,
      'average', round(total.points / nullif(total.ratings, 0), 2),
      'satisfied_rate', round(total.satisfied / nullif(total.ratings, 0), 4)
    ),
    'card_seconds', seconds,
    'card_utilisation', round(cards.used / nullif(cards.kept, 0), 4),
    'margin', private.kpi_margin(total.served, seconds),
    'liabilities', private.kpi_liabilities(card_time, last_day)
  );
end
$$;
comment on function private.kpi_figures is
  'The figures of one period; a rate or average of nothing is null. average_seconds: served time '
  'over sessions that somebody joined. success_rate: of the payments that were decided, how many '
  'were paid. satisfied_rate: ratings of 4 and 5. card_utilisation: of all the time ever paid for '
  'and not taken back, the share that was talked by the end of the period.';

create function private.kpi_margin(served_seconds numeric, card_seconds jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'served_seconds', kpi_margin.served_seconds,
    'billed_seconds', x.billed,
    'paid_billed_seconds', x.paid,
    'billed_per_served', round(x.billed / nullif(kpi_margin.served_seconds, 0), 4),
    'paid_per_served', round(x.paid / nullif(kpi_margin.served_seconds, 0), 4)
  )
  from (
    select
      sum((k.value ->> 'used_seconds')::numeric) as billed,
      sum((k.value ->> 'used_seconds')::numeric) filter (where k.key = 'paid') as paid
    from jsonb_each(kpi_margin.card_seconds) k
  ) x
$$;
comment on function private.kpi_margin is
  'The margin guard: wall-clock seconds that the providers served beside the card seconds billed '
  'for them, all and those that somebody had paid for.';

create function private.kpi_series(
  days public.daily_stats[],
  revenue public.daily_revenue[],
  card_time public.daily_card_time[],
  from_day date,
  to_day date
) returns jsonb
language sql immutable
set search_path = ''
as $$
  with time_of_day as (
    select t.day, sum(t.used_seconds) as billed,
      sum(t.used_seconds) filter (where t.source in ('purchase', 'gift')) as paid_billed,
      sum(t.used_seconds) filter (where t.source not in ('purchase', 'gift')) as free_billed,
      sum(t.issued_seconds) filter (where t.source in ('purchase', 'gift')) as sold,
      sum(t.total_issued_seconds - t.total_used_seconds - t.total_expired_seconds
        - t.total_revoked_seconds) filter (where t.source in ('purchase', 'gift')) as unused
    from unnest(kpi_series.card_time) t
    group by t.day
  ),
  money_of_day as (
    select r.day, jsonb_agg(
      jsonb_build_object(
        'currency', r.currency,
        'paid_cents', r.paid_cents,
        'refunded_cents', r.refunded_cents,
        'charged_back_cents', r.charged_back_cents,
        'net_cents', r.paid_cents - r.refunded_cents - r.charged_back_cents
      ) order by r.currency
    ) as revenue
    from unnest(kpi_series.revenue) r
    group by r.day
  )
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'day', d.day,
      'is_closed', d.closed_at is not null,
      'sign_ups', d.sign_ups,
      'sessions', d.completed_sessions + d.failed_sessions,
      'failed_sessions', d.failed_sessions,
      'served_seconds', d.served_seconds,
      'billed_seconds', coalesce(t.billed, 0),
      'paid_billed_seconds', coalesce(t.paid_billed, 0),
      'free_billed_seconds', coalesce(t.free_billed, 0),
      'sold_seconds', coalesce(t.sold, 0),
      'unused_paid_seconds', coalesce(t.unused, 0),
      'ratings', d.ratings,
      'average_rating', round(d.rating_points::numeric / nullif(d.ratings, 0), 2),
      'succeeded_payments', d.succeeded_payments,
      'failed_payments', d.failed_payments,
      'revenue', coalesce(m.revenue, '[]')
    ) order by d.day
  ), '[]')
  from unnest(kpi_series.days) d
  left join time_of_day t on t.day = d.day
  left join money_of_day m on m.day = d.day
  where d.day between kpi_series.from_day and kpi_series.to_day
$$;
comment on function private.kpi_series is 'The figures of a period day by day.';

create function private.kpi_retention(
  days public.daily_stats[], from_week date, to_week date
) returns jsonb
language sql stable
set search_path = ''
as $$
  with cohorts as (
    select date_trunc('week', d.day::timestamp)::date as week, sum(d.sign_ups) as people
    from unnest(kpi_retention.days) d
    where d.day between kpi_retention.from_week and kpi_retention.to_week + 6
    group by 1
    having sum(d.sign_ups) > 0
  ),
  talked as materialized (
    select * from private.read_retention(kpi_retention.from_week, kpi_retention.to_week)
  )
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'week', c.week, 'people', c.people, 'talked', x.talked, 'rates', x.rates
    ) order by c.week
  ), '[]')
  from cohorts c
  cross join lateral (
    select jsonb_agg(coalesce(t.people, 0) order by w.week) as talked,
      jsonb_agg(round(coalesce(t.people, 0) / c.people, 4) order by w.week) as rates
    from (
      select c.week + 7 * i as week
      from generate_series(0, (kpi_retention.to_week - c.week) / 7) i
    ) w
    left join talked t on t.cohort_week = c.week and t.week = w.week
  ) x
$$;
comment on function private.kpi_retention is
  'For every week in which somebody signed up: how many did, and how many of them (and which share) '
  'talked in that week and each one after it, up to to_week.';

create function private.check_kpi_range(from_day date, to_day date, today date) returns void
language plpgsql
set search_path = ''
as $$
begin
  if from_day is null or to_day is null then
    perform private.fail(400, 'invalid_input', 'A period has a first and a last day.',
      '{"from_day": ["must be a day"], "to_day": ["must be a day"]}');
  elsif from_day < '2000-01-01' or to_day > today + 400 then
    perform private.fail(400, 'invalid_input', 'There is nothing to tell of such days.',
      '{"from_day": ["must not be before the year 2000"], "to_day": ["must not lie far ahead"]}');
  elsif to_day < from_day then
    perform private.fail(400, 'invalid_input', 'A period ends after it begins.',
      '{"to_day": ["must not be before from_day"]}');
  elsif to_day - from_day >= 400 then
    perform private.fail(400, 'invalid_input', 'A period has at most 400 days.',
      '{"to_day": ["must be within 400 days of from_day"]}');
  end if;
end
$$;
comment on function private.check_kpi_range is
  'Refuses a period that nobody means. Errors: invalid_input.';

create function private.kpi_growth(figure numeric, before numeric) returns numeric
language sql immutable
set search_path = ''
as $$
  select round((kpi_growth.figure - kpi_growth.before) / nullif(abs(kpi_growth.before), 0), 4)
$$;
comment on function private.kpi_growth is
  'By which share of what it was before a figure grew: 0.25 is a quarter more; null when there was '
  'nothing before.';

create function private.kpi_growth_by_currency(figures jsonb, before jsonb, measure text)
returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(
    currency, private.kpi_growth(coalesce(f.value, 0), coalesce(b.value, 0))
  ), '{}')
  from (
    select x ->> 'currency' as currency, (x ->> kpi_growth_by_currency.measure)::numeric as value
    from jsonb_array_elements(kpi_growth_by_currency.figures) x
  ) f
  full join (
    select x ->> 'currency' as currency, (x ->> kpi_growth_by_currency.measure)::numeric as value
    from jsonb_array_elements(kpi_growth_by_currency.before) x
  ) b using (currency)
$$;
comment on function private.kpi_growth_by_currency is
  'The growth of one measure of each currency of two lists, by currency; what a list lacks is 0.';

create function private.kpi_changes(period jsonb, previous jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'revenue', private.kpi_growth_by_currency(p -> 'revenue', b -> 'revenue', 'net_cents'),
    'liabilities', private.kpi_growth_by_currency(
      p #> '{liabilities,by_currency}', b #> '{liabilities,by_currency}', 'cents'
    ),
    'growth', (
      select jsonb_object_agg(x.name, private.kpi_growth(
        (p #>> x.path)::numeric, (b #>> x.path)::numeric
      ))
      from (values
        ('sign_ups', '{sign_ups}'::text[]),
        ('completed_sessions', '{sessions,completed}'),
        ('average_seconds', '{sessions,average_seconds}'),
        ('served_seconds', '{margin,served_seconds}'),
        ('billed_seconds', '{margin,billed_seconds}'),
        ('liability_seconds', '{liabilities,seconds}')
      ) x (name, path)
    ),
    'difference', (
      select jsonb_object_agg(x.name, (p #>> x.path)::numeric - (b #>> x.path)::numeric)
      from (values
        ('success_rate', '{payments,success_rate}'::text[]),
        ('average_rating', '{satisfaction,average}'),
        ('satisfied_rate', '{satisfaction,satisfied_rate}'),
        ('card_utilisation', '{card_utilisation}'),
        ('billed_per_served', '{margin,billed_per_served}'),
        ('paid_per_served', '{margin,paid_per_served}')
      ) x (name, path)
    )
  )
  from (select kpi_changes.period as p, kpi_changes.previous as b) figures
$$;
comment on function private.kpi_changes is
  'A period beside the one before it: amounts and counts by their growth, rates and averages by '
  'their difference, money by currency. Null where one of the two has no figure.';

create function public.admin_kpis(from_day date, to_day date) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  at timestamptz := private.now();
  today date := (at at time zone 'UTC')::date;
  from_week date;
  to_week date;
  previous_from date;
  last_day date;
  days public.daily_stats[];
  revenue public.daily_revenue[];
  card_time public.daily_card_time[];
  period jsonb;
  previous jsonb;
begin
  perform private.require_admin('support');
  perform private.check_kpi_range(admin_kpis.from_day, admin_kpis.to_day, today);

  last_day := least(admin_kpis.to_day, today);
  previous_from := admin_kpis.from_day - (admin_kpis.to_day - admin_kpis.from_day + 1);
  from_week := private.week_of(admin_kpis.from_day);
  to_week := private.week_of(last_day);
  -- Of the days between the period and today only yesterday and today are read.
  days := array(
    select d from private.read_days(
      least(previous_from, from_week, last_day - 1), least(to_week + 6, today)
    ) d
    union all
    select d from private.read_days(greatest(to_week + 7, today - 1), today) d
  );
  revenue := array(
    select r from private.read_revenue(least(previous_from, last_day - 1), last_day) r
    union all
    select r from private.read_revenue(greatest(last_day + 1, today - 1), today) r
  );
  card_time := array(
    select t from private.read_card_time(least(previous_from, last_day - 1), last_day) t
    union all
    select t from private.read_card_time(greatest(last_day + 1, today - 1), today) t
  );
  period := private.kpi_figures(
    days, revenue, card_time, admin_kpis.from_day, admin_kpis.to_day
  );
  previous := private.kpi_figures(
    days, revenue, card_time, previous_from, admin_kpis.from_day - 1
  );

  return jsonb_build_object(
    'at', at,
    'closed_through', (select max(d.day) from public.daily_stats d),
    'period', period,
    'previous', previous,
    'changes', private.kpi_changes(period, previous),
    'today', private.kpi_figures(days, revenue, card_time, today, today),
    'yesterday', private.kpi_figures(days, revenue, card_time, today - 1, today - 1),
    'now', jsonb_build_object(
      'active_sessions', (
        select count(*) from public.voice_sessions v
        where v.status in ('pending', 'active') and v.started_at is not null
      ),
      'waiting_sessions', (
        select count(*) from public.voice_sessions v
        where v.status in ('pending', 'active') and v.started_at is null
      )
    ),
    'days', private.kpi_series(days, revenue, card_time, admin_kpis.from_day, last_day),
    'retention', private.kpi_retention(days, from_week, to_week)
  );
end
$$;
comment on function public.admin_kpis is
  'The figures of a period of at most 400 days (UTC), of the equally long one before it, how they '
  'changed, and day by day; those of today and yesterday; what is going on now; retention by the '
  'week of sign-up. Closed days are read from the roll-up. Seconds and cents are whole, rates '
  'rounded decimals. Support may. Security definer because it reads everything, for those who may '
  'see it. Errors: not_authenticated, not_allowed, invalid_input.';
grant execute on function public.admin_kpis to authenticated;
