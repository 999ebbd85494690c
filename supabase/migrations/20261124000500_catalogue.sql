-- What is for sale, and whom one can talk to. Everybody may read both, signed in or not.

create table public.packages (
  id text primary key constraint id_is_a_slug check (id ~ '^[a-z0-9][a-z0-9_]{0,62}$'),
  name text not null constraint name_is_given check (char_length(name) between 1 and 100),
  description text not null default '',
  total_seconds bigint not null
    constraint sells_a_minute_to_a_year check (total_seconds between 60 and 31536000),
  price_cents integer not null
    constraint price_is_positive check (price_cents between 50 and 99999999),
  currency text not null default 'usd' constraint currency_is_iso check (currency ~ '^[a-z]{3}$'),
  validity_days integer constraint validity_is_sane check (validity_days between 1 and 3650),
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.packages is
  'The price list. A sale snapshots time, price and validity, so a change leaves sold cards alone.';
comment on column public.packages.validity_days is
  'How long a card lasts once active; null: for ever.';
comment on column public.packages.price_cents is 'At least 50: the least that Stripe charges.';

alter table public.packages enable row level security;
create policy "visitors see what is for sale" on public.packages for select to anon
  using (is_active);
create policy "users see what is for sale, admins see all" on public.packages
  for select to authenticated
  using (is_active or (select private.is_admin()));
grant select on public.packages to anon, authenticated;
grant select, insert, update on public.packages to service_role;

create trigger touch before update on public.packages
  for each row execute function private.touch_updated_at();

create table public.agent_types (
  id text primary key constraint id_is_a_slug check (id ~ '^[a-z0-9][a-z0-9_]{0,62}$'),
  name text not null constraint name_is_given check (char_length(name) between 1 and 100),
  description text not null default '',
  rate_permille integer not null default 1000
    constraint rate_is_sane check (rate_permille between 1 and 100000),
  minimum_charge_seconds integer not null default 0
    constraint minimum_charge_is_sane check (minimum_charge_seconds between 0 and 3600),
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.agent_types is
  'Whom one can talk to. Rate and minimum are snapshotted onto the session.';
comment on column public.agent_types.rate_permille is
  'Seconds taken from the cards per 1000 seconds talked.';
comment on column public.agent_types.minimum_charge_seconds is
  'The least that a session in which somebody talked takes from the cards.';

alter table public.agent_types enable row level security;
create policy "visitors see the agents on offer" on public.agent_types for select to anon
  using (is_active);
create policy "users see the agents on offer, admins see all" on public.agent_types
  for select to authenticated
  using (is_active or (select private.is_admin()));
grant select on public.agent_types to anon, authenticated;
grant select, insert, update on public.agent_types to service_role;

create trigger touch before update on public.agent_types
  for each row execute function private.touch_updated_at();
