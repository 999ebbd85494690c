-- How seconds move. Everything that changes a card goes through move_seconds(), which writes the
-- card and its ledger entry together. Lock order everywhere: profile → session → payment → cards,
-- by id.

create function private.bucket_delta(bucket text, from_bucket text, to_bucket text, seconds bigint)
returns bigint
language sql immutable
return case bucket when to_bucket then seconds when from_bucket then -seconds else 0 end;
comment on function private.bucket_delta is 'What a movement does to one bucket, in seconds.';

create function private.move_seconds(
  card_id uuid,
  kind text,
  from_bucket text,
  to_bucket text,
  seconds bigint,
  session_id uuid default null,
  payment_id uuid default null,
  audit_id bigint default null
) returns void
language plpgsql
set search_path = ''
as $$
declare
  total bigint := case when from_bucket is null then seconds else 0 end;
  remaining bigint := private.bucket_delta('remaining', from_bucket, to_bucket, seconds);
  held bigint := private.bucket_delta('held', from_bucket, to_bucket, seconds);
begin
  if not coalesce(move_seconds.seconds > 0, false) then
    return;
  end if;
  update public.time_cards c set
    total_seconds = c.total_seconds + total,
    remaining_seconds = c.remaining_seconds + remaining,
    held_seconds = c.held_seconds + held,
    used_seconds = c.used_seconds
      + private.bucket_delta('used', from_bucket, to_bucket, seconds),
    expired_seconds = c.expired_seconds
      + private.bucket_delta('expired', from_bucket, to_bucket, seconds),
    revoked_seconds = c.revoked_seconds
      + private.bucket_delta('revoked', from_bucket, to_bucket, seconds),
    status = case
      -- The last second is gone: the card is used. Seconds came back: it is active again.
      when c.status = 'active' and move_seconds.to_bucket in ('used', 'revoked')
        and c.remaining_seconds + remaining = 0 and c.held_seconds + held = 0 then 'used'
      when c.status = 'used' and move_seconds.to_bucket = 'remaining' then 'active'
      else c.status
    end
  where c.id = move_seconds.card_id;
  insert into public.ledger_entries
    (card_id, kind, from_bucket, to_bucket, seconds,
     session_id, payment_id, audit_id, created_at)
  values (
    move_seconds.card_id, move_seconds.kind, move_seconds.from_bucket, move_seconds.to_bucket,
    move_seconds.seconds, move_seconds.session_id, move_seconds.payment_id, move_seconds.audit_id,
    private.now()
  );
end
$$;
comment on function private.move_seconds is
  'Moves seconds between two buckets of a card and writes the ledger entry; from null: issues '
  'them. Zero seconds do nothing. The caller holds the lock on the card.';

create function private.lock_usable_cards(owner_ids uuid[]) returns uuid[]
language plpgsql
set search_path = ''
as $$
begin
  return array(
    select c.id from public.time_cards c
    where c.owner_id = any (lock_usable_cards.owner_ids) and c.status = 'active'
    order by c.id
    for no key update
  );
end
$$;
comment on function private.lock_usable_cards is
  'Locks the cards that people may burn, by id, before anything reads how much is left, and '
  'answers which these are.';

create function private.is_usable(status text, expires_at timestamptz, at timestamptz)
returns boolean
language sql immutable
return status = 'active' and (expires_at is null or expires_at > at);
comment on function private.is_usable is 'Whether the time of a card may be talked.';

create function private.usable_seconds(user_id uuid, at timestamptz) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(c.remaining_seconds), 0)::bigint
    from public.time_cards c
    where c.owner_id = usable_seconds.user_id
      and private.is_usable(c.status, c.expires_at, usable_seconds.at)
  );
end
$$;
comment on function private.usable_seconds is
  'Card seconds that a person could still set aside: active, not expired, not held.';

create function private.hold_time(
  session_id uuid, user_id uuid, wanted_seconds bigint, card_ids uuid[]
) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  card record;
  take bigint;
  got bigint := 0;
  at timestamptz := private.now();
begin
  for card in
    select c.id, c.remaining_seconds
    from public.time_cards c
    where c.id = any (hold_time.card_ids)
      and c.owner_id = hold_time.user_id
      and c.remaining_seconds > 0
      and private.is_usable(c.status, c.expires_at, at)
    -- The burn order of DESIGN: priority, soonest expiry (none last), free before paid, oldest.
    order by c.priority, c.expires_at nulls last, c.price_cents > 0, c.created_at, c.id
  loop
    exit when got >= hold_time.wanted_seconds;
    take := least(card.remaining_seconds, hold_time.wanted_seconds - got);
    perform private.move_seconds(card.id, 'hold', 'remaining', 'held', take, hold_time.session_id);
    insert into public.card_holds (session_id, card_id, position, held_seconds)
    values (
      hold_time.session_id, card.id,
      (select count(*) from public.card_holds h where h.session_id = hold_time.session_id),
      take
    )
    on conflict on constraint card_holds_pkey
    do update set held_seconds = card_holds.held_seconds + excluded.held_seconds;
    got := got + take;
  end loop;

  update public.voice_sessions s
  set granted_seconds = s.granted_seconds + got
  where s.id = hold_time.session_id and got > 0;
  return got;
end
$$;
comment on function private.hold_time is
  'Sets aside up to wanted_seconds of the user''s cards for a session, in burn order, and answers '
  'how many it got. The caller holds the locks on the session and on the cards named; one that '
  'became usable since is left to the next time.';

create function private.unused_bucket(card public.time_cards, at timestamptz) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
  return case
    when card.status = 'revoked' then 'revoked'
    when card.status = 'expired' or card.expires_at <= at then 'expired'
    else 'remaining'
  end;
end
$$;
comment on function private.unused_bucket is
  'Where time goes that a session held and did not use: back, unless its card died meanwhile.';

create function private.release_holds(session_id uuid, billed_seconds bigint, at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
  hold record;
  due bigint := release_holds.billed_seconds;
  take bigint;
  unused bigint;
  owed bigint;
begin
  perform from public.time_cards c
  where c.id in (
    select h.card_id from public.card_holds h where h.session_id = release_holds.session_id
  )
  order by c.id
  for no key update;

  for hold in
    select
      h.card_id, h.held_seconds, c.owed_seconds,
      private.unused_bucket(c, release_holds.at) as unused_bucket
    from public.card_holds h
    join public.time_cards c on c.id = h.card_id
    where h.session_id = release_holds.session_id
    order by h.position
  loop
    take := least(hold.held_seconds, due);
    due := due - take;
    unused := hold.held_seconds - take;
    owed := least(unused, hold.owed_seconds);
    perform private.move_seconds(
      hold.card_id, 'use', 'held', 'used', take, release_holds.session_id
    );
    -- A refund took these back while the session held them.
    update public.time_cards c set owed_seconds = c.owed_seconds - owed
    where c.id = hold.card_id and owed > 0;
    perform private.move_seconds(
      hold.card_id, 'revoke', 'held', 'revoked', owed, release_holds.session_id
    );
    perform private.move_seconds(
      hold.card_id,
      case hold.unused_bucket
        when 'remaining' then 'release'
        when 'expired' then 'expire'
        else 'revoke'
      end,
      'held', hold.unused_bucket, unused - owed, release_holds.session_id
    );
    update public.card_holds h
    set held_seconds = 0, used_seconds = take
    where h.session_id = release_holds.session_id and h.card_id = hold.card_id;
  end loop;
end
$$;
comment on function private.release_holds is
  'Closes the holds of a session: burns billed_seconds in hold order and returns the rest to the '
  'cards it came from, less what a refund took back of it.';

create function private.take_back(
  card_id uuid, seconds bigint, payment_id uuid default null, audit_id bigint default null
) returns void
language plpgsql
set search_path = ''
as $$
declare
  card public.time_cards;
  left_over bigint := take_back.seconds;
  take bigint;
begin
  select * into card from public.time_cards c where c.id = take_back.card_id for no key update;

  take := least(card.remaining_seconds, left_over);
  left_over := left_over - take;
  perform private.move_seconds(
    card.id, 'revoke', 'remaining', 'revoked', take, null, take_back.payment_id, take_back.audit_id
  );
  take := least(card.expired_seconds, left_over);
  left_over := left_over - take;
  perform private.move_seconds(
    card.id, 'revoke', 'expired', 'revoked', take, null, take_back.payment_id, take_back.audit_id
  );
  update public.time_cards c
  set owed_seconds = least(c.owed_seconds + left_over, c.held_seconds + c.used_seconds)
  where c.id = card.id and left_over > 0;
end
$$;
comment on function private.take_back is
  'Revokes so many seconds of a card: unused ones first, then expired ones; what is held or spent '
  'is owed (time_cards.owed_seconds).';
