-- Prepaid time. Every second of a card is in exactly one of five buckets.

create table public.time_cards (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references public.profiles (id) on delete restrict,
  purchaser_id uuid references public.profiles (id) on delete restrict,
  package_id text references public.packages (id) on delete restrict,
  source text not null
    constraint source_is_known check (source in ('purchase', 'gift', 'grant', 'promo', 'trial')),
  status text not null default 'pending'
    constraint status_is_known
    check (status in ('pending', 'active', 'used', 'expired', 'revoked', 'frozen')),
  total_seconds bigint not null default 0,
  remaining_seconds bigint not null default 0
    constraint remaining_is_not_negative check (remaining_seconds >= 0),
  held_seconds bigint not null default 0
    constraint held_is_not_negative check (held_seconds >= 0),
  used_seconds bigint not null default 0
    constraint used_is_not_negative check (used_seconds >= 0),
  expired_seconds bigint not null default 0
    constraint expired_is_not_negative check (expired_seconds >= 0),
  revoked_seconds bigint not null default 0
    constraint revoked_is_not_negative check (revoked_seconds >= 0),
  owed_seconds bigint not null default 0
    constraint owed_is_not_negative check (owed_seconds >= 0),
  priority integer not null default 100,
  price_cents integer not null default 0 constraint price_is_not_negative check (price_cents >= 0),
  currency text not null default 'usd' constraint currency_is_iso check (currency ~ '^[a-z]{3}$'),
  validity_days integer constraint validity_is_sane check (validity_days between 1 and 3650),
  code_hint text constraint code_hint_is_four_characters check (char_length(code_hint) = 4),
  activated_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default private.now(),
  constraint buckets_add_up check (
    total_seconds
    = remaining_seconds + held_seconds + used_seconds + expired_seconds + revoked_seconds
  ),
  constraint owed_is_held_or_spent check (owed_seconds <= held_seconds + used_seconds),
  constraint only_a_card_not_in_use_lacks_an_owner check (
    status = 'pending' or status = 'revoked' or owner_id is not null
  )
);
comment on table public.time_cards is
  'Prepaid time. Total = remaining + held + used + expired + revoked; only private.move_seconds() '
  'moves seconds between the buckets.';
comment on column public.time_cards.purchaser_id is 'Who paid; differs from the owner for a gift.';
comment on column public.time_cards.priority is
  'Burn order: lower first, then soonest expiry, free before paid, oldest.';
comment on column public.time_cards.validity_days is
  'Snapshot of the package: how long the card lasts once active.';
comment on column public.time_cards.code_hint is
  'Last four characters of the activation code, for people who look for it.';
comment on column public.time_cards.held_seconds is 'Set aside for sessions that are open.';
comment on column public.time_cards.owed_seconds is
  'What a refund took back of time that is held or spent. Held time that comes back goes here '
  'first; what is still owed when nothing is held was spent and cannot be taken back.';

create index time_cards_owner on public.time_cards (owner_id, status);
create index time_cards_purchaser on public.time_cards (purchaser_id);
create index time_cards_package on public.time_cards (package_id);
create index time_cards_expiry on public.time_cards (expires_at)
  where status in ('active', 'frozen');

alter table public.time_cards enable row level security;
create policy "people see cards they own or paid for, admins see all" on public.time_cards
  for select to authenticated
  using (
    owner_id = (select auth.uid())
    or purchaser_id = (select auth.uid())
    or (select private.is_admin())
  );
grant select on public.time_cards to authenticated, service_role;

create trigger touch before update on public.time_cards
  for each row execute function private.touch_updated_at();
create trigger transition before update of status on public.time_cards
  for each row when (old.status is distinct from new.status)
  execute function private.enforce_transition();
