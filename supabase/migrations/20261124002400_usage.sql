-- What a person used, day by day: the figures of a small chart.

create type public.usage_day as (
  day date, talk_seconds bigint, card_seconds bigint, sessions bigint
);
comment on type public.usage_day is
  'One UTC day of get_usage. talk_seconds: wall-clock seconds talked; card_seconds: what they cost; '
  'a session counts on the day on which it was opened.';

create function public.get_usage(from_day date, to_day date) returns setof public.usage_day
language plpgsql stable security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
begin
  if not coalesce(get_usage.to_day - get_usage.from_day between 0 and 399, false) then
    perform private.fail(400, 'invalid_input', 'Ask for 1 to 400 days, the first one first.',
      '{"to_day": ["must be at most 399 days after from_day, and not before it"]}');
  end if;
  return query
  select
    d.day,
    coalesce(sum(s.used_seconds), 0)::bigint,
    coalesce(sum(s.billed_seconds), 0)::bigint,
    count(s.id)
  from (
    select get_usage.from_day + n as day
    from generate_series(0, get_usage.to_day - get_usage.from_day) n
  ) d
  left join public.voice_sessions s
    on s.user_id = caller
    and s.started_at is not null
    and s.created_at >= d.day::timestamp at time zone 'UTC'
    and s.created_at < (d.day + 1)::timestamp at time zone 'UTC'
  group by d.day
  order by d.day;
end
$$;
comment on function public.get_usage is
  'The caller''s talk and its cost by UTC day, one row for each of at most 400 days, also for those '
  'without any. A call that goes on counts with what it has proven, and costs nothing yet. Security '
  'definer so that an admin, who may read everybody''s sessions, gets their own too. Errors: '
  'not_authenticated, invalid_input.';
grant execute on function public.get_usage to authenticated;
