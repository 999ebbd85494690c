-- What everything else stands on: no privilege by default, one way to raise an error, one clock,
-- and state machines as data.

create schema private;
comment on schema private is
  'Internals. Not exposed through the Data API; nobody but the owner may use it.';
revoke all on schema private from public;

-- A new object is nobody's until a migration grants it. Hosted projects may come with default
-- grants to the API roles and Postgres itself lets everybody execute new functions: take both away.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on functions from anon, authenticated, service_role;

grant usage on schema public to anon, authenticated, service_role;

create function private.fail(
  http_status integer,
  code text,
  hint text,
  detail jsonb default '{}'
) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT' || fail.http_status,
    message = fail.code,
    detail = fail.detail::text,
    hint = fail.hint;
end
$$;
comment on function private.fail is
  'Raises an error of the catalogue. PostgREST answers sqlstate PTnnn with HTTP nnn, so the '
  'status, the stable code, a sentence for people and the context all reach the caller.';

create function private.as_uuid(value text) returns uuid
language plpgsql immutable
set search_path = ''
as $$
begin
  return case when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid end;
end
$$;
comment on function private.as_uuid is 'The uuid that a text spells, or null.';

create table private.clock (
  id boolean primary key default true constraint one_row check (id),
  "offset" interval not null default '0'
);
alter table private.clock enable row level security;
comment on table private.clock is
  'How far the business clock runs ahead of the real one. Zero in production; tests move it '
  'instead of sleeping.';

insert into private.clock default values;

create function private.now() returns timestamptz
language plpgsql volatile
set search_path = ''
as $$
begin
  -- Not now(): a transaction that waited for a lock must see the time after the wait.
  return clock_timestamp() + c."offset" from private.clock c;
end
$$;
comment on function private.now is 'The business clock. Every decision about time asks it.';

create function private.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The real time: whoever may write the row need not reach the business clock.
  new.updated_at := now();
  return new;
end
$$;
comment on function private.touch_updated_at is 'Trigger: stamps updated_at.';

create table private.status_transitions (
  table_name text not null,
  from_status text not null,
  to_status text not null,
  primary key (table_name, from_status, to_status)
);
alter table private.status_transitions enable row level security;
comment on table private.status_transitions is
  'The state machines of cards, sessions and payments: a change that has no row here is an error.';

insert into private.status_transitions (table_name, from_status, to_status) values
  ('time_cards', 'pending', 'active'),
  ('time_cards', 'pending', 'revoked'),
  ('time_cards', 'active', 'used'),
  ('time_cards', 'active', 'expired'),
  ('time_cards', 'active', 'revoked'),
  ('time_cards', 'active', 'frozen'),
  ('time_cards', 'used', 'active'),      -- time came back to it
  ('time_cards', 'used', 'frozen'),
  ('time_cards', 'used', 'revoked'),
  ('time_cards', 'expired', 'active'),   -- an admin extends it
  ('time_cards', 'expired', 'frozen'),   -- a call still holds time of it
  ('time_cards', 'expired', 'revoked'),
  ('time_cards', 'frozen', 'active'),
  ('time_cards', 'frozen', 'used'),
  ('time_cards', 'frozen', 'expired'),
  ('time_cards', 'frozen', 'revoked'),
  ('time_cards', 'revoked', 'active'),   -- the money arrived after the purchase was given up
  ('time_cards', 'revoked', 'pending'),  -- the same for a gift, which waits to be redeemed
  ('voice_sessions', 'pending', 'active'),
  ('voice_sessions', 'pending', 'completed'),
  ('voice_sessions', 'active', 'completed'),
  ('voice_sessions', 'active', 'error'),
  ('payments', 'pending', 'succeeded'),
  ('payments', 'pending', 'failed'),
  ('payments', 'pending', 'canceled'),
  ('payments', 'failed', 'succeeded'),
  ('payments', 'failed', 'canceled'),
  ('payments', 'canceled', 'succeeded'),
  ('payments', 'succeeded', 'partially_refunded'),
  ('payments', 'succeeded', 'refunded'),
  ('payments', 'succeeded', 'disputed'),
  ('payments', 'partially_refunded', 'refunded'),
  ('payments', 'partially_refunded', 'disputed'),
  ('payments', 'disputed', 'succeeded'),
  ('payments', 'disputed', 'partially_refunded'),
  ('payments', 'disputed', 'refunded');

create function private.enforce_transition() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not exists (
    select from private.status_transitions t
    where t.table_name = tg_table_name and t.from_status = old.status and t.to_status = new.status
  ) then
    perform private.fail(409, 'illegal_transition',
      format('A row of %s cannot go from %s to %s.', tg_table_name, old.status, new.status),
      jsonb_build_object(
        'table', tg_table_name, 'id', old.id, 'from', old.status, 'to', new.status
      ));
  end if;
  return new;
end
$$;
comment on function private.enforce_transition is
  'Trigger: refuses a change of status that private.status_transitions does not list.';

create function private.forbid_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.fail(409, 'illegal_transition', format('%s is append-only.', tg_table_name));
  return null;
end
$$;
comment on function private.forbid_change is
  'Trigger: keeps an append-only table append-only, for its owner too.';
