-- One row per authorised session, and which seconds of which card it holds.

-- What a single column may hold is said by domains: a domain is checked when its column is written,
-- a check constraint of the table with every beat.
create domain private.seconds as bigint
  constraint seconds_are_not_negative check (value >= 0);
comment on domain private.seconds is 'An amount of time.';
create domain private.session_status as text
  constraint status_is_known check (value in ('pending', 'active', 'completed', 'error'));
comment on domain private.session_status is
  'Where a session is; status_transitions says what may follow.';
create domain private.settler as text
  constraint settler_is_known check (value in ('worker', 'user', 'sweep', 'admin'));
comment on domain private.settler is 'Who may settle a session.';
create domain private.proof as text
  constraint proof_is_known
  check (value in ('agent_end', 'heartbeat', 'agent_left', 'participant_left', 'none'));
comment on domain private.proof is 'What evidence there is of the time that was talked.';
create domain private.short_text as text
  constraint text_is_short check (char_length(value) <= 200);
comment on domain private.short_text is 'A name or a reason.';
create domain private.rating_comment as text
  constraint comment_is_short check (char_length(value) <= 2000);
comment on domain private.rating_comment is 'What somebody says of a call.';
create domain private.rate_permille as integer
  constraint rate_is_positive check (value > 0);
comment on domain private.rate_permille is 'Card seconds for a thousand seconds of talk.';
create domain private.stars as smallint
  constraint rating_is_1_to_5 check (value between 1 and 5);
comment on domain private.stars is 'A rating; 5 is best.';
create domain private.json_object as jsonb
  constraint json_is_an_object check (jsonb_typeof(value) = 'object');
comment on domain private.json_object is 'JSON with named members.';

create table public.voice_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id) on delete restrict,
  agent_type_id text not null references public.agent_types (id) on delete restrict,
  status private.session_status not null default 'pending',
  room_name text not null constraint one_session_per_room unique,
  rate_permille private.rate_permille not null,
  minimum_charge_seconds private.seconds not null,
  granted_seconds private.seconds not null default 0,
  used_seconds private.seconds not null default 0,
  unserved_seconds private.seconds not null default 0,
  billed_seconds private.seconds not null default 0,
  uncollected_seconds private.seconds not null default 0,
  heartbeat_seq bigint not null default 0,
  last_heartbeat_at timestamptz,
  worker_id private.short_text,
  end_requested_at timestamptz,
  end_requested_by uuid references public.profiles (id) on delete restrict,
  end_reason private.short_text,
  settled_by private.settler,
  end_proof private.proof,
  room_closed_at timestamptz,
  agent_state private.json_object not null default '{}',
  has_transcript boolean not null generated always as (agent_state ? 'last_turns') stored,
  rating private.stars,
  rating_comment private.rating_comment,
  rated_at timestamptz,
  created_at timestamptz not null default private.now(),
  started_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null default private.now(),
  constraint bills_at_most_what_was_granted check (billed_seconds <= granted_seconds),
  constraint an_active_session_has_started check (status <> 'active' or started_at is not null),
  constraint an_ended_session_says_why check (
    (status in ('completed', 'error')) = (
      ended_at is not null
      and end_reason is not null
      and settled_by is not null
      and end_proof is not null
    )
  )
);
comment on table public.voice_sessions is
  'A conversation, from its authorisation to its settlement.';
comment on column public.voice_sessions.granted_seconds is
  'Card seconds held for the session in all; what it may bill at most.';
comment on column public.voice_sessions.used_seconds is
  'Wall-clock seconds talked, as proven so far; never more than the server''s clock since the '
  'start.';
comment on column public.voice_sessions.unserved_seconds is
  'Seconds of the call in which nobody could be served (a provider down, a connection lost), as '
  'the worker reports them with its state: they are not part of used_seconds.';
comment on column public.voice_sessions.has_transcript is
  'Whether the last turns are still kept. A column of its own, so that the index on it lets beats '
  'with a new state be heap-only updates.';
comment on column public.voice_sessions.billed_seconds is
  'Card seconds taken: used time at the rate, at least the minimum charge.';
comment on column public.voice_sessions.uncollected_seconds is
  'Seconds that a late proof showed to be due when the cards no longer had them.';
comment on column public.voice_sessions.settled_by is
  'Who closed it: the worker''s end_session, the user before anybody joined, the sweep, or an '
  'admin who would not wait for the worker.';
comment on column public.voice_sessions.end_proof is 'The evidence that the billed time rests on.';
comment on column public.voice_sessions.updated_at is
  'When its state or its charge last changed; beats leave it alone.';
comment on column public.voice_sessions.room_closed_at is
  'When the LiveKit room was known to be gone.';

create index voice_sessions_user on public.voice_sessions (user_id, created_at desc);
create index voice_sessions_end_requested_by on public.voice_sessions (end_requested_by);
create index voice_sessions_open on public.voice_sessions (user_id)
  where status in ('pending', 'active');
create index voice_sessions_room_open on public.voice_sessions (ended_at)
  where room_closed_at is null;

alter table public.voice_sessions enable row level security;
create policy "people see their sessions, admins see all" on public.voice_sessions
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.voice_sessions to authenticated, service_role;

create trigger transition before update of status on public.voice_sessions
  for each row when (old.status is distinct from new.status)
  execute function private.enforce_transition();

create table public.card_holds (
  session_id uuid not null references public.voice_sessions (id) on delete restrict,
  card_id uuid not null references public.time_cards (id) on delete restrict,
  position integer not null,
  held_seconds bigint not null constraint held_is_not_negative check (held_seconds >= 0),
  used_seconds bigint not null default 0 constraint used_is_not_negative check (used_seconds >= 0),
  created_at timestamptz not null default private.now(),
  primary key (session_id, card_id),
  constraint one_hold_per_position unique (session_id, position)
);
comment on table public.card_holds is
  'Which seconds of which card a session holds, burned in the order of position. Closed by the '
  'settlement: held goes to zero, used says what it took.';

create index card_holds_open on public.card_holds (card_id) where held_seconds > 0;
create index card_holds_card on public.card_holds (card_id);

alter table public.card_holds enable row level security;
create policy "admins see the holds" on public.card_holds for select to authenticated
  using ((select private.is_admin()));
grant select on public.card_holds to authenticated, service_role;
