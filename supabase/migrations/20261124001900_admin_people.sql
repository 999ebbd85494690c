-- Whom an admin lets in: accounts that are active, and the admins themselves. There is always one
-- left who may act.

create function private.lock_admins() returns void
language plpgsql
set search_path = ''
as $$
begin
  perform from public.admins a order by a.user_id for no key update;
end
$$;
comment on function private.lock_admins is
  'Makes whatever could leave the business without an admin take turns. Locked before a profile.';

create function private.take_turns_on_admins() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.lock_admins();
  return null;
end
$$;
comment on function private.take_turns_on_admins is
  'Trigger, before a statement that may take an admin away: two at once would each see the other '
  'one left. Security definer because the operator may not use the internals.';

create function private.keep_an_admin() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_relid = 'public.profiles'::regclass then
    if not exists (
      select from public.admins a where a.user_id = old.id and a.role = 'admin'
    ) then
      return null;
    end if;
  elsif not exists (select from public.profiles p where p.id = old.user_id and p.is_active) then
    return null;
  end if;

  if not exists (
    select from public.admins a
    join public.profiles p on p.id = a.user_id
    where a.role = 'admin' and p.is_active
  ) then
    perform private.fail(409, 'illegal_transition',
      'This is the last active admin. Make somebody else one first.');
  end if;
  return null;
end
$$;
comment on function private.keep_an_admin is
  'Trigger, once a statement is through: the last active admin can be neither removed, demoted nor '
  'deactivated. Security definer because not everybody who may change the tables may read both.';

create trigger take_turns before update or delete on public.admins
  for each statement execute function private.take_turns_on_admins();
create trigger keep_an_admin after update or delete on public.admins
  for each row when (old.role = 'admin')
  execute function private.keep_an_admin();
create trigger take_turns before update of is_active on public.profiles
  for each statement execute function private.take_turns_on_admins();
create trigger keep_an_admin after update of is_active on public.profiles
  for each row when (old.is_active and not new.is_active)
  execute function private.keep_an_admin();

create type public.user_active_result as (user_id uuid, is_active boolean);
comment on type public.user_active_result is 'What admin_set_user_active answers.';

create function public.admin_set_user_active(user_id uuid, is_active boolean, reason text)
returns public.user_active_result
language plpgsql security definer
set search_path = ''
as $$
declare
  was_active boolean;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_set_user_active.reason)
    || case
      when admin_set_user_active.is_active is null
        then '{"is_active": ["must be true or false"]}'::jsonb
      else '{}'
    end
  );
  perform private.lock_admins();
  -- Whoever waited may have lost the right meanwhile.
  perform private.require_admin();

  select p.is_active into was_active from public.profiles p
  where p.id = admin_set_user_active.user_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such user.');
  end if;
  update public.profiles p set is_active = admin_set_user_active.is_active
  where p.id = admin_set_user_active.user_id;
  perform private.audit(
    'admin_set_user_active', 'profiles', admin_set_user_active.user_id::text,
    jsonb_build_object('is_active', was_active),
    jsonb_build_object('is_active', admin_set_user_active.is_active),
    admin_set_user_active.reason
  );
  return row(admin_set_user_active.user_id, admin_set_user_active.is_active)
    ::public.user_active_result;
end
$$;
comment on function public.admin_set_user_active is
  'Deactivates a person, whose open sessions are asked to end, or lets them in again. Admins only; '
  'security definer because nobody may write these tables. Errors: not_authenticated, not_allowed, '
  'invalid_input, not_found, illegal_transition (the last active admin).';
grant execute on function public.admin_set_user_active to authenticated;

create type public.role_result as (user_id uuid, role text);
comment on type public.role_result is 'What admin_set_role answers; role null: no admin.';

create function public.admin_set_role(user_id uuid, role text, reason text)
returns public.role_result
language plpgsql security definer
set search_path = ''
as $$
declare
  old_role text;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_set_role.reason)
    || case
      when admin_set_role.role not in ('support', 'admin')
        then '{"role": ["must be support, admin or null"]}'::jsonb
      else '{}'
    end
  );
  perform private.lock_admins();
  -- Whoever waited may have lost the right meanwhile.
  perform private.require_admin();
  if not exists (select from public.profiles p where p.id = admin_set_role.user_id) then
    perform private.fail(404, 'not_found', 'There is no such user.');
  end if;

  select a.role into old_role from public.admins a where a.user_id = admin_set_role.user_id;
  if admin_set_role.role is null then
    delete from public.admins a where a.user_id = admin_set_role.user_id;
  else
    insert into public.admins (user_id, role)
    values (admin_set_role.user_id, admin_set_role.role)
    on conflict on constraint admins_pkey do update set role = excluded.role;
  end if;
  perform private.audit(
    'admin_set_role', 'admins', admin_set_role.user_id::text,
    jsonb_build_object('role', old_role),
    jsonb_build_object('role', admin_set_role.role),
    admin_set_role.reason
  );
  return row(admin_set_role.user_id, admin_set_role.role)::public.role_result;
end
$$;
comment on function public.admin_set_role is
  'Makes somebody support or admin, or, with null, neither. Admins only; security definer because '
  'nobody may write these tables. Errors: not_authenticated, not_allowed, invalid_input, '
  'not_found, illegal_transition (the last active admin).';
grant execute on function public.admin_set_role to authenticated;
