-- What people paid for a card. Amounts come from the price list, never from a caller.

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete restrict,
  package_id text not null references public.packages (id) on delete restrict,
  time_card_id uuid not null references public.time_cards (id) on delete restrict
    constraint one_payment_per_card unique,
  amount_cents integer not null constraint amount_is_positive check (amount_cents > 0),
  currency text not null constraint currency_is_iso check (currency ~ '^[a-z]{3}$'),
  status text not null default 'pending'
    constraint status_is_known check (
      status in (
        'pending', 'succeeded', 'failed', 'canceled', 'partially_refunded', 'refunded', 'disputed'
      )
    ),
  flow text not null constraint flow_is_known check (flow in ('checkout', 'payment_intent')),
  refunded_cents integer not null default 0
    constraint refunds_at_most_what_was_paid check (refunded_cents between 0 and amount_cents),
  stripe_checkout_session_id text constraint one_payment_per_checkout_session unique,
  stripe_payment_intent_id text constraint one_payment_per_payment_intent unique,
  stripe_charge_id text constraint one_payment_per_charge unique,
  receipt_url text,
  failure_code text,
  failure_message text,
  review_reason text,
  idempotency_key text
    constraint idempotency_key_is_short check (char_length(idempotency_key) between 1 and 255),
  request_fingerprint text,
  metadata jsonb not null default '{}'
    constraint metadata_is_an_object check (jsonb_typeof(metadata) = 'object'),
  paid_at timestamptz,
  failed_at timestamptz,
  reconciled_at timestamptz,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default private.now(),
  constraint one_payment_per_idempotency_key unique (user_id, idempotency_key)
);
comment on table public.payments is
  'A purchase. Every payment has its card from the start; the card is usable only once the payment '
  'has succeeded.';
comment on column public.payments.refunded_cents is 'Stripe''s cumulative refunded amount.';
comment on column public.payments.failed_at is
  'When it was declined or given up; null again once it is paid.';
comment on column public.payments.review_reason is
  'Why an admin should look: what Stripe reported does not fit what was sold.';
comment on column public.payments.reconciled_at is
  'When Stripe was last asked about it because no webhook had decided it.';
comment on column public.payments.request_fingerprint is
  'SHA-256 of the request that came with the idempotency key.';

create index payments_user on public.payments (user_id, created_at desc);
create index payments_package on public.payments (package_id);
create index payments_undecided on public.payments (reconciled_at nulls first)
  where status in ('pending', 'failed');

alter table public.payments enable row level security;
create policy "people see their payments, admins see all" on public.payments
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.payments to authenticated, service_role;

create trigger touch before update on public.payments
  for each row execute function private.touch_updated_at();
create trigger transition before update of status on public.payments
  for each row when (old.status is distinct from new.status)
  execute function private.enforce_transition();
