-- One row per person, made by the sign-up itself.

create table public.profiles (
  id uuid primary key references auth.users (id) on delete restrict,
  email text not null,
  full_name text
    constraint full_name_is_2_to_100_characters check (char_length(full_name) between 2 and 100),
  is_active boolean not null default true,
  stripe_customer_id text constraint one_profile_per_stripe_customer unique,
  preferences jsonb not null default '{}'
    constraint preferences_are_a_small_object
    check (jsonb_typeof(preferences) = 'object' and octet_length(preferences::text) <= 16384),
  last_login_at timestamptz,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default now()
);
comment on table public.profiles is
  'A person known to Supabase Auth. Never deleted, since time that was sold is a financial '
  'record: a person is deactivated.';
comment on column public.profiles.is_active is
  'An inactive person can read, but can neither buy, redeem nor talk.';
comment on column public.profiles.full_name is 'Null when the sign-up gave none.';

create index profiles_email on public.profiles (lower(email));

alter table public.profiles enable row level security;
create policy "people see themselves, admins see all" on public.profiles for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()));
create policy "people edit themselves" on public.profiles for update to authenticated
  using (id = (select auth.uid()))
  with check (id = (select auth.uid()));

grant select on public.profiles to authenticated;
grant update (full_name, preferences) on public.profiles to authenticated;
grant select, update on public.profiles to service_role;

create trigger touch before update on public.profiles
  for each row execute function private.touch_updated_at();

create function private.check_profile() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  new.full_name := nullif(regexp_replace(new.full_name, '^\s+|\s+$', '', 'g'), '');
  if char_length(new.full_name) not between 2 and 100 then
    perform private.fail(400, 'invalid_input', 'A name has 2 to 100 characters.',
      '{"full_name": ["must have 2 to 100 characters"]}');
  end if;
  if jsonb_typeof(new.preferences) is distinct from 'object'
    or octet_length(new.preferences::text) > 16384 then
    perform private.fail(400, 'invalid_input', 'Preferences are a small JSON object.',
      '{"preferences": ["must be an object of at most 16 KiB"]}');
  end if;
  return new;
end
$$;
comment on function private.check_profile is
  'Trigger: tells people in the catalogue''s words what the constraints would refuse. Security '
  'definer because people may not call private.fail().';

create function private.on_sign_up() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.profiles (id, email, full_name, last_login_at)
  values (
    new.id, coalesce(new.email, ''), new.raw_user_meta_data ->> 'full_name', new.last_sign_in_at
  );
  return new;
end
$$;
comment on function private.on_sign_up is
  'Trigger on auth.users: makes the profile; a profile that is refused refuses the sign-up. '
  'Security definer because Auth''s own role has no rights here.';

create trigger check_profile before insert or update of full_name, preferences on public.profiles
  for each row execute function private.check_profile();

create function private.on_auth_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.profiles p
  set email = coalesce(new.email, p.email), last_login_at = new.last_sign_in_at
  where p.id = new.id
    and (p.email, p.last_login_at)
      is distinct from (coalesce(new.email, p.email), new.last_sign_in_at);
  return new;
end
$$;
comment on function private.on_auth_change is
  'Trigger on auth.users: carries a changed address and the last sign-in over. Security definer as '
  'on_sign_up.';

create trigger mindbot_on_sign_up after insert on auth.users
  for each row execute function private.on_sign_up();
create trigger mindbot_on_auth_change after update of email, last_sign_in_at on auth.users
  for each row execute function private.on_auth_change();

create function private.lock_active_person(user_id uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  is_active boolean;
begin
  select p.is_active into is_active
  from public.profiles p
  where p.id = lock_active_person.user_id
  for no key update;
  if is_active is null then
    perform private.fail(404, 'not_found', 'There is no such user.');
  elsif not is_active then
    perform private.fail(403, 'account_inactive',
      'This account is not active. Ask support to reactivate it.');
  end if;
end
$$;
comment on function private.lock_active_person is
  'Locks a person, so that whatever counts or spends what is theirs takes turns. Errors: '
  'not_found, account_inactive.';
