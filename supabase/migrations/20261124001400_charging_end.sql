-- Step four of a call: it is settled once, and a proof that comes later corrects it.

create function private.bill_seconds(s public.voice_sessions, used_seconds bigint) returns bigint
language plpgsql immutable
set search_path = ''
as $$
begin
  return least(
    s.granted_seconds,
    greatest(
      private.cost_seconds(bill_seconds.used_seconds, s.rate_permille),
      case when bill_seconds.used_seconds > 0 then s.minimum_charge_seconds else 0 end
    )
  );
end
$$;
comment on function private.bill_seconds is
  'Card seconds due for so many seconds of talk: at the rate, at least the minimum, at most what '
  'was granted.';

create function private.settle(
  s public.voice_sessions,
  used_seconds bigint,
  status text,
  reason text,
  settled_by text,
  proof text,
  at timestamptz
) returns public.voice_sessions
language plpgsql
set search_path = ''
as $$
declare
  bill bigint := private.bill_seconds(s, settle.used_seconds);
begin
  perform private.release_holds(s.id, bill, settle.at);
  update public.voice_sessions v set
    status = settle.status,
    used_seconds = settle.used_seconds,
    billed_seconds = bill,
    ended_at = settle.at,
    end_reason = left(settle.reason, 200),
    settled_by = settle.settled_by,
    end_proof = settle.proof,
    updated_at = settle.at
  where v.id = s.id
  returning * into s;
  return s;
end
$$;
comment on function private.settle is
  'Settles an open session for so many seconds of talk: burns them from what it holds and returns '
  'the rest. The caller holds the lock on the session.';

create function private.correct(
  s public.voice_sessions, used_seconds bigint, proof text, at timestamptz
) returns public.voice_sessions
language plpgsql
set search_path = ''
as $$
declare
  due bigint := private.bill_seconds(s, correct.used_seconds)
    - s.billed_seconds - s.uncollected_seconds;
  collected bigint := 0;
  card record;
  take bigint;
begin
  perform from public.time_cards c
  where c.id in (select h.card_id from public.card_holds h where h.session_id = s.id)
  order by c.id
  for no key update;

  -- The seconds went back to these cards when the session was settled on the weaker proof, or
  -- expired there; held seconds outlive their card's expiry, so those count too.
  for card in
    select
      c.id,
      b.bucket,
      case b.bucket when 'expired' then c.expired_seconds else c.remaining_seconds end as available
    from public.card_holds h
    join public.time_cards c on c.id = h.card_id
    cross join (values ('remaining', 1), ('expired', 2)) b (bucket, turn)
    where h.session_id = s.id and c.status in ('active', 'frozen', 'expired')
    order by h.position, b.turn
  loop
    exit when collected >= due;
    take := least(card.available, due - collected);
    perform private.move_seconds(card.id, 'correct', card.bucket, 'used', take, s.id);
    update public.card_holds h set used_seconds = h.used_seconds + take
    where h.session_id = s.id and h.card_id = card.id;
    collected := collected + take;
  end loop;

  update public.voice_sessions v set
    used_seconds = correct.used_seconds,
    billed_seconds = v.billed_seconds + collected,
    uncollected_seconds = v.uncollected_seconds + greatest(0, due) - collected,
    end_proof = correct.proof,
    updated_at = correct.at
  where v.id = s.id
  returning * into s;
  return s;
end
$$;
comment on function private.correct is
  'Bills what a late proof shows to be due beyond the settlement, from the cards that the time '
  'went back to; what they no longer have is recorded as uncollected. The caller holds the lock on '
  'the session.';

create function private.may_be_corrected(s public.voice_sessions) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
  return coalesce(
    s.settled_by in ('sweep', 'admin') and s.end_proof <> 'agent_end' and s.started_at is not null,
    false
  );
end
$$;
comment on function private.may_be_corrected is
  'Whether a session was settled without its worker''s own end, so that a later proof counts.';

create type public.end_result as (
  session_id uuid,
  billed_seconds bigint,
  cost_minutes numeric,
  status text
);
comment on type public.end_result is
  'What end_session answers; cost_minutes is billed_seconds in minutes, for showing only.';

create function public.end_session(
  session_id uuid, used_seconds bigint, reason text, agent_state jsonb default null
) returns public.end_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions;
  at timestamptz;
  proven bigint;
begin
  if not coalesce(end_session.used_seconds >= 0 and btrim(end_session.reason) <> '', false)
    or not private.is_agent_state(end_session.agent_state) then
    perform private.fail(400, 'invalid_input',
      'An end has used_seconds from 0, a reason, and a small object as agent_state.');
  end if;
  select * into s from public.voice_sessions v
  where v.id = end_session.session_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;

  at := private.now();
  proven := private.believed_seconds(
    s.used_seconds, end_session.used_seconds, s.started_at, at
  );
  if s.status in ('pending', 'active') then
    if end_session.agent_state is not null then
      update public.voice_sessions v set agent_state = end_session.agent_state where v.id = s.id;
    end if;
    s := private.settle(s, proven, 'completed', end_session.reason, 'worker', 'agent_end', at);
  elsif private.may_be_corrected(s) then
    -- It had been settled on weaker evidence; now the worker itself reports.
    s := private.correct(s, proven, 'agent_end', at);
  end if;

  return row(s.id, s.billed_seconds, trim_scale(round(s.billed_seconds / 60.0, 2)), s.status)
    ::public.end_result;
end
$$;
comment on function public.end_session is
  'Settles a session once; a repeated call answers the first result. Releases one that never '
  'started. Secret key only; security definer because nobody may write these tables. Errors: '
  'invalid_input, not_found.';
grant execute on function public.end_session to service_role;

create function private.require_user() returns uuid
language plpgsql stable
set search_path = ''
as $$
begin
  if auth.uid() is null then
    perform private.fail(401, 'not_authenticated', 'Sign in first.');
  end if;
  return auth.uid();
end
$$;
comment on function private.require_user is 'The signed-in caller. Errors: not_authenticated.';

create type public.end_request_result as (session_id uuid, status text);
comment on type public.end_request_result is 'What end_my_session answers.';

create function public.end_my_session(session_id uuid) returns public.end_request_result
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
  s public.voice_sessions;
  at timestamptz;
begin
  select * into s from public.voice_sessions v
  where v.id = end_my_session.session_id and v.user_id = caller
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'You have no such session.');
  end if;

  at := private.now();
  if s.status = 'pending' then
    s := private.settle(s, 0, 'completed', 'user_canceled', 'user', 'none', at);
  elsif s.status = 'active' then
    -- The agent hears of it with its next beat, says goodbye and ends.
    update public.voice_sessions v set
      end_requested_at = coalesce(v.end_requested_at, at),
      end_requested_by = coalesce(v.end_requested_by, caller),
      updated_at = at
    where v.id = s.id;
  end if;
  return row(s.id, s.status)::public.end_request_result;
end
$$;
comment on function public.end_my_session is
  'Releases the caller''s session that nobody joined, asks an active one to end. Security definer '
  'because users may not write sessions; it finds the caller''s own only. Errors: '
  'not_authenticated, not_found.';
grant execute on function public.end_my_session to authenticated;

create function private.end_sessions_of_the_inactive() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform from public.voice_sessions v
  where v.user_id = new.id and v.status in ('pending', 'active')
  order by v.id
  for no key update;
  update public.voice_sessions v
  set end_requested_at = private.now()
  where v.user_id = new.id and v.status in ('pending', 'active') and v.end_requested_at is null;
  return new;
end
$$;
comment on function private.end_sessions_of_the_inactive is
  'Trigger on profiles: somebody who was deactivated may not talk on. Security definer because '
  'nobody may write sessions.';

create trigger end_sessions after update of is_active on public.profiles
  for each row when (old.is_active and not new.is_active)
  execute function private.end_sessions_of_the_inactive();

create type public.balance as (
  remaining_seconds bigint,
  remaining_minutes bigint,
  held_seconds bigint,
  usable_cards bigint,
  next_expiry_at timestamptz,
  is_low boolean
);
comment on type public.balance is
  'What get_balance answers: time free to use, time held by open sessions, and how many cards it '
  'is on; minutes are rounded down, for showing only.';

create function public.get_balance() returns public.balance
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select row(
      coalesce(sum(c.remaining_seconds) filter (where u.is_usable), 0)::bigint,
      coalesce(sum(c.remaining_seconds) filter (where u.is_usable), 0)::bigint / 60,
      coalesce(sum(c.held_seconds), 0)::bigint,
      count(*) filter (where u.is_usable and c.remaining_seconds > 0),
      min(c.expires_at) filter (where u.is_usable and c.remaining_seconds > 0),
      coalesce(sum(c.remaining_seconds) filter (where u.is_usable), 0)
        + coalesce(sum(c.held_seconds), 0)
        <= (select k.low_balance_seconds from public.settings k)
    )::public.balance
    from private.require_user() caller (id)
    left join public.time_cards c
      on c.owner_id = caller.id and c.status in ('active', 'expired', 'frozen')
    cross join lateral (
      select private.is_usable(c.status, c.expires_at, private.now()) as is_usable
    ) u
  );
end
$$;
comment on function public.get_balance is
  'The caller''s time. Security definer because users may not read the settings; it reads the '
  'caller''s cards only. Errors: not_authenticated.';
grant execute on function public.get_balance to authenticated;
