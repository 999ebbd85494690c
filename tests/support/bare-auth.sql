-- The least of Supabase that the migrations stand on, as a hosted project has it: for tests that want a
-- database which no local stand-in of the Data API has touched.
do $$
declare
  role text;
begin
  foreach role in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I nologin %s', role, case role when 'service_role' then 'bypassrls' else '' end);
    end if;
  end loop;
end
$$;
grant usage on schema public to anon, authenticated, service_role;

create schema auth;
create table auth.users (
  id uuid primary key default gen_random_uuid(),
  email text,
  raw_user_meta_data jsonb,
  last_sign_in_at timestamptz
);
create function auth.uid() returns uuid language sql stable
as $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
grant usage on schema auth to anon, authenticated, service_role;

-- Hosted projects may hand every new object to the API roles: the migrations must take that away again.
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
