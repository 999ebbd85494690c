-- Searches of the admin panel. They are functions because ILIKE may not use an index under
-- row-level security (it is not leakproof): each first makes sure that an admin asks, and then
-- reads with the owner's eyes. Each answers at most 10,000 rows, which the caller filters, sorts
-- and pages like a table.

create function private.search_term(query text) returns text
language plpgsql
set search_path = ''
as $$
declare
  term text := private.trimmed(search_term.query);
begin
  perform private.require_admin('support');
  if term is null or char_length(term) > 200 then
    perform private.refuse_fields('{"query": ["must have 1 to 200 characters"]}');
  end if;
  return term;
end
$$;
comment on function private.search_term is
  'What an admin looks for, without white space around it. Errors: not_authenticated, '
  'not_allowed, invalid_input.';

create function private.matching_users(term text) returns uuid[]
language plpgsql stable
set search_path = ''
as $$
declare
  pattern text := '%' || regexp_replace(matching_users.term, '([\\%_])', '\\\1', 'g') || '%';
  found uuid[];
begin
  select array_agg(m.id) into found
  from (
    select p.id from public.profiles p
    where p.email ilike pattern or p.full_name ilike pattern
      or p.stripe_customer_id = matching_users.term
      or p.id = private.as_uuid(matching_users.term)
    limit 10000
  ) m;
  return coalesce(found, '{}');
end
$$;
comment on function private.matching_users is
  'People by part of their address or name, by id, or by Stripe customer; at most 10,000.';

create function private.code_hint_of(term text) returns text
language sql immutable
set search_path = ''
as $$
  -- The last four characters, or a whole code as it was handed out.
  select case
    when char_length(private.normal_code(term)) in (4, 17)
    then right(private.normal_code(term), 4)
  end
$$;
comment on function private.code_hint_of is
  'The hint of the activation code that a text is, or may be the end of; null: it is none.';

create function public.admin_search_users(query text) returns setof public.panel_users
language plpgsql stable security definer
set search_path = ''
as $$
declare
  found uuid[] := private.matching_users(private.search_term(query));
begin
  return query select u.* from public.panel_users u where u.id = any (found);
end
$$;
comment on function public.admin_search_users is
  'People by part of their address or name, by id, or by Stripe customer, as panel_users shows '
  'them. Support may. Security definer so that an index can be used. Errors: not_authenticated, '
  'not_allowed, invalid_input.';
grant execute on function public.admin_search_users to authenticated;

create function public.admin_search_cards(query text) returns setof public.panel_cards
language plpgsql stable security definer
set search_path = ''
as $$
declare
  term text := private.search_term(query);
  exact uuid := private.as_uuid(term);
  hint text := private.code_hint_of(term);
  people uuid[] := private.matching_users(term);
begin
  return query
  select c.* from public.panel_cards c
  where c.id in (
    select t.id from public.time_cards t
    where t.id = exact or t.batch_id = exact or t.code_hint = hint
      or t.owner_id = any (people) or t.purchaser_id = any (people)
    limit 10000
  );
end
$$;
comment on function public.admin_search_cards is
  'Cards by their id or batch, by a code or its last four characters, or by owner or purchaser as '
  'admin_search_users finds them. Support may. Security definer so that an index can be used. '
  'Errors: not_authenticated, not_allowed, invalid_input.';
grant execute on function public.admin_search_cards to authenticated;

create function public.admin_search_sessions(query text) returns setof public.panel_sessions
language plpgsql stable security definer
set search_path = ''
as $$
declare
  term text := private.search_term(query);
  exact uuid := private.as_uuid(term);
  people uuid[] := private.matching_users(term);
begin
  return query
  select s.* from public.panel_sessions s
  where s.id in (
    select v.id from public.voice_sessions v
    where v.id = exact or v.room_name = term or v.user_id = any (people)
    limit 10000
  );
end
$$;
comment on function public.admin_search_sessions is
  'Sessions by their id or room, or by user as admin_search_users finds them. Support may. '
  'Security definer so that an index can be used. Errors: not_authenticated, not_allowed, '
  'invalid_input.';
grant execute on function public.admin_search_sessions to authenticated;

create function public.admin_search_payments(query text) returns setof public.panel_payments
language plpgsql stable security definer
set search_path = ''
as $$
declare
  term text := private.search_term(query);
  exact uuid := private.as_uuid(term);
  people uuid[] := private.matching_users(term);
begin
  return query
  select p.* from public.panel_payments p
  where p.id in (
    select y.id from public.payments y
    where y.id = exact or y.time_card_id = exact or y.stripe_payment_intent_id = term
      or y.stripe_charge_id = term or y.stripe_checkout_session_id = term
      or y.user_id = any (people)
    union
    select r.payment_id from public.refund_requests r where r.stripe_refund_id = term
    union
    select d.payment_id from public.payment_disputes d where d.id = term
    union
    select e.payment_id from public.stripe_events e where e.id = term
    limit 10000
  );
end
$$;
comment on function public.admin_search_payments is
  'Payments by their id or card, by any id of Stripe (intent, charge, checkout, refund, dispute, '
  'event), or by user as admin_search_users finds them. Support may. Security definer so that an '
  'index can be used. Errors: not_authenticated, not_allowed, invalid_input.';
grant execute on function public.admin_search_payments to authenticated;

create function public.admin_search_stripe_events(query text) returns setof public.stripe_events
language plpgsql stable security definer
set search_path = ''
as $$
declare
  term text := private.search_term(query);
  exact uuid := private.as_uuid(term);
begin
  return query
  select e.* from public.stripe_events e
  where e.id = term or e.payment_id = exact or e.payload #>> '{data,object,id}' = term
    or e.payment_id in (
      select p.id from public.payments p
      where p.stripe_payment_intent_id = term or p.stripe_charge_id = term
        or p.stripe_checkout_session_id = term
    )
  limit 10000;
end
$$;
comment on function public.admin_search_stripe_events is
  'Events by their id, by the id of the object that they tell of, or by payment. Support may. '
  'Security definer so that an index can be used. Errors: not_authenticated, not_allowed, '
  'invalid_input.';
grant execute on function public.admin_search_stripe_events to authenticated;

create type public.refund_preview as (
  payment_id uuid,
  amount_cents integer,
  currency text,
  left_cents integer,
  taken_back_seconds bigint,
  owed_seconds bigint,
  is_card_revoked boolean
);
comment on type public.refund_preview is
  'What admin_preview_refund answers: left_cents, what is still refundable after it; '
  'taken_back_seconds, card time that goes at once; owed_seconds, time that is held (it follows '
  'when it comes back) or was talked already and cannot be taken back.';

create function public.admin_preview_refund(payment_id uuid, amount_cents numeric default null)
returns public.refund_preview
language plpgsql stable security definer
set search_path = ''
as $$
declare
  payment public.payments;
  card public.time_cards;
  amount integer;
  due bigint;
  taken bigint;
begin
  perform private.require_admin('support');
  perform private.refuse_fields(private.number_errors(
    'amount_cents', coalesce(admin_preview_refund.amount_cents, 1), 1, 99999999
  ));
  select * into payment from public.payments p where p.id = admin_preview_refund.payment_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such payment.');
  end if;
  amount := private.refundable_cents(payment, admin_preview_refund.amount_cents::integer);
  select * into card from public.time_cards c where c.id = payment.time_card_id;

  payment.refunded_cents := payment.refunded_cents + amount;
  due := greatest(
    0,
    private.refund_target_seconds(card, payment) - card.revoked_seconds - card.owed_seconds
  );
  taken := least(card.remaining_seconds + card.expired_seconds, due);
  return row(
    payment.id, amount, payment.currency, payment.amount_cents - payment.refunded_cents, taken,
    least(due - taken, card.held_seconds + card.used_seconds - card.owed_seconds),
    payment.refunded_cents = payment.amount_cents
  )::public.refund_preview;
end
$$;
comment on function public.admin_preview_refund is
  'What a refund (amount_cents null: all that is left) would take back, as things are now; changes '
  'nothing. Support may. Security definer because nobody may use the internals. Errors: '
  'not_authenticated, not_allowed, invalid_input, not_found, illegal_transition.';
grant execute on function public.admin_preview_refund to authenticated;
