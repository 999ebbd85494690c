-- Events that never arrived: how far Stripe's own list of events has been read, and which of them
-- the inbox lacks.

create table private.stripe_cursor (
  id boolean primary key default true constraint one_row check (id),
  read_until_at timestamptz
);
alter table private.stripe_cursor enable row level security;
comment on table private.stripe_cursor is
  'How far Stripe''s list of events has been read, on Stripe''s clock; null: not yet.';

insert into private.stripe_cursor default values;

create type public.stripe_cursor_result as (read_until_at timestamptz);
comment on type public.stripe_cursor_result is
  'How far Stripe''s list of events has been read; null: not yet.';

create function public.read_stripe_cursor() returns public.stripe_cursor_result
language sql stable security definer
set search_path = ''
as $$
  select row(c.read_until_at)::public.stripe_cursor_result from private.stripe_cursor c
$$;
comment on function public.read_stripe_cursor is
  'How far Stripe''s list of events has been read. Secret key only; security definer because '
  'nobody may read the table.';
grant execute on function public.read_stripe_cursor to service_role;

create function public.advance_stripe_cursor(read_until_at timestamptz)
returns public.stripe_cursor_result
language sql security definer
set search_path = ''
as $$
  -- Of two runs at once the slower one must not move it back.
  update private.stripe_cursor c
  set read_until_at = greatest(c.read_until_at, advance_stripe_cursor.read_until_at)
  returning row(c.read_until_at)::public.stripe_cursor_result
$$;
comment on function public.advance_stripe_cursor is
  'Remembers how far Stripe''s list of events has been read and applied; never goes back. Secret '
  'key only; security definer because nobody may write the table.';
grant execute on function public.advance_stripe_cursor to service_role;

create type public.missed_stripe_event as (event_id text);
comment on type public.missed_stripe_event is 'An event that should be applied.';

create function public.list_missed_stripe_events(event_ids jsonb)
returns setof public.missed_stripe_event
language sql stable security definer
set search_path = ''
as $$
  select x.id
  from jsonb_array_elements_text(
    case jsonb_typeof(list_missed_stripe_events.event_ids)
      when 'array' then list_missed_stripe_events.event_ids
      else '[]'
    end
  ) x (id)
  cross join public.settings k
  left join public.stripe_events e on e.id = x.id
  where e.id is null
    -- One that could not be applied is tried again, but not for ever: then an admin replays it.
    or (e.processed_at is null and e.attempts <= k.webhook_retry_attempts)
$$;
comment on function public.list_missed_stripe_events is
  'Which of these events ([ids]) never arrived, or arrived and could not be applied yet. Secret '
  'key only; security definer to read under one set of rights with the rest.';
grant execute on function public.list_missed_stripe_events to service_role;
