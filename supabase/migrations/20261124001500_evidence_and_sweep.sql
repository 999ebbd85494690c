-- Silence is harmless: room events are kept as evidence, and the sweep settles what nobody ended.

create type public.livekit_event_result as (event_id text, outcome text, session_id uuid);
comment on type public.livekit_event_result is
  'What record_livekit_event answers; outcome: stored, duplicate or ignored.';

create function private.proven_seconds(
  s public.voice_sessions, out used_seconds bigint, out proof text
)
language plpgsql stable
set search_path = ''
as $$
declare
  user_left timestamptz;
  agent_left timestamptz;
  agent_left_in_order boolean;
  served_until timestamptz;
  -- What comes after the sweep is only the room being closed.
  open_until timestamptz := coalesce(s.ended_at, 'infinity');
begin
  used_seconds := s.used_seconds;
  proof := case when s.last_heartbeat_at is null then 'none' else 'heartbeat' end;

  select max(e.occurred_at) into user_left
  from public.livekit_events e
  where e.session_id = s.id and e.type = 'participant_left'
    and e.participant_identity = s.user_id::text
    and e.occurred_at between s.started_at and open_until;
  select
    e.occurred_at,
    coalesce(
      e.disconnect_reason in ('CLIENT_INITIATED', 'ROOM_DELETED', 'PARTICIPANT_REMOVED'), false
    )
  into agent_left, agent_left_in_order
  from public.livekit_events e
  where e.session_id = s.id and e.type = 'participant_left' and e.is_agent
    and e.occurred_at between s.started_at and open_until
  order by e.occurred_at desc
  limit 1;

  -- An agent that vanished may have been mute for a while before the room noticed, so only its
  -- beats count; otherwise the service lasted until the first of the two left.
  if agent_left is not null and not agent_left_in_order then
    return;
  end if;
  served_until := least(user_left, agent_left);
  -- Time in which nobody could be served is not due, whoever left when.
  if private.open_seconds(s.started_at, served_until) - s.unserved_seconds > used_seconds then
    used_seconds := private.open_seconds(s.started_at, served_until) - s.unserved_seconds;
    proof := case when served_until = agent_left then 'agent_left' else 'participant_left' end;
  end if;
end
$$;
comment on function private.proven_seconds is
  'How long a session is proven to have gone on without the worker''s own end, and by what '
  'evidence.';

create function public.record_livekit_event(event jsonb) returns public.livekit_event_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions;
  participant jsonb := record_livekit_event.event -> 'participant';
  event_id text := record_livekit_event.event ->> 'id';
  at timestamptz := private.now();
  proven record;
begin
  if nullif(event_id, '') is null or char_length(event_id) > 255
    or nullif(record_livekit_event.event ->> 'event', '') is null
    or not coalesce(record_livekit_event.event ->> 'createdAt' ~ '^[0-9]{1,10}$', true) then
    perform private.fail(400, 'invalid_input',
      'A LiveKit event has an id, a name and a time in seconds.');
  end if;

  select * into s from public.voice_sessions v
  where v.room_name = record_livekit_event.event -> 'room' ->> 'name'
  for no key update;
  if not found then
    return row(event_id, 'ignored', null)::public.livekit_event_result;
  end if;

  insert into public.livekit_events
    (id, type, session_id, participant_identity, is_agent, disconnect_reason,
     occurred_at, payload, received_at)
  values (
    event_id, record_livekit_event.event ->> 'event', s.id,
    participant ->> 'identity',
    coalesce(participant ->> 'kind' = 'AGENT', false),
    participant ->> 'disconnectReason',
    least(at, coalesce(to_timestamp((record_livekit_event.event ->> 'createdAt')::bigint), at)),
    record_livekit_event.event, at
  )
  on conflict (id) do nothing;
  if not found then
    return row(event_id, 'duplicate', s.id)::public.livekit_event_result;
  end if;

  if record_livekit_event.event ->> 'event' = 'room_finished' then
    update public.voice_sessions v set room_closed_at = at
    where v.id = s.id and v.room_closed_at is null and v.status in ('completed', 'error');
  end if;
  -- Evidence that comes after the session had to be settled without it.
  if private.may_be_corrected(s) then
    proven := private.proven_seconds(s);
    if proven.used_seconds > s.used_seconds then
      perform private.correct(s, proven.used_seconds, proven.proof, at);
    end if;
  end if;
  return row(event_id, 'stored', s.id)::public.livekit_event_result;
end
$$;
comment on function public.record_livekit_event is
  'Keeps a verified room event as evidence, once per event id, and corrects a session that the '
  'sweep settled without it. Secret key only; security definer because nobody may write these '
  'tables. Errors: invalid_input.';
grant execute on function public.record_livekit_event to service_role;

create type public.maintenance_result as (
  released_sessions bigint,
  settled_sessions bigint,
  expired_cards bigint,
  canceled_payments bigint,
  failed_sessions bigint,
  closed_days bigint,
  forgotten_transcripts bigint
);
comment on type public.maintenance_result is
  'What run_maintenance did; failed: sessions that could not be settled and are left to the next '
  'run; closed_days: rolled up for the figures of the business.';

create function public.run_maintenance() returns public.maintenance_result
language plpgsql security definer
set search_path = ''
as $$
declare
  knobs public.settings;
  at timestamptz := private.now();
  done public.maintenance_result := row(0, 0, 0, 0, 0, 0, 0);
  overdue uuid[];
  expiring uuid[];
  s public.voice_sessions;
  proven record;
begin
  select * into knobs from public.settings;

  -- What takes long comes before the first lock, and may not keep anybody's time held if it fails.
  begin
    done.closed_days := private.close_days();
    done.forgotten_transcripts := private.forget_transcripts(at);
  exception when others then
    raise warning 'the housekeeping failed: %', sqlerrm;
  end;

  -- Locks first: the sessions (those that somebody else is settling are left to them), then every
  -- card that will change, by id. At most 500 of each; the next run goes on.
  select array_agg(o.id) into overdue from (
    select v.id from public.voice_sessions v
    where (v.status = 'pending'
        and v.created_at < at - make_interval(secs => knobs.join_timeout_seconds))
      or (v.status = 'active' and (
        coalesce(v.last_heartbeat_at, v.started_at)
          < at - make_interval(secs => knobs.heartbeat_timeout_seconds)
        -- An agent that beats on long after its grant keeps nobody's place taken.
        or private.open_seconds(v.started_at, at)
          > private.granted_until(v.granted_seconds, v.rate_permille)
            + knobs.heartbeat_timeout_seconds
      ))
    order by v.id limit 500
    for no key update skip locked
  ) o;
  select array_agg(x.id) into expiring from (
    select c.id from public.time_cards c
    where c.status = 'active' and c.expires_at <= at
    order by c.expires_at limit 500
  ) x;
  perform from public.time_cards c
  where c.id = any (array(
    select unnest(expiring)
    union
    select h.card_id from public.card_holds h where h.session_id = any (overdue)
  ))
  order by c.id
  for no key update;

  for s in select * from public.voice_sessions v where v.id = any (overdue) order by v.id loop
    begin
      if s.status = 'pending' then
        perform private.settle(s, 0, 'completed', 'nobody_joined', 'sweep', 'none', at);
        done.released_sessions := done.released_sessions + 1;
      else
        proven := private.proven_seconds(s);
        perform private.settle(
          s, proven.used_seconds, 'error', 'heartbeat_lost', 'sweep', proven.proof, at
        );
        done.settled_sessions := done.settled_sessions + 1;
      end if;
    exception when others then
      -- One bad row must not keep everybody else's time held.
      raise warning 'session % could not be settled: %', s.id, sqlerrm;
      done.failed_sessions := done.failed_sessions + 1;
    end;
  end loop;

  done.expired_cards := private.expire_cards(expiring, at);
  done.canceled_payments := private.give_up_payments(at);
  return done;
end
$$;
comment on function public.run_maintenance is
  'The sweep: releases authorisations nobody joined, settles silent sessions on the last proof, '
  'expires cards, gives up purchases that never reached Stripe. Safe to run at any time and twice '
  'at once. Secret key only; security definer because nobody may write these tables.';
grant execute on function public.run_maintenance to service_role;

create function private.expire_cards(card_ids uuid[], at timestamptz) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  card record;
  expired bigint := 0;
begin
  for card in
    select c.id, c.remaining_seconds from public.time_cards c
    where c.id = any (expire_cards.card_ids)
      and c.status = 'active'
      and c.expires_at <= expire_cards.at
    order by c.id
  loop
    update public.time_cards c set status = 'expired' where c.id = card.id;
    perform private.move_seconds(card.id, 'expire', 'remaining', 'expired', card.remaining_seconds);
    expired := expired + 1;
  end loop;
  return expired;
end
$$;
comment on function private.expire_cards is
  'Expires what is left on cards whose time is over; held seconds stay usable to the end of their '
  'session. The caller holds the locks.';

create type public.room_to_close as (session_id uuid, room_name text);
comment on type public.room_to_close is 'A LiveKit room that should not be open.';

create function public.list_rooms_to_close() returns setof public.room_to_close
language sql stable security definer
set search_path = ''
as $$
  select v.id, v.room_name
  from public.voice_sessions v
  where v.room_closed_at is null
    and (
      -- Over (also when the user waited in a room that no agent came to); a moment is left for the
      -- agent to close the room itself.
      v.ended_at < private.now() - interval '10 seconds'
      -- Or past its grant, whatever the agent thinks: the second stopper.
      or (v.status = 'active'
        and private.open_seconds(v.started_at, private.now())
          > private.granted_until(v.granted_seconds, v.rate_permille) + 30)
    )
  order by v.ended_at nulls first
  limit 100
$$;
comment on function public.list_rooms_to_close is
  'Rooms of sessions that are over or outstay their grant and are not known to be gone. Secret key '
  'only; security definer to read under one set of rights with the rest.';
grant execute on function public.list_rooms_to_close to service_role;

create function public.mark_room_closed(session_id uuid) returns void
language sql security definer
set search_path = ''
as $$
  update public.voice_sessions v set room_closed_at = private.now()
  where v.id = mark_room_closed.session_id
    and v.room_closed_at is null
    and v.status in ('completed', 'error')
$$;
comment on function public.mark_room_closed is
  'Remembers that the room of a session that is over is gone. Secret key only; security definer '
  'because nobody may write sessions.';
grant execute on function public.mark_room_closed to service_role;
