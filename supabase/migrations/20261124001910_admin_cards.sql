-- What an admin does to cards: gives time, takes it back, makes it last longer.

create function private.expiry_errors(expires_at timestamptz, at timestamptz) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case
    when not isfinite(expires_at)
      then '{"expires_at": ["must be a date, or null for never"]}'::jsonb
    when expires_at <= at then '{"expires_at": ["must lie in the future"]}'
    -- A year of five digits is none in RFC 3339.
    when expires_at >= '9999-01-01 00:00:00+00' then '{"expires_at": ["must be before 9999"]}'
    else '{}'
  end
$$;
comment on function private.expiry_errors is
  'The field errors of an expiry that an admin chose; null, for never, has none.';

create type public.grant_result as (
  time_card_id uuid, total_seconds bigint, expires_at timestamptz
);
comment on type public.grant_result is 'What admin_grant_time answers: the new card.';

create function public.admin_grant_time(
  user_id uuid,
  seconds numeric,
  reason text,
  expires_at timestamptz default null,
  idempotency_key text default null
) returns public.grant_result
language plpgsql security definer
set search_path = ''
as $$
declare
  card uuid := gen_random_uuid();
  at timestamptz := private.now();
  request jsonb := jsonb_build_object(
    'owner_id', admin_grant_time.user_id,
    'total_seconds', trunc(admin_grant_time.seconds),
    'expires_at', admin_grant_time.expires_at
  );
  earlier uuid;
  audit_id bigint;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_grant_time.reason)
    || private.key_errors(admin_grant_time.idempotency_key)
    || coalesce(private.expiry_errors(admin_grant_time.expires_at, at), '{}')
    || private.number_errors('seconds', admin_grant_time.seconds, 1, 31536000)
  );
  earlier := private.earlier_act(
    'admin_grant_time', admin_grant_time.idempotency_key, request, admin_grant_time.reason
  );
  if earlier is not null then
    return (
      select row(c.id, c.total_seconds, c.expires_at)::public.grant_result
      from public.time_cards c where c.id = earlier
    );
  end if;
  perform from public.profiles p where p.id = admin_grant_time.user_id for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such user.');
  end if;

  audit_id := private.audit(
    'admin_grant_time', 'time_cards', card::text, null, request,
    admin_grant_time.reason, admin_grant_time.idempotency_key
  );
  at := private.now();
  insert into public.time_cards
    (id, owner_id, source, status, activated_at, expires_at, created_at)
  values
    (card, admin_grant_time.user_id, 'grant', 'active', at, admin_grant_time.expires_at, at);
  perform private.move_seconds(
    card, 'issue', null, 'remaining', admin_grant_time.seconds::bigint, audit_id => audit_id
  );
  return row(card, admin_grant_time.seconds::bigint, admin_grant_time.expires_at)
    ::public.grant_result;
end
$$;
comment on function public.admin_grant_time is
  'Gives somebody a free card of so many seconds; a call that is going on gets them with its next '
  'beat. Every call gives again, unless it repeats an idempotency_key: then it answers the first '
  'card. Admins only; security definer because nobody may write cards. Errors: not_authenticated, '
  'not_allowed, invalid_input, not_found, idempotency_conflict.';
grant execute on function public.admin_grant_time to authenticated;

create function public.admin_revoke_card(time_card_id uuid, reason text) returns public.time_cards
language plpgsql security definer
set search_path = ''
as $$
declare
  card public.time_cards;
  audit_id bigint;
begin
  perform private.require_admin();
  perform private.refuse_fields(private.reason_errors(admin_revoke_card.reason));
  select * into card from public.time_cards c
  where c.id = admin_revoke_card.time_card_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such card.');
  end if;
  if card.status = 'revoked' then
    perform private.fail(409, 'illegal_transition', 'This card is revoked already.',
      jsonb_build_object('status', card.status));
  end if;

  audit_id := private.audit(
    'admin_revoke_card', 'time_cards', card.id::text,
    jsonb_build_object(
      'status', card.status,
      'remaining_seconds', card.remaining_seconds,
      'revoked_seconds', card.revoked_seconds
    ),
    jsonb_build_object(
      'status', 'revoked',
      'remaining_seconds', 0,
      'revoked_seconds', card.revoked_seconds + card.remaining_seconds
    ),
    admin_revoke_card.reason
  );
  -- What a session holds follows when it ends, which its next beat tells it to.
  update public.time_cards c set status = 'revoked' where c.id = card.id;
  perform private.move_seconds(
    card.id, 'revoke', 'remaining', 'revoked', card.remaining_seconds, audit_id => audit_id
  );
  select * into card from public.time_cards c where c.id = card.id;
  return card;
end
$$;
comment on function public.admin_revoke_card is
  'Takes a card back, with all that is left on it; answers the card. Sessions that hold time of it '
  'are told to end; what they talked is billed, the rest is revoked then. Admins only; security '
  'definer because nobody may write cards. Errors: not_authenticated, not_allowed, invalid_input, '
  'not_found, illegal_transition.';
grant execute on function public.admin_revoke_card to authenticated;

create function private.require_extendable(card public.time_cards, payment_status text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not (
    card.status in ('active', 'frozen')
    or (card.status in ('expired', 'used') and card.expired_seconds > 0)
    or (card.status = 'expired' and card.held_seconds > 0)
  ) then
    perform private.fail(409, 'illegal_transition', 'This card has no time that could last longer.',
      jsonb_build_object('status', card.status));
  end if;
  -- A dispute freezes what can be talked; what had expired stays where it is until it is decided.
  if payment_status = 'disputed' and card.status <> 'frozen' then
    perform private.fail(409, 'illegal_transition', 'The payment of this card is disputed.',
      jsonb_build_object('status', card.status, 'payment_status', payment_status));
  end if;
end
$$;
comment on function private.require_extendable is
  'Refuses a card whose expiry makes no difference, or whose payment is in dispute. Errors: '
  'illegal_transition.';

create function public.admin_extend_card(time_card_id uuid, expires_at timestamptz, reason text)
returns public.time_cards
language plpgsql security definer
set search_path = ''
as $$
declare
  card public.time_cards;
  payment_status text;
  audit_id bigint;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_extend_card.reason)
    || coalesce(private.expiry_errors(admin_extend_card.expires_at, private.now()), '{}')
  );
  select p.status into payment_status from public.payments p
  where p.time_card_id = admin_extend_card.time_card_id
  for no key update;
  select * into card from public.time_cards c
  where c.id = admin_extend_card.time_card_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such card.');
  end if;
  perform private.require_extendable(card, payment_status);
  if coalesce(admin_extend_card.expires_at, 'infinity') <= coalesce(card.expires_at, 'infinity')
  then
    perform private.refuse_fields('{"expires_at": ["must be later than the card expires now"]}');
  end if;

  audit_id := private.audit(
    'admin_extend_card', 'time_cards', card.id::text,
    jsonb_build_object(
      'status', card.status,
      'expires_at', card.expires_at,
      'expired_seconds', card.expired_seconds
    ),
    jsonb_build_object(
      'status', case card.status when 'frozen' then 'frozen' else 'active' end,
      'expires_at', admin_extend_card.expires_at,
      'expired_seconds', 0
    ),
    admin_extend_card.reason
  );
  update public.time_cards c set
    expires_at = admin_extend_card.expires_at,
    status = case c.status when 'frozen' then 'frozen' else 'active' end
  where c.id = card.id;
  perform private.move_seconds(
    card.id, 'reinstate', 'expired', 'remaining', card.expired_seconds, audit_id => audit_id
  );
  select * into card from public.time_cards c where c.id = card.id;
  return card;
end
$$;
comment on function public.admin_extend_card is
  'Makes a card last until a later date, or for ever (null), and brings back what had expired; '
  'answers the card. Admins only; security definer because nobody may write cards. Errors: '
  'not_authenticated, not_allowed, invalid_input, not_found, illegal_transition.';
grant execute on function public.admin_extend_card to authenticated;
