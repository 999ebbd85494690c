-- What the model-based tests add to a copy of the migrated database: a clock that stands still, and one call that runs a
-- command as somebody and answers all there is to compare. Whole sequences run in one transaction that is rolled back.
create schema model;

alter table private.clock add column stands_at timestamptz;

create or replace function private.now() returns timestamptz
language sql volatile
set search_path = ''
as $$
  select coalesce(stands_at, clock_timestamp() + "offset") from private.clock
$$;

create function model.make_card(
  id uuid, owner_id uuid, source text, status text, priority integer, expires_at timestamptz,
  seconds bigint
) returns jsonb language sql
as $$
  insert into public.time_cards (id, owner_id, source, status, priority, expires_at)
  values (make_card.id, make_card.owner_id, make_card.source, make_card.status, make_card.priority,
    make_card.expires_at);
  select private.move_seconds(make_card.id, 'issue', null, 'remaining', seconds);
  select '[]'::jsonb
$$;

create function model.ms(at timestamptz) returns bigint language sql immutable
as $$ select round(extract(epoch from at) * 1000)::bigint $$;

-- Most of the time of a step would go into planning: plpgsql keeps the plans of its queries, SQL functions do not. So the
-- parts of verify_ledger() are taken over word for word into functions that do.
do $do$
declare
  part record;
begin
  for part in
    select p.proname, p.prosrc
    from pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.prorettype = 'public.ledger_violation'::regtype
  loop
    execute format(
      'create function model.%I() returns setof public.ledger_violation language plpgsql as $f$ begin return query %s; end $f$',
      part.proname, part.prosrc
    );
  end loop;
  execute (
    select format(
      'create function model.verify_ledger() returns setof public.ledger_violation language plpgsql as $f$ begin return query %s; end $f$',
      replace(p.prosrc, 'private.verify_', 'model.verify_')
    )
    from pg_proc p where p.oid = 'public.verify_ledger()'::regprocedure
  );
end
$do$;

create function model.state() returns jsonb language plpgsql
as $$
begin
  return jsonb_build_object(
    'cards', (
      select coalesce(jsonb_object_agg(id, jsonb_build_object(
        'owner', owner_id, 'source', source, 'status', status, 'remaining', remaining_seconds,
        'held', held_seconds, 'used', used_seconds, 'expired', expired_seconds,
        'revoked', revoked_seconds, 'owed', owed_seconds, 'expiresAt', model.ms(expires_at)
      )), '{}') from public.time_cards
    ),
    'sessions', (
      select coalesce(jsonb_object_agg(id, jsonb_build_object(
        'user', user_id, 'status', status, 'granted', granted_seconds, 'used', used_seconds,
        'billed', billed_seconds, 'uncollected', uncollected_seconds, 'seq', heartbeat_seq,
        'settledBy', settled_by, 'proof', end_proof, 'startedAt', model.ms(started_at),
        'endedAt', model.ms(ended_at), 'endRequested', end_requested_at is not null,
        'holds', (
          select coalesce(jsonb_agg(jsonb_build_object(
            'card', card_id, 'held', held_seconds, 'used', h.used_seconds) order by position), '[]')
          from public.card_holds h where session_id = s.id
        )
      )), '{}') from public.voice_sessions s
    ),
    'payments', (
      select coalesce(jsonb_object_agg(id, jsonb_build_object(
        'status', status, 'refundedCents', refunded_cents, 'card', time_card_id,
        'book', (select coalesce(sum(amount_cents), 0) from public.payment_entries where payment_id = p.id)
      )), '{}') from public.payments p
    )
  );
end
$$;

create function model.balance(person uuid) returns jsonb language plpgsql
as $$
declare
  answer jsonb;
begin
  perform set_config('request.jwt.claim.sub', person::text, true);
  answer := (select to_jsonb(b) - 'next_expiry_at' from public.get_balance() b);
  perform set_config('request.jwt.claim.sub', '', true);
  return answer;
end
$$;

create function model.step(
  at timestamptz, caller text, subject text, statement text, person uuid
) returns jsonb
language plpgsql
as $$
declare
  answer jsonb;
  code text;
  message text;
  detail text;
begin
  update private.clock set stands_at = at;
  begin
    perform set_config('request.jwt.claim.sub', subject, true), set_config('role', caller, true);
    execute statement into answer;
    perform set_config('role', 'none', true), set_config('request.jwt.claim.sub', '', true);
    set constraints all immediate;
  exception when others then
    get stacked diagnostics code = returned_sqlstate, message = message_text, detail = pg_exception_context;
  end;
  return jsonb_build_object(
    'rows', answer,
    'error', case when code like 'PT%' then message when code is not null then code || ' ' || message || ' ' || detail end,
    'violations', (select coalesce(jsonb_agg(v), '[]') from model.verify_ledger() v),
    'state', model.state(),
    'balance', model.balance(person)
  );
end
$$;
