-- What the vendors told us, as they told it: verified, stored first, applied after.

create table public.stripe_events (
  id text primary key constraint id_is_an_event_id check (char_length(id) between 1 and 255),
  type text not null,
  api_version text,
  payload jsonb not null,
  outcome text constraint outcome_is_known check (
    outcome in (
      'credited', 'failed', 'canceled', 'refunded', 'disputed', 'dispute_won', 'dispute_lost',
      'duplicate', 'ignored', 'flagged', 'error'
    )
  ),
  attempts integer not null default 0,
  last_error text,
  payment_id uuid references public.payments (id) on delete restrict,
  received_at timestamptz not null default private.now(),
  processed_at timestamptz
);
comment on table public.stripe_events is
  'Inbox of events whose signature was verified. processed_at is null while one waits to be '
  'applied.';
comment on column public.stripe_events.attempts is 'How often applying was tried.';

create index stripe_events_payment on public.stripe_events (payment_id);
create index stripe_events_unprocessed on public.stripe_events (received_at)
  where processed_at is null;

alter table public.stripe_events enable row level security;
create policy "admins see the Stripe events" on public.stripe_events for select to authenticated
  using ((select private.is_admin()));
grant select on public.stripe_events to authenticated, service_role;

create table public.livekit_events (
  id text primary key constraint id_is_an_event_id check (char_length(id) between 1 and 255),
  type text not null,
  session_id uuid references public.voice_sessions (id) on delete restrict,
  participant_identity text,
  is_agent boolean not null default false,
  disconnect_reason text,
  occurred_at timestamptz not null,
  payload jsonb not null,
  received_at timestamptz not null default private.now()
);
comment on table public.livekit_events is
  'Room events, as evidence of when somebody came or went. They can be missing, late or reversed, '
  'so they prove an end but never cause a charge by themselves.';

create index livekit_events_session on public.livekit_events (session_id, type);

alter table public.livekit_events enable row level security;
create policy "admins see the LiveKit events" on public.livekit_events for select to authenticated
  using ((select private.is_admin()));
grant select on public.livekit_events to authenticated, service_role;
