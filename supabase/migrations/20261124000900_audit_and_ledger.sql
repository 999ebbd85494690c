-- The two books that nobody rewrites: what admins did, and where every second went.

create table public.admin_audit_log (
  id bigint generated always as identity primary key,
  actor_id uuid references public.profiles (id) on delete restrict,
  action text not null constraint action_is_given check (char_length(action) between 1 and 100),
  subject_table text not null,
  subject_id text not null,
  before jsonb,
  after jsonb,
  reason text not null
    constraint reason_is_given check (char_length(btrim(reason)) between 1 and 2000),
  idempotency_key text
    constraint idempotency_key_is_short check (char_length(idempotency_key) between 1 and 255),
  created_at timestamptz not null default private.now(),
  constraint one_act_per_idempotency_key unique (actor_id, idempotency_key)
);
comment on table public.admin_audit_log is
  'Who did what to which row, and why; written in the transaction of the act.';
comment on column public.admin_audit_log.actor_id is 'Null: the operator, with the secret key.';
comment on column public.admin_audit_log.idempotency_key is
  'Of an act that would give again if its request were repeated.';

create index admin_audit_log_actor on public.admin_audit_log (actor_id);
create index admin_audit_log_subject on public.admin_audit_log (subject_table, subject_id);

alter table public.admin_audit_log enable row level security;
create policy "admins see the audit log" on public.admin_audit_log for select to authenticated
  using ((select private.is_admin()));
grant select on public.admin_audit_log to authenticated, service_role;

create trigger append_only before update or delete on public.admin_audit_log
  for each row execute function private.forbid_change();
create trigger append_only_truncate before truncate on public.admin_audit_log
  for each statement execute function private.forbid_change();

create table public.ledger_entries (
  id bigint generated always as identity primary key,
  card_id uuid not null references public.time_cards (id) on delete restrict,
  kind text not null constraint kind_is_known check (
    kind in ('issue', 'hold', 'use', 'release', 'expire', 'revoke', 'reinstate', 'correct')
  ),
  from_bucket text constraint from_bucket_is_known
    check (from_bucket in ('remaining', 'held', 'used', 'expired', 'revoked')),
  to_bucket text not null constraint to_bucket_is_known
    check (to_bucket in ('remaining', 'held', 'used', 'expired', 'revoked')),
  seconds bigint not null constraint moves_something check (seconds > 0),
  session_id uuid references public.voice_sessions (id) on delete restrict,
  payment_id uuid references public.payments (id) on delete restrict,
  audit_id bigint references public.admin_audit_log (id) on delete restrict,
  created_at timestamptz not null default private.now(),
  constraint moves_between_two_buckets check (from_bucket is distinct from to_bucket),
  constraint only_an_issue_comes_from_nowhere check ((kind = 'issue') = (from_bucket is null))
);
comment on table public.ledger_entries is
  'Movements of seconds between the buckets of a card, each with its cause. Append-only; summed up '
  'it gives the cards exactly.';
comment on column public.ledger_entries.from_bucket is 'Null: the seconds were issued.';

create index ledger_entries_card on public.ledger_entries (card_id, id);
create index ledger_entries_session on public.ledger_entries (session_id)
  where session_id is not null;
create index ledger_entries_payment on public.ledger_entries (payment_id)
  where payment_id is not null;
create index ledger_entries_audit on public.ledger_entries (audit_id)
  where audit_id is not null;

alter table public.ledger_entries enable row level security;
create policy "admins see the ledger" on public.ledger_entries for select to authenticated
  using ((select private.is_admin()));
grant select on public.ledger_entries to authenticated, service_role;

create trigger append_only before update or delete on public.ledger_entries
  for each row execute function private.forbid_change();
create trigger append_only_truncate before truncate on public.ledger_entries
  for each statement execute function private.forbid_change();
