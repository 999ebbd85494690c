-- Step one of a call: may this person talk, and for how long to begin with?

create function private.cost_seconds(used_seconds bigint, rate_permille integer) returns bigint
language sql immutable
return ceil(used_seconds * rate_permille::numeric / 1000)::bigint;
comment on function private.cost_seconds is 'Card seconds that so many seconds of talk cost.';

create function private.talk_seconds(card_seconds bigint, rate_permille integer) returns bigint
language sql immutable
return floor(card_seconds * 1000::numeric / rate_permille)::bigint;
comment on function private.talk_seconds is
  'Seconds of talk that so many card seconds pay for; rounded down, so that they never cost more.';

create function private.next_slice(granted_seconds bigint, rate_permille integer) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select greatest(0, least(
      greatest(k.hold_slice_seconds, private.cost_seconds(1, next_slice.rate_permille)),
      private.cost_seconds(k.max_session_seconds, next_slice.rate_permille)
        - next_slice.granted_seconds
    ))
    from public.settings k
  );
end
$$;
comment on function private.next_slice is
  'How many card seconds to hold next: one slice, a second of talk at least, within the longest a '
  'session may talk.';

create function private.granted_until(granted_seconds bigint, rate_permille integer) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select least(
      private.talk_seconds(granted_until.granted_seconds, granted_until.rate_permille),
      k.max_session_seconds
    )
    from public.settings k
  );
end
$$;
comment on function private.granted_until is
  'Up to which second of a session its grant lets the agent talk: what was paid for, within the '
  'longest a session may be.';

create type public.authorization_result as (
  session_id uuid,
  room_name text,
  granted_seconds bigint,
  remaining_seconds bigint,
  agent_type text
);
comment on type public.authorization_result is
  'What authorize_session answers. granted_seconds: card seconds held, as in voice_sessions; '
  'remaining_seconds: all the talk that the user can have, the grant included.';

create function public.authorize_session(user_id uuid, agent_type text)
returns public.authorization_result
language plpgsql security definer
set search_path = ''
as $$
declare
  knobs public.settings;
  agent public.agent_types;
  at timestamptz;
  session uuid := gen_random_uuid();
  cards uuid[];
  granted bigint;
begin
  if authorize_session.user_id is null or authorize_session.agent_type is null then
    perform private.fail(400, 'invalid_input', 'A session needs a user and an agent type.');
  end if;

  -- Locks before anything is read that decides: the person and their cards, so that nothing of
  -- theirs is counted or spent twice; then, for as short as can be, the settings, so that the count
  -- of all sessions cannot leak either.
  perform private.lock_active_person(authorize_session.user_id);
  cards := private.lock_usable_cards(array[authorize_session.user_id]);
  select * into knobs from public.settings for no key update;

  select * into agent from public.agent_types t
  where t.id = authorize_session.agent_type and t.is_active;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such agent type on offer.',
      jsonb_build_object('agent_type', authorize_session.agent_type));
  end if;

  if (
    select count(*) from public.voice_sessions s
    where s.user_id = authorize_session.user_id and s.status in ('pending', 'active')
  ) >= knobs.max_sessions_per_user then
    perform private.fail(429, 'too_many_sessions',
      'Another session of yours is open. End it first.',
      jsonb_build_object('limit', knobs.max_sessions_per_user, 'scope', 'user'));
  end if;
  if (
    select count(*) from public.voice_sessions s where s.status in ('pending', 'active')
  ) >= knobs.max_sessions then
    perform private.fail(429, 'too_many_sessions', 'All lines are busy. Try again in a moment.',
      jsonb_build_object('limit', knobs.max_sessions, 'scope', 'all'));
  end if;

  at := private.now();
  insert into public.voice_sessions
    (id, user_id, agent_type_id, room_name, rate_permille, minimum_charge_seconds, created_at)
  values
    (session, authorize_session.user_id, agent.id, 'session-' || session,
     agent.rate_permille, agent.minimum_charge_seconds, at);

  granted := private.hold_time(
    session, authorize_session.user_id,
    greatest(private.next_slice(0, agent.rate_permille), agent.minimum_charge_seconds),
    cards
  );
  -- Less than the minimum charge, or than one second of talk, is no time at all.
  if private.talk_seconds(granted, agent.rate_permille) < 1
    or granted < agent.minimum_charge_seconds then
    perform private.fail(402, 'insufficient_balance',
      'There is no time left. Buy a card to go on talking.',
      jsonb_build_object(
        'remaining_seconds', private.usable_seconds(authorize_session.user_id, at) + granted
      ));
  end if;

  return row(
    session,
    'session-' || session,
    granted,
    private.talk_seconds(
      granted + private.usable_seconds(authorize_session.user_id, at), agent.rate_permille
    ),
    agent.id
  )::public.authorization_result;
end
$$;
comment on function public.authorize_session is
  'Opens a session and holds its first slice. Secret key only; security definer because nobody may '
  'write these tables. Errors: invalid_input, not_found, account_inactive, too_many_sessions, '
  'insufficient_balance.';
grant execute on function public.authorize_session to service_role;
