-- What an admin sets: the knobs of the business, the price list, and whom one can talk to. What
-- each field may be is data, so that a request hears of every wrong field at once.

create table private.field_rules (
  table_name text not null,
  field text not null,
  kind text not null constraint kind_is_known check (kind in ('integer', 'text', 'boolean')),
  minimum bigint,
  maximum bigint,
  pattern text,
  otherwise text,
  is_nullable boolean not null default false,
  is_required boolean not null default false,
  primary key (table_name, field),
  constraint counted_kinds_have_bounds
    check (kind = 'boolean' or (minimum is not null and maximum is not null)),
  constraint a_pattern_comes_with_words check ((pattern is null) = (otherwise is null))
);
alter table private.field_rules enable row level security;
comment on table private.field_rules is
  'What an admin may write into which field of which table. A field without a row is not theirs.';
comment on column private.field_rules.minimum is 'Of a number; of a text: its length.';
comment on column private.field_rules.otherwise is
  'What people are told when a text does not match the pattern.';
comment on column private.field_rules.is_required is 'A new row needs it.';

insert into private.field_rules (table_name, field, kind, minimum, maximum, is_nullable) values
  ('settings', 'hold_slice_seconds', 'integer', 1, 86400, false),
  ('settings', 'heartbeat_interval_seconds', 'integer', 1, 300, false),
  ('settings', 'heartbeat_timeout_seconds', 'integer', 2, 3600, false),
  ('settings', 'join_timeout_seconds', 'integer', 1, 3600, false),
  ('settings', 'session_timeout_seconds', 'integer', 10, 86400, false),
  ('settings', 'max_session_seconds', 'integer', 1, 86400, true),
  ('settings', 'low_balance_seconds', 'integer', 0, 86400, false),
  ('settings', 'last_minute_seconds', 'integer', 0, 600, false),
  ('settings', 'max_sessions', 'integer', 0, 1000000, false),
  ('settings', 'max_sessions_per_user', 'integer', 0, 1000, false),
  ('settings', 'code_attempts_per_hour', 'integer', 1, 1000, false),
  ('settings', 'webhook_retry_attempts', 'integer', 0, 100, false),
  ('settings', 'trial_seconds', 'integer', 0, 86400, false),
  ('settings', 'transcript_retention_days', 'integer', 0, 3650, false),
  ('packages', 'validity_days', 'integer', 1, 3650, true),
  ('packages', 'sort_order', 'integer', -1000000, 1000000, false),
  ('packages', 'description', 'text', 0, 2000, false),
  ('packages', 'is_active', 'boolean', null, null, false),
  ('agent_types', 'rate_permille', 'integer', 1, 100000, false),
  ('agent_types', 'minimum_charge_seconds', 'integer', 0, 3600, false),
  ('agent_types', 'sort_order', 'integer', -1000000, 1000000, false),
  ('agent_types', 'description', 'text', 0, 2000, false),
  ('agent_types', 'is_active', 'boolean', null, null, false);

insert into private.field_rules
  (table_name, field, kind, minimum, maximum, is_required, pattern, otherwise)
values
  ('packages', 'id', 'text', 1, 63, true, '^[a-z0-9][a-z0-9_]*$',
    'must be small letters, digits and underscores'),
  ('packages', 'name', 'text', 1, 100, true, '^[^\t\n\r]*$', 'must be one line'),
  ('packages', 'total_seconds', 'integer', 60, 31536000, true, null, null),
  ('packages', 'price_cents', 'integer', 50, 99999999, true, null, null),
  ('packages', 'currency', 'text', 3, 3, false, '^[a-z]{3}$', 'must be three small letters'),
  ('agent_types', 'id', 'text', 1, 63, true, '^[a-z0-9][a-z0-9_]*$',
    'must be small letters, digits and underscores'),
  ('agent_types', 'name', 'text', 1, 100, true, '^[^\t\n\r]*$', 'must be one line');

create function private.field_problem(rule private.field_rules, value jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when value is null then 'must be given'
    when value = 'null' then case when not rule.is_nullable then 'must not be null' end
    when rule.kind = 'boolean' then
      case when jsonb_typeof(value) <> 'boolean' then 'must be true or false' end
    when rule.kind = 'integer' then
      case
        when jsonb_typeof(value) <> 'number'
          or value::numeric <> trunc(value::numeric)
          or value::numeric not between rule.minimum and rule.maximum
        then format('must be a whole number from %s to %s', rule.minimum, rule.maximum)
      end
    when jsonb_typeof(value) <> 'string' then 'must be a text'
    when char_length(value #>> '{}') not between rule.minimum and rule.maximum
      then format('must have %s to %s characters', rule.minimum, rule.maximum)
    when private.has_control_characters(value #>> '{}') then 'must not have control characters'
    when value #>> '{}' !~ rule.pattern then rule.otherwise
  end
$$;
comment on function private.field_problem is
  'What is wrong with a value for a field, or null; no value at all: it is missing.';

create function private.field_errors(table_name text, input jsonb, is_new boolean) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(p.field, jsonb_build_array(p.problem)), '{}')
  from (
    select r.field, private.field_problem(r, field_errors.input -> r.field) as problem
    from private.field_rules r
    where r.table_name = field_errors.table_name
      and (field_errors.input ? r.field or (field_errors.is_new and r.is_required))
    union all
    select left(k.field, 100), 'is not a field that can be set'
    from jsonb_object_keys(field_errors.input) k (field)
    where not exists (
      select from private.field_rules r
      where r.table_name = field_errors.table_name and r.field = k.field
    )
  ) p
  where p.problem is not null
$$;
comment on function private.field_errors is
  'The errors of all fields of a request, {field: [sentence]}; a new row needs its required '
  'fields.';

create function private.clean_fields(input jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(f.key, case jsonb_typeof(f.value)
    when 'string' then to_jsonb(coalesce(private.trimmed(f.value #>> '{}'), ''))
    -- 60.0 is a whole number too.
    when 'number' then to_jsonb(trim_scale(f.value::numeric))
    else f.value
  end), '{}')
  from jsonb_each(input) f
$$;
comment on function private.clean_fields is
  'A request''s fields as they are kept: texts without white space around them, numbers in their '
  'shortest form.';

create function private.require_fields(argument text, input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  if jsonb_typeof(require_fields.input) is distinct from 'object'
    or require_fields.input = '{}' then
    perform private.refuse_fields(
      jsonb_build_object(require_fields.argument, '["must be an object of fields"]'::jsonb)
    );
  end if;
  return private.clean_fields(require_fields.input);
end
$$;
comment on function private.require_fields is
  'An argument that must be an object of fields, cleaned. Errors: invalid_input.';

create function private.update_fields(table_name text, id text, input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  columns text;
  saved jsonb;
begin
  select string_agg(format('%I', k.field), ', ') into columns
  from jsonb_object_keys(update_fields.input) k (field);
  -- The names come from private.field_rules: the request was checked against it.
  execute format(
    'update public.%1$I t set (%2$s) ='
    ' (select %2$s from jsonb_populate_record(null::public.%1$I, $1))'
    ' where t.id::text = $2 returning to_jsonb(t)',
    update_fields.table_name, columns
  ) into saved using update_fields.input, update_fields.id;
  return saved;
end
$$;
comment on function private.update_fields is
  'Sets checked fields of a row, whatever their number, and answers the row.';

create function private.insert_fields(table_name text, input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  columns text;
  saved jsonb;
begin
  select string_agg(format('%I', k.field), ', ') into columns
  from jsonb_object_keys(insert_fields.input) k (field);
  execute format(
    'insert into public.%1$I as t (%2$s)'
    ' select %2$s from jsonb_populate_record(null::public.%1$I, $1) returning to_jsonb(t)',
    insert_fields.table_name, columns
  ) into saved using insert_fields.input;
  return saved;
end
$$;
comment on function private.insert_fields is
  'Makes a row of checked fields; all others have their defaults. Answers the row.';

create function public.admin_update_settings(changes jsonb, reason text) returns public.settings
language plpgsql security definer
set search_path = ''
as $$
declare
  fields jsonb;
  errors jsonb;
  before jsonb;
  after jsonb;
begin
  perform private.require_admin();
  fields := private.require_fields('changes', admin_update_settings.changes);
  select to_jsonb(k) into before from public.settings k for no key update;

  errors := private.reason_errors(admin_update_settings.reason)
    || private.field_errors('settings', fields, false);
  after := before || fields;
  if not errors ?| array['heartbeat_timeout_seconds', 'heartbeat_interval_seconds']
    and after -> 'heartbeat_timeout_seconds' <= after -> 'heartbeat_interval_seconds' then
    errors := errors
      || '{"heartbeat_timeout_seconds": ["must be more than heartbeat_interval_seconds"]}';
  end if;
  perform private.refuse_fields(errors);

  after := private.update_fields('settings', 'true', fields);
  perform private.audit(
    'admin_update_settings', 'settings', 'true',
    private.differing(before, after), private.differing(after, before),
    admin_update_settings.reason
  );
  return jsonb_populate_record(null::public.settings, after);
end
$$;
comment on function public.admin_update_settings is
  'Changes the settings that are named, {name: value}, all or none; answers the whole row. Admins '
  'only; security definer because nobody may write the settings. Errors: not_authenticated, '
  'not_allowed, invalid_input.';
grant execute on function public.admin_update_settings to authenticated;

create function private.save_row(argument text, table_name text, input jsonb, reason text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  fields jsonb;
  id text;
  before jsonb;
  after jsonb;
begin
  perform private.require_admin();
  fields := private.require_fields(save_row.argument, save_row.input);
  id := fields ->> 'id';
  -- One at a time: whether the row is there decides what the request must say. Readers and sales
  -- do not wait for this.
  execute format('lock table public.%I in share row exclusive mode', save_row.table_name);
  execute format('select to_jsonb(t) from public.%I t where t.id = $1', save_row.table_name)
    into before using id;
  perform private.refuse_fields(
    private.reason_errors(save_row.reason)
    || private.field_errors(save_row.table_name, fields, before is null)
  );

  if before is null then
    after := private.insert_fields(save_row.table_name, fields);
  else
    after := private.update_fields(save_row.table_name, id, fields);
  end if;
  perform private.audit(
    'admin_save_' || save_row.argument, save_row.table_name, id,
    case when before is not null then private.differing(before, after) end,
    case when before is null then after else private.differing(after, before) end,
    save_row.reason
  );
  return after;
end
$$;
comment on function private.save_row is
  'Makes a row of an offer, or changes the fields that are named of the one that has its id; '
  'answers the row. The fields are those of private.field_rules. Errors: not_authenticated, '
  'not_allowed, invalid_input.';

create function public.admin_save_package(package jsonb, reason text) returns public.packages
language sql security definer
set search_path = ''
as $$
  select jsonb_populate_record(
    null::public.packages, private.save_row('package', 'packages', package, reason)
  )
$$;
comment on function public.admin_save_package is
  'Puts a package on the price list, or changes the named fields of one; answers the package. '
  'Cards that are sold stay as they were sold. Admins only; security definer because nobody may '
  'write the price list. Errors: not_authenticated, not_allowed, invalid_input.';
grant execute on function public.admin_save_package to authenticated;

create function public.admin_save_agent_type(agent_type jsonb, reason text)
returns public.agent_types
language sql security definer
set search_path = ''
as $$
  select jsonb_populate_record(
    null::public.agent_types, private.save_row('agent_type', 'agent_types', agent_type, reason)
  )
$$;
comment on function public.admin_save_agent_type is
  'Offers an agent, or changes the named fields of one; answers it. Sessions keep the rate and the '
  'minimum that they began with. Admins only; security definer because nobody may write the '
  'agents. Errors: not_authenticated, not_allowed, invalid_input.';
grant execute on function public.admin_save_agent_type to authenticated;
