-- What every act of an admin goes through: who may act, what is refused, and the audit log.

create function private.require_admin(at_least text default 'admin') returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
begin
  if not private.is_admin(require_admin.at_least) then
    perform private.fail(403, 'not_allowed',
      'Only an admin may do this.', jsonb_build_object('needs', require_admin.at_least));
  end if;
  return caller;
end
$$;
comment on function private.require_admin is
  'The caller, who must be an active admin of at least that role (support reads, admin acts). '
  'Errors: not_authenticated, not_allowed.';

create function private.refuse_fields(errors jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  if refuse_fields.errors <> '{}' then
    perform private.fail(400, 'invalid_input', 'Correct the fields that details names.',
      refuse_fields.errors);
  end if;
end
$$;
comment on function private.refuse_fields is
  'Refuses a request with all its field errors at once ({field: [sentences]}); none: does nothing. '
  'Errors: invalid_input.';

create function private.trimmed(value text) returns text
language sql immutable
set search_path = ''
as $$
  select nullif(regexp_replace(trimmed.value, '^\s+|\s+$', '', 'g'), '')
$$;
comment on function private.trimmed is
  'A text without white space around it; null when none is left.';

create function private.has_control_characters(value text) returns boolean
language sql immutable
set search_path = ''
as $$
  -- All of them but tab, line feed and carriage return.
  select value ~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]'
$$;
comment on function private.has_control_characters is
  'Whether a text has characters that nobody types, beyond what ends lines.';

create function private.reason_errors(reason text) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when private.trimmed(reason) is null then '{"reason": ["must be given"]}'::jsonb
    when char_length(private.trimmed(reason)) > 2000
      then '{"reason": ["must have at most 2000 characters"]}'
    when private.has_control_characters(reason)
      then '{"reason": ["must not have control characters"]}'
    else '{}'
  end
$$;
comment on function private.reason_errors is
  'The field errors of the reason that every act of an admin gives.';

create function private.number_errors(
  field text, value numeric, minimum bigint, maximum bigint
) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when value between minimum and maximum and value = trunc(value) then '{}'::jsonb
    else jsonb_build_object(field, jsonb_build_array(
      format('must be a whole number from %s to %s', minimum, maximum)
    ))
  end
$$;
comment on function private.number_errors is
  'The field errors of a number that must be there, be whole and lie within bounds. Numeric, so '
  'that fractions and absurd numbers come as far as here.';

create function private.audit(
  action text, subject_table text, subject_id text, before jsonb, after jsonb, reason text,
  idempotency_key text default null
) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  audit_id bigint;
begin
  perform private.refuse_fields(private.reason_errors(audit.reason));
  insert into public.admin_audit_log
    (actor_id, action, subject_table, subject_id, before, after, reason, idempotency_key)
  values (
    auth.uid(), audit.action, audit.subject_table, audit.subject_id,
    audit.before, audit.after, private.trimmed(audit.reason), audit.idempotency_key
  )
  returning id into audit_id;
  return audit_id;
end
$$;
comment on function private.audit is
  'Writes who did what to which row, and why, in the transaction of the act; answers the entry''s '
  'id, which the ledger entries of the act carry. before and after: what changed, never a code, a '
  'key or a secret. Errors: invalid_input.';

create function private.key_errors(idempotency_key text) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when char_length(key_errors.idempotency_key) not between 1 and 255
      then '{"idempotency_key": ["must have 1 to 255 characters"]}'::jsonb
    else '{}'
  end
$$;
comment on function private.key_errors is
  'The field errors of an idempotency key; null, for none, has none.';

create function private.earlier_act(
  action text, idempotency_key text, request jsonb, reason text
) returns text
language plpgsql
set search_path = ''
as $$
declare
  earlier public.admin_audit_log;
begin
  if earlier_act.idempotency_key is null then
    return null;
  end if;
  -- Two requests with one key take turns.
  perform pg_advisory_xact_lock(
    hashtextextended(concat_ws(' ', auth.uid(), earlier_act.idempotency_key), 0)
  );
  select * into earlier from public.admin_audit_log a
  where a.actor_id = auth.uid() and a.idempotency_key = earlier_act.idempotency_key;
  if found and not (
    earlier.action = earlier_act.action
    and earlier.after @> earlier_act.request
    and earlier.reason = private.trimmed(earlier_act.reason)
  ) then
    perform private.fail(409, 'idempotency_conflict',
      'This idempotency key was used for another request.');
  end if;
  return earlier.subject_id;
end
$$;
comment on function private.earlier_act is
  'The subject of what the caller did under this key already, or null; request: the part of after '
  'that the caller asked for. Errors: idempotency_conflict.';

create function private.differing(ours jsonb, theirs jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(o.key, o.value), '{}')
  from jsonb_each(ours) o
  where o.value is distinct from theirs -> o.key and o.key <> 'updated_at'
$$;
comment on function private.differing is
  'The part of one row''s JSON that another version of the row has otherwise: what the audit log '
  'keeps.';
