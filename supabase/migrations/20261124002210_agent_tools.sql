-- What an agent may do in a call: always and only for the person whose open session it is in.

create function private.agent_session(session_id uuid) returns public.voice_sessions
language plpgsql
set search_path = ''
as $$
declare
  s public.voice_sessions;
begin
  select * into s from public.voice_sessions v where v.id = agent_session.session_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  if s.status <> 'active' then
    perform private.fail(409, 'illegal_transition', 'This session is not open.',
      jsonb_build_object('status', s.status));
  end if;
  return s;
end
$$;
comment on function private.agent_session is
  'The open session in which an agent acts: whom it acts for is what the session says, never what '
  'a model says. Errors: not_found, illegal_transition.';

create type public.agent_balance_result as (
  remaining_seconds bigint,
  used_seconds bigint,
  usable_cards bigint,
  next_expiry_at timestamptz,
  is_low boolean
);
comment on type public.agent_balance_result is
  'What agent_balance answers: seconds of talk left at the rate of this call, this call''s use as '
  'proven so far, and what they are on.';

create function public.agent_balance(session_id uuid) returns public.agent_balance_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions := private.agent_session(agent_balance.session_id);
  at timestamptz := private.now();
  state public.beat_result := private.grant_state(s, at);
  answer public.agent_balance_result;
begin
  select
    state.remaining_seconds, s.used_seconds, count(*), min(c.expires_at), state.low_balance
  into answer
  from public.time_cards c
  where c.owner_id = s.user_id and c.status = 'active'
    and c.remaining_seconds + c.held_seconds > 0
    and (c.expires_at is null or c.expires_at > at);
  return answer;
end
$$;
comment on function public.agent_balance is
  'How much time the person in a call has left. Secret key only; security definer to read under '
  'one set of rights with the rest. Errors: not_found, illegal_transition.';
grant execute on function public.agent_balance to service_role;

create type public.agent_usage_result as (
  call_seconds bigint,
  call_cost_seconds bigint,
  calls_30_days bigint,
  billed_seconds_30_days bigint
);
comment on type public.agent_usage_result is
  'What agent_usage answers: this call as proven so far and what it costs in card seconds, and the '
  'calls settled in the last 30 days.';

create function public.agent_usage(session_id uuid) returns public.agent_usage_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions := private.agent_session(agent_usage.session_id);
  since timestamptz := private.now() - interval '30 days';
  answer public.agent_usage_result;
begin
  select
    s.used_seconds, private.bill_seconds(s, s.used_seconds),
    count(*), coalesce(sum(v.billed_seconds), 0)
  into answer
  from public.voice_sessions v
  where v.user_id = s.user_id and v.created_at >= since
    and v.status in ('completed', 'error') and v.billed_seconds > 0;
  return answer;
end
$$;
comment on function public.agent_usage is
  'How much the person in a call has talked. Secret key only; security definer to read under one '
  'set of rights with the rest. Errors: not_found, illegal_transition.';
grant execute on function public.agent_usage to service_role;

create function private.agent_memory(preferences jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case jsonb_typeof(preferences -> 'agent_memory')
    when 'object' then preferences -> 'agent_memory' else '{}'
  end
$$;
comment on function private.agent_memory is
  'What agents remember of a person: an object of short texts under a key of its own.';

create function private.change_agent_memory(session_id uuid, item text, value text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  s public.voice_sessions := private.agent_session(change_agent_memory.session_id);
  person public.profiles;
  memory jsonb;
begin
  if not coalesce(item ~ '^[a-z][a-z0-9_]{0,39}$', false)
    or char_length(value) not between 1 and 200
    or value ~ '[\u0001-\u001f\u007f-\u009f]' then
    perform private.fail(400, 'invalid_input',
      'What is remembered has a name of small letters and a text of 1 to 200 characters.');
  end if;
  select * into person from public.profiles p where p.id = s.user_id for no key update;
  memory := private.agent_memory(person.preferences);
  memory := case
    when value is null then memory - item
    else memory || jsonb_build_object(item, value)
  end;
  if value is not null and (
    (select count(*) from jsonb_object_keys(memory)) > 30
    or octet_length((person.preferences || jsonb_build_object('agent_memory', memory))::text)
      > 16384
  ) then
    perform private.fail(400, 'invalid_input', 'There is no room to remember more.',
      '{"item": ["is one too many"]}');
  end if;
  update public.profiles p
  set preferences = p.preferences || jsonb_build_object('agent_memory', memory)
  where p.id = s.user_id;
  return memory;
end
$$;
comment on function private.change_agent_memory is
  'Remembers one thing about the person in a call (value null: forgets it); at most 30, within '
  'the size of preferences. Answers all that is remembered. Errors: invalid_input, not_found, '
  'illegal_transition.';

create function public.agent_remember(session_id uuid, item text, value text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
begin
  if agent_remember.value is null then
    perform private.fail(400, 'invalid_input', 'There is nothing to remember.');
  end if;
  return private.change_agent_memory(
    agent_remember.session_id, agent_remember.item, agent_remember.value
  );
end
$$;
comment on function public.agent_remember is
  'Remembers one thing that the person in a call wants remembered, for this call and later ones. '
  'Secret key only; security definer because it writes a profile. Errors: invalid_input, '
  'not_found, illegal_transition.';
grant execute on function public.agent_remember to service_role;

create function public.agent_recall(session_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions := private.agent_session(agent_recall.session_id);
begin
  return (
    select private.agent_memory(p.preferences) from public.profiles p where p.id = s.user_id
  );
end
$$;
comment on function public.agent_recall is
  'All that is remembered of the person in a call. Secret key only; security definer to read under '
  'one set of rights with the rest. Errors: not_found, illegal_transition.';
grant execute on function public.agent_recall to service_role;

create function public.agent_forget(session_id uuid, item text) returns jsonb
language sql security definer
set search_path = ''
as $$
  select private.change_agent_memory(agent_forget.session_id, agent_forget.item, null)
$$;
comment on function public.agent_forget is
  'Forgets one thing about the person in a call; answers what is left. Secret key only; security '
  'definer because it writes a profile. Errors: invalid_input, not_found, illegal_transition.';
grant execute on function public.agent_forget to service_role;

create function public.agent_rate_call(session_id uuid, rating integer, comment text default null)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions := private.agent_session(agent_rate_call.session_id);
begin
  if not coalesce(agent_rate_call.rating between 1 and 5, false)
    or char_length(agent_rate_call.comment) > 2000 then
    perform private.fail(400, 'invalid_input',
      'A rating is a whole number from 1 to 5, with a comment of at most 2000 characters.');
  end if;
  update public.voice_sessions v set
    rating = agent_rate_call.rating,
    rating_comment = nullif(btrim(agent_rate_call.comment), ''),
    rated_at = private.now()
  where v.id = s.id and v.status = 'active';
end
$$;
comment on function public.agent_rate_call is
  'Keeps the rating that the person in a call gives it while it is open; afterwards they rate it '
  'themselves. Secret key only; security definer because nobody may write sessions. Errors: '
  'invalid_input, not_found, illegal_transition.';
grant execute on function public.agent_rate_call to service_role;

create function private.note_unserved() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- What was used is proven and goes first; both together fit the server's clock.
  new.unserved_seconds := greatest(0, least(
    case when private.is_count(new.agent_state -> 'unserved_seconds')
      then (new.agent_state -> 'unserved_seconds')::bigint else old.unserved_seconds end,
    private.open_seconds(
      new.started_at,
      -- A proof that came after the sweep reaches as far as its correction.
      case when new.ended_at is null then private.now()
        else greatest(new.ended_at, new.updated_at) end
    ) - new.used_seconds
  ));
  return new;
end
$$;
comment on function private.note_unserved is
  'Trigger: takes the unserved time over from the state of the agent.';

create trigger note_unserved before update of agent_state, used_seconds on public.voice_sessions
  for each row when (new.agent_state ? 'unserved_seconds' or old.unserved_seconds > 0)
  execute function private.note_unserved();

create index voice_sessions_with_transcript on public.voice_sessions (ended_at)
  where has_transcript and status in ('completed', 'error');

create function private.forget_transcripts(at timestamptz) returns bigint
language sql
set search_path = ''
as $$
  with due as (
    select v.id
    from public.voice_sessions v
    cross join public.settings k
    where v.has_transcript
      and v.status in ('completed', 'error')
      and v.ended_at
        < forget_transcripts.at - make_interval(days => k.transcript_retention_days)
    order by v.ended_at
    limit 500
    for no key update of v skip locked
  ),
  forgotten as (
    update public.voice_sessions v set agent_state = v.agent_state - 'last_turns'
    from due where v.id = due.id
    returning v.id
  )
  select count(*) from forgotten
$$;
comment on function private.forget_transcripts is
  'Deletes what was said in calls that ended longer ago than the settings keep it, at most 500 '
  'calls at a time; answers how many. For run_maintenance.';

create function private.forget_own_transcripts() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.voice_sessions v set agent_state = v.agent_state - 'last_turns'
  where v.user_id = new.id and v.has_transcript;
  return new;
end
$$;
comment on function private.forget_own_transcripts is
  'Trigger on profiles: somebody who does not want transcripts kept has the earlier ones deleted '
  'too. Security definer because people may not write sessions.';

create trigger forget_transcripts after update of preferences on public.profiles
  for each row when (
    new.preferences -> 'keep_transcripts' = 'false'
    and old.preferences -> 'keep_transcripts' is distinct from 'false'
  )
  execute function private.forget_own_transcripts();
