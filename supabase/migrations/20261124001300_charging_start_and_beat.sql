-- Steps two and three of a call: the clock starts when both are in the room, and every beat proves
-- time.

create type public.beat_result as (
  session_id uuid,
  granted_until_seconds bigint,
  remaining_seconds bigint,
  low_balance boolean,
  final boolean,
  action text
);
comment on type public.beat_result is
  'What a beat answers. granted_until and remaining are seconds of talk: up to which second of the '
  'session the agent may talk, and how much more the user can have; final: nothing more will be '
  'granted unless time is bought; action: continue or end.';

create type private.grant_view as (answer public.beat_result, wants_more boolean);
comment on type private.grant_view is
  'The grant of a session as its worker sees it, and whether less than a slice of it is left.';

create function private.view_grant(s public.voice_sessions, at timestamptz)
returns private.grant_view
language plpgsql stable
set search_path = ''
as $$
declare
  knobs record;
  left_seconds bigint;
  unused bigint;
  granted_until bigint;
  must_end boolean;
  is_open boolean := s.status in ('pending', 'active');
begin
  -- One query, since every beat comes here; otherwise as granted_until() and usable_seconds() say.
  select
    k.max_session_seconds, k.low_balance_seconds, k.hold_slice_seconds,
    (
      select coalesce(sum(c.remaining_seconds), 0)::bigint
      from public.time_cards c
      where c.owner_id = s.user_id and private.is_usable(c.status, c.expires_at, view_grant.at)
    ) as free,
    exists (
      select from public.card_holds h
      join public.time_cards c on c.id = h.card_id
      where h.session_id = s.id and c.status in ('frozen', 'revoked')
    ) as has_lost_time
  into knobs
  from public.settings k;

  -- Then no beat extends it, so that the second stopper comes soon.
  must_end := s.end_requested_at is not null or knobs.has_lost_time;
  granted_until := least(
    private.talk_seconds(s.granted_seconds, s.rate_permille), knobs.max_session_seconds
  );
  unused := s.granted_seconds - private.cost_seconds(s.used_seconds, s.rate_permille);
  left_seconds := knobs.free + case when is_open then unused else 0 end;
  return row(
    row(
      s.id,
      granted_until,
      greatest(0, private.talk_seconds(left_seconds, s.rate_permille)),
      left_seconds <= knobs.low_balance_seconds,
      is_open and (
        knobs.free = 0
        or coalesce(
          private.cost_seconds(knobs.max_session_seconds, s.rate_permille) <= s.granted_seconds,
          false
        )
      ),
      case
        when s.status <> 'active' or s.used_seconds >= granted_until or must_end then 'end'
        else 'continue'
      end
    )::public.beat_result,
    unused < knobs.hold_slice_seconds and not must_end
  )::private.grant_view;
end
$$;
comment on function private.view_grant is
  'What a session was granted, what is left, whether to go on, and whether to hold more for it.';

create function private.grant_state(s public.voice_sessions, at timestamptz)
returns public.beat_result
language plpgsql stable
set search_path = ''
as $$
begin
  return (private.view_grant(s, grant_state.at)).answer;
end
$$;
comment on function private.grant_state is
  'What the worker needs to know about a session: its grant, what is left, and whether to go on.';

create type public.start_result as (
  session_id uuid,
  status text,
  agent_type text,
  user_id uuid,
  full_name text,
  preferences jsonb,
  started_at timestamptz,
  used_seconds bigint,
  granted_until_seconds bigint,
  remaining_seconds bigint,
  low_balance boolean,
  final boolean,
  heartbeat_seq bigint,
  heartbeat_interval_seconds integer,
  low_balance_seconds integer,
  last_minute_seconds integer,
  session_timeout_seconds integer,
  kind text,
  instructions text,
  voice text,
  greeting text,
  agent_state jsonb,
  keep_transcripts boolean
);
comment on type public.start_result is
  'What start_session answers: the state of the grant, and what the worker must know to run the '
  'call: whom it plays (kind, instructions, voice and greeting as they are now; null: its own), '
  'and agent_state, which an earlier worker of the same call left behind.';

create function private.keeps_transcripts(preferences jsonb) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(keeps_transcripts.preferences -> 'keep_transcripts' <> 'false', true)
    and k.transcript_retention_days > 0
  from public.settings k
$$;
comment on function private.keeps_transcripts is
  'Whether what is said may be kept: neither the settings nor the person (preference '
  'keep_transcripts: false) forbid it.';

create function public.start_session(session_id uuid, worker_id text)
returns public.start_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions;
  person public.profiles;
  knobs public.settings;
  agent record;
  state public.beat_result;
  at timestamptz;
begin
  if nullif(start_session.worker_id, '') is null or char_length(start_session.worker_id) > 200 then
    perform private.fail(400, 'invalid_input', 'A worker names itself in 1 to 200 characters.');
  end if;
  select * into s from public.voice_sessions v
  where v.id = start_session.session_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  if s.status not in ('pending', 'active') then
    perform private.fail(409, 'illegal_transition', 'This session is over.',
      jsonb_build_object('status', s.status));
  end if;

  at := private.now();
  -- A repeated start changes nothing; another worker takes an active session over and goes on
  -- counting.
  update public.voice_sessions v set
    status = 'active',
    worker_id = start_session.worker_id,
    started_at = coalesce(v.started_at, at),
    updated_at = at
  where v.id = s.id
  returning * into s;

  select * into person from public.profiles p where p.id = s.user_id;
  select * into knobs from public.settings;
  select t.kind, p.instructions, p.voice, p.greeting into agent
  from public.agent_types t
  left join public.agent_prompts p on p.agent_type_id = t.id
  where t.id = s.agent_type_id;
  state := private.grant_state(s, at);
  return row(
    s.id, s.status, s.agent_type_id, s.user_id, person.full_name, person.preferences,
    s.started_at, s.used_seconds,
    state.granted_until_seconds, state.remaining_seconds, state.low_balance, state.final,
    s.heartbeat_seq, knobs.heartbeat_interval_seconds, knobs.low_balance_seconds,
    knobs.last_minute_seconds, knobs.session_timeout_seconds,
    agent.kind, agent.instructions, agent.voice, agent.greeting,
    s.agent_state, private.keeps_transcripts(person.preferences)
  )::public.start_result;
end
$$;
comment on function public.start_session is
  'Starts the clock of a session when the agent and the user are both in the room. Repeatable. '
  'Secret key only; security definer because nobody may write these tables. Errors: invalid_input, '
  'not_found, illegal_transition.';
grant execute on function public.start_session to service_role;

create function private.open_seconds(started_at timestamptz, at timestamptz) returns bigint
language sql immutable
return coalesce(greatest(0, floor(extract(epoch from at - started_at))), 0)::bigint;
comment on function private.open_seconds is
  'Whole seconds that a session has been open by the server''s clock.';

create function private.believed_seconds(
  proven_seconds bigint, reported_seconds bigint, started_at timestamptz, at timestamptz
) returns bigint
language sql immutable
return greatest(proven_seconds, least(reported_seconds, private.open_seconds(started_at, at)));
comment on function private.believed_seconds is
  'What a worker''s cumulative report makes of the time proven so far: min(reported, server clock), '
  'and never less than a beat has proven already.';

create function private.is_agent_state(value jsonb) returns boolean
language sql immutable
return value is null
  or (jsonb_typeof(value) = 'object' and octet_length(value::text) <= 262144);
comment on function private.is_agent_state is
  'Whether a value may be kept as the state of an agent: nothing new, or an object up to 256 KiB.';

create function private.answer_beat(
  s public.voice_sessions, at timestamptz, locked_cards uuid[]
) returns public.beat_result
language plpgsql
set search_path = ''
as $$
declare
  grant_now private.grant_view := private.view_grant(s, answer_beat.at);
begin
  if not grant_now.wants_more then
    return grant_now.answer;
  end if;
  s.granted_seconds := s.granted_seconds + private.hold_time(
    s.id, s.user_id, private.next_slice(s.granted_seconds, s.rate_permille),
    coalesce(answer_beat.locked_cards, private.lock_usable_cards(array[s.user_id]))
  );
  return private.grant_state(s, answer_beat.at);
end
$$;
comment on function private.answer_beat is
  'The second half of a beat that was recorded: extends the hold when less than one slice is left.';

create function private.beat(
  session_id uuid,
  seq bigint,
  used_seconds bigint,
  agent_state jsonb,
  locked_cards uuid[] default null
) returns public.beat_result
language plpgsql
set search_path = ''
as $$
declare
  s public.voice_sessions;
  at timestamptz := private.now();
begin
  if not coalesce(beat.seq >= 1 and beat.used_seconds >= 0, false)
    or not private.is_agent_state(beat.agent_state) then
    perform private.fail(400, 'invalid_input',
      'A beat has a seq from 1, used_seconds from 0, and a small object as agent_state.');
  end if;

  -- The one row that an ordinary beat touches.
  update public.voice_sessions v set
    used_seconds = private.believed_seconds(v.used_seconds, beat.used_seconds, v.started_at, at),
    heartbeat_seq = beat.seq,
    last_heartbeat_at = at,
    agent_state = coalesce(beat.agent_state, v.agent_state)
  where v.id = beat.session_id and v.status = 'active' and v.heartbeat_seq < beat.seq
  returning * into s;

  if not found then
    -- A repeated or overtaken beat, or a session that is not open: nothing changes.
    select * into s from public.voice_sessions v where v.id = beat.session_id;
    if not found then
      perform private.fail(404, 'not_found', 'There is no such session.');
    end if;
    if s.status = 'pending' then
      perform private.fail(409, 'illegal_transition', 'This session has not started.',
        jsonb_build_object('status', s.status));
    end if;
    return private.grant_state(s, at);
  end if;

  return private.answer_beat(s, at, beat.locked_cards);
end
$$;
comment on function private.beat is
  'One heartbeat: records proven time and extends the hold when less than one slice is left. A '
  'batch has locked the cards already and names them.';

create function public.heartbeat_session(
  session_id uuid, seq bigint, used_seconds bigint, agent_state jsonb default null
) returns public.beat_result
language plpgsql security definer
set search_path = ''
as $$
begin
  return private.beat(session_id, seq, used_seconds, agent_state);
end
$$;
comment on function public.heartbeat_session is
  'Proves that a call went on: used_seconds is cumulative, so a lost, repeated or reordered beat '
  'changes nothing. Secret key only; security definer because nobody may write these tables. '
  'Errors: invalid_input, not_found, illegal_transition.';
grant execute on function public.heartbeat_session to service_role;

create function private.is_count(value jsonb) returns boolean
language sql immutable
return coalesce(jsonb_typeof(value) = 'number' and value #>> '{}' ~ '^[0-9]{1,15}$', false);
comment on function private.is_count is
  'Whether a JSON value is a whole number from 0 that a bigint holds.';

create type private.beat_input as (
  session_id uuid, seq bigint, used_seconds bigint, agent_state jsonb
);
comment on type private.beat_input is 'One beat of a batch.';

create function private.parse_beats(beats jsonb) returns private.beat_input[]
language plpgsql immutable
set search_path = ''
as $$
declare
  b jsonb;
  session_id uuid;
  parsed private.beat_input[] := '{}';
begin
  if jsonb_typeof(parse_beats.beats) is distinct from 'array'
    or jsonb_array_length(parse_beats.beats) > 1000 then
    perform private.fail(400, 'invalid_input', 'beats is an array of at most 1000 beats.');
  end if;
  for b in select jsonb_array_elements(parse_beats.beats) loop
    session_id := private.as_uuid(b ->> 'session_id');
    if session_id is null
      or not private.is_count(b -> 'seq') or not private.is_count(b -> 'used_seconds') then
      perform private.fail(400, 'invalid_input',
        'A beat has a session_id, and seq and used_seconds as whole numbers.');
    end if;
    parsed := parsed || row(
      session_id, (b -> 'seq')::bigint, (b -> 'used_seconds')::bigint,
      nullif(b -> 'agent_state', 'null')
    )::private.beat_input;
  end loop;
  return parsed;
end
$$;
comment on function private.parse_beats is
  'The beats of a batch. Errors: invalid_input, before anything is changed.';

create function public.heartbeat_sessions(beats jsonb) returns setof public.beat_result
language plpgsql security definer
set search_path = ''
as $$
declare
  batch private.beat_input[] := private.parse_beats(heartbeat_sessions.beats);
  due uuid[];
  locked uuid[] := '{}';
  recorded public.voice_sessions[];
  b record;
  at timestamptz;
begin
  -- All locks before the first change, each kind by id: two batches, or a batch and a beat, cannot
  -- deadlock.
  perform from public.voice_sessions v
  where v.id in (select x.session_id from unnest(batch) x)
  order by v.id
  for no key update;

  select array_agg(distinct v.user_id) into due
  from unnest(batch) x
  join public.voice_sessions v on v.id = x.session_id
  cross join public.settings k
  cross join lateral (
    select private.believed_seconds(
      v.used_seconds, x.used_seconds, v.started_at, private.now()
    ) as used_seconds
  ) proven
  where v.granted_seconds - private.cost_seconds(proven.used_seconds, v.rate_permille)
    < k.hold_slice_seconds;
  if due is not null then
    locked := private.lock_usable_cards(due);
  end if;

  -- One statement records all beats that are news. What it leaves (repeated, overtaken, of a session
  -- that is not open or comes twice, out of bounds) is left to private.beat().
  at := private.now();
  with news as (
    update public.voice_sessions v set
      used_seconds = private.believed_seconds(v.used_seconds, x.used_seconds, v.started_at, at),
      heartbeat_seq = x.seq,
      last_heartbeat_at = at,
      agent_state = coalesce(x.agent_state, v.agent_state)
    from (
      select y.*, count(*) over (partition by y.session_id) as times from unnest(batch) y
    ) x
    where v.id = x.session_id and v.status = 'active' and v.heartbeat_seq < x.seq
      and x.times = 1 and x.seq >= 1 and private.is_agent_state(x.agent_state)
    returning v as session
  )
  select array_agg(n.session) into recorded from news n;

  for b in
    select
      x.session_id, x.seq, x.used_seconds, x.agent_state,
      r as session, r.id is not null as is_news
    from unnest(batch) with ordinality x (session_id, seq, used_seconds, agent_state, position)
    left join unnest(recorded) r on r.id = x.session_id
    order by x.position
  loop
    return next case
      when b.is_news then private.answer_beat(b.session, at, locked)
      else private.beat(b.session_id, b.seq, b.used_seconds, b.agent_state, locked)
    end;
  end loop;
end
$$;
comment on function public.heartbeat_sessions is
  'heartbeat_session for many sessions in one transaction: [{session_id, seq, used_seconds, '
  'agent_state}]; all or none. Secret key only; security definer because nobody may write these '
  'tables. Errors: as heartbeat_session.';
grant execute on function public.heartbeat_sessions to service_role;
