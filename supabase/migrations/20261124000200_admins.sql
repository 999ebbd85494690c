-- Who may look into, and who may run, the business.

create table public.admins (
  user_id uuid primary key references auth.users (id) on delete restrict,
  role text not null constraint role_is_known check (role in ('support', 'admin')),
  created_at timestamptz not null default now()
);
comment on table public.admins is
  'People who run the business: support reads, admin acts. Asked only through private.is_admin().';

alter table public.admins enable row level security;

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
  );
end
$$;
comment on function private.is_admin is
  'Whether the caller is an admin of at least that role. Security definer because nobody may read '
  'the table of admins to find out; it tells callers about themselves only.';
grant execute on function private.is_admin to authenticated;

create policy "admins see the admins" on public.admins for select to authenticated
  using ((select private.is_admin()));

grant select on public.admins to authenticated;
grant select, insert, update, delete on public.admins to service_role;
