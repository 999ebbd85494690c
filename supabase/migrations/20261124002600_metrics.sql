-- The state of the business for a monitor that asks every few seconds.

create function public.metrics() returns jsonb
language sql stable security definer
set search_path = ''
as $$
  with clock as materialized (select private.now() as at),
  open_sessions as materialized (
    select
      v.status, v.agent_type_id, v.granted_seconds,
      case v.status when 'active' then coalesce(v.last_heartbeat_at, v.started_at) end as heard_at
    from public.voice_sessions v
    where v.status in ('pending', 'active')
  ),
  by_agent as (
    -- A row for nobody too: a series that comes and goes cannot be compared.
    select t.id as agent_type, s.status, count(o.status) as sessions
    from public.agent_types t
    cross join unnest(array['pending', 'active']) s (status)
    left join open_sessions o on o.agent_type_id = t.id and o.status = s.status
    where t.is_active or o.status is not null
    group by t.id, s.status
  )
  select jsonb_build_object(
    'open_sessions', coalesce(
      (select jsonb_agg(to_jsonb(b) order by b.agent_type, b.status) from by_agent b), '[]'
    ),
    'granted_seconds', (select coalesce(sum(o.granted_seconds), 0) from open_sessions o),
    'heartbeat_age_seconds', (
      select coalesce(max(private.open_seconds(o.heard_at, clock.at)), 0) from open_sessions o
    ),
    'rooms_to_close', (select count(*) from public.list_rooms_to_close()),
    'pending_payments', (select count(*) from public.payments p where p.status = 'pending'),
    'payments_to_review', (
      select count(*) from public.payments p where p.review_reason is not null
    ),
    'unprocessed_stripe_events', x.events,
    'stripe_event_age_seconds', x.age_seconds,
    'closed_day', (
      select jsonb_build_object(
        'starts_at', private.day_start(d.day),
        'served_seconds', d.served_seconds,
        'completed_sessions', d.completed_sessions,
        'failed_sessions', d.failed_sessions,
        'succeeded_payments', d.succeeded_payments,
        'failed_payments', d.failed_payments
      )
      from public.daily_stats d
      order by d.day desc
      limit 1
    )
  )
  from clock
  cross join lateral (
    select
      count(*) as events,
      coalesce(private.open_seconds(min(e.received_at), clock.at), 0) as age_seconds
    from public.stripe_events e
    where e.processed_at is null
  ) x
$$;
comment on function public.metrics is
  'What is going on and what waits, for monitoring: the open sessions by status and agent, the '
  'card seconds they hold, how long the most silent of them has not been heard of, rooms that '
  'should be closed (100 at most), payments that are pending or to be reviewed, Stripe events that '
  'wait to be applied and for how long; and the day that was closed last, null before there is '
  'one. Reads what is open, through indexes, and never what is over, so it costs the same however '
  'long the history. Secret key only; security definer to read under one set of rights with the '
  'rest.';
grant execute on function public.metrics to service_role;
