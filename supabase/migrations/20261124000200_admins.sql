-- Who may look into, and who may run, the business.

create table public.admins (
  user_id uuid primary key references auth.users (id) on delete restrict,
  role text not null constraint role_is_known check (role in ('support', 'admin')),
  created_at timestamptz not null default now()
);
comment on table public.admins is
  'People who run the business: support reads, admin acts. Asked only through private.is_admin().';

alter table public.admins enable row level security;

create function private.owes_second_factor() returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  -- Auth of the local stack knows no factors.
  if to_regclass('auth.mfa_factors') is null then
    return false;
  end if;
  return coalesce(
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aal', 'aal1'
  ) <> 'aal2'
    and exists (
      select from auth.mfa_factors f where f.user_id = auth.uid() and f.status = 'verified'
    );
end
$$;
comment on function private.owes_second_factor is
  'Whether the caller has a second factor and did not show it when signing in. Security definer '
  'because the table of factors is Auth''s; it tells callers about themselves only.';

create function private.is_admin(at_least text default 'support') returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return exists (
    select from public.admins a
    join public.profiles p on p.id = a.user_id
    where a.user_id = auth.uid() and p.is_active
      and (is_admin.at_least = 'support' or a.role = 'admin')
  ) and not private.owes_second_factor();
end
$$;
comment on function private.is_admin is
  'Whether the caller is an admin of at least that role, signed in with all factors they have. '
  'Security definer because nobody may read the table of admins to find out; it tells callers about '
  'themselves only.';
grant execute on function private.is_admin to authenticated;

create policy "admins see the admins" on public.admins for select to authenticated
  using ((select private.is_admin()));

grant select on public.admins to authenticated;
grant select, insert, update, delete on public.admins to service_role;
