-- The money book, and what banks dispute.

create table public.payment_disputes (
  id text primary key constraint id_is_a_dispute_id check (char_length(id) between 1 and 255),
  payment_id uuid references public.payments (id) on delete restrict,
  stripe_payment_intent_id text,
  stripe_charge_id text,
  status text not null,
  amount_cents integer not null constraint amount_is_not_negative check (amount_cents >= 0),
  currency text not null,
  reason text,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default private.now()
);
comment on table public.payment_disputes is
  'Disputes as Stripe tells of them (https://docs.stripe.com/api/disputes/object).';
comment on column public.payment_disputes.payment_id is
  'Null while it is not known which payment it belongs to: a dispute can overtake the payment.';

create index payment_disputes_payment on public.payment_disputes (payment_id);
create index payment_disputes_unmatched on public.payment_disputes (stripe_payment_intent_id)
  where payment_id is null;

alter table public.payment_disputes enable row level security;
create policy "admins see the disputes" on public.payment_disputes for select to authenticated
  using ((select private.is_admin()));
grant select on public.payment_disputes to authenticated, service_role;

create trigger touch before update on public.payment_disputes
  for each row execute function private.touch_updated_at();

create table public.payment_entries (
  id bigint generated always as identity primary key,
  payment_id uuid not null references public.payments (id) on delete restrict,
  kind text not null constraint kind_is_known check (kind in ('paid', 'refund', 'chargeback')),
  amount_cents integer not null
    constraint paid_comes_in_the_rest_goes_out check ((kind = 'paid') = (amount_cents > 0)),
  currency text not null constraint currency_is_iso check (currency ~ '^[a-z]{3}$'),
  dispute_id text references public.payment_disputes (id) on delete restrict
    constraint a_dispute_is_charged_back_once unique,
  created_at timestamptz not null default private.now(),
  constraint moves_something check (amount_cents <> 0)
);
comment on table public.payment_entries is
  'Money that came in or went out, as it became known. Append-only; summed up it gives the '
  'payments exactly.';
comment on column public.payment_entries.amount_cents is 'Positive: came in; negative: went out.';

create index payment_entries_payment on public.payment_entries (payment_id);
create unique index a_payment_is_paid_once on public.payment_entries (payment_id)
  where kind = 'paid';

alter table public.payment_entries enable row level security;
create policy "admins see the money book" on public.payment_entries for select to authenticated
  using ((select private.is_admin()));
grant select on public.payment_entries to authenticated, service_role;

create trigger append_only before update or delete on public.payment_entries
  for each row execute function private.forbid_change();
create trigger append_only_truncate before truncate on public.payment_entries
  for each statement execute function private.forbid_change();

create function private.dispute_verdict(status text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when status in ('needs_response', 'under_review') then 'open'
    when status = 'lost' then 'lost'
    when status in ('won', 'warning_closed', 'prevented') then 'won'
    -- An inquiry takes no money yet.
    else 'inquiry'
  end
$$;
comment on function private.dispute_verdict is
  'What a dispute''s status means for the card: open, won, lost or inquiry.';

create function private.dispute_stage(status text) returns integer
language sql immutable
set search_path = ''
as $$
  select coalesce(array_position(array[
    'warning_needs_response', 'warning_under_review', 'warning_closed',
    'needs_response', 'under_review', 'prevented', 'won', 'lost'
  ], status), 0)
$$;
comment on function private.dispute_stage is
  'How far a dispute has come; it only goes on, an inquiry to a dispute, a dispute to its verdict '
  '(https://docs.stripe.com/disputes/how-disputes-work).';

create function private.refund_target_seconds(card public.time_cards, payment public.payments)
returns bigint
language sql immutable
set search_path = ''
as $$
  select floor(card.total_seconds * payment.refunded_cents::numeric / payment.amount_cents)::bigint
$$;
comment on function private.refund_target_seconds is
  'Seconds that the refunded share of a price bought: what refunds take back in all, rounded in '
  'the customer''s favour.';
