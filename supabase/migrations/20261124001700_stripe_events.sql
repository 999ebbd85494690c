-- What Stripe says of a payment, from a webhook or from a fetch, becomes the same state in whatever
-- order it comes: the object's own status decides, not the name of the event, and "paid" wins over
-- everything before it.

create function private.cancel_payment(payment_id uuid, failure text) returns void
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  card public.time_cards;
begin
  update public.payments p set
    status = 'canceled',
    failure_message = coalesce(cancel_payment.failure, p.failure_message)
  where p.id = cancel_payment.payment_id
  returning * into payment;
  update public.time_cards c set status = 'revoked'
  where c.id = payment.time_card_id
  returning * into card;
  perform private.move_seconds(
    card.id, 'revoke', 'remaining', 'revoked', card.remaining_seconds, null, payment.id
  );
end
$$;
comment on function private.cancel_payment is
  'Gives up a payment that was not paid, and revokes its card. The caller holds the lock on the '
  'payment.';

create function private.credit_payment(payment_id uuid, at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  card public.time_cards;
begin
  update public.payments p
  set status = 'succeeded', paid_at = credit_payment.at,
    failure_code = null, failure_message = null, review_reason = null
  where p.id = credit_payment.payment_id
  returning * into payment;

  select * into card from public.time_cards c where c.id = payment.time_card_id for no key update;
  update public.time_cards c set
    status = 'active',
    activated_at = credit_payment.at,
    expires_at = credit_payment.at + make_interval(days => c.validity_days)
  where c.id = card.id;
  if card.status = 'revoked' then
    -- The purchase had been given up, but the money came: the card is owed.
    perform private.move_seconds(
      card.id, 'reinstate', 'revoked', 'remaining', card.revoked_seconds, null, payment.id
    );
  end if;
end
$$;
comment on function private.credit_payment is
  'Marks a payment paid and makes its card usable. The caller holds the lock on the payment and '
  'has seen that it is not paid yet.';

create type public.stripe_object_result as (
  outcome text, payment_id uuid, time_card_id uuid, detail text
);
comment on type public.stripe_object_result is
  'What was done with a Stripe object; outcome: credited, failed, canceled, duplicate, ignored or '
  'flagged.';

create type private.stripe_facts as (
  is_paid boolean,
  is_given_up boolean,
  refusal jsonb,
  paid_cents numeric,
  currency text,
  intent_id text,
  checkout_id text,
  charge_id text,
  receipt_url text
);
comment on type private.stripe_facts is
  'What a Stripe payment intent or checkout session says, as far as a payment is concerned. '
  'charge_id and receipt_url: of the charge that paid, not of an attempt that was refused.';

create function private.read_stripe_object(object jsonb) returns private.stripe_facts
language plpgsql immutable
set search_path = ''
as $$
declare
  is_checkout boolean := object ->> 'object' = 'checkout.session';
  amount jsonb := object -> case when is_checkout then 'amount_total' else 'amount_received' end;
  charge jsonb := coalesce(
    object -> 'latest_charge', object #> '{payment_intent,latest_charge}'
  );
  facts private.stripe_facts;
begin
  facts.paid_cents := case jsonb_typeof(amount) when 'number' then amount::numeric end;
  facts.is_given_up := coalesce(object ->> 'status' in ('canceled', 'expired'), false);
  facts.currency := lower(object ->> 'currency');
  if is_checkout then
    facts.is_paid := coalesce(object ->> 'payment_status' = 'paid', false);
    facts.checkout_id := object ->> 'id';
    facts.intent_id := coalesce(
      object -> 'payment_intent' ->> 'id', object ->> 'payment_intent'
    );
  else
    facts.is_paid := coalesce(object ->> 'status' = 'succeeded', false);
    facts.intent_id := object ->> 'id';
  end if;

  if facts.is_paid then
    facts.charge_id := coalesce(charge ->> 'id', charge #>> '{}');
    facts.receipt_url := charge ->> 'receipt_url';
  elsif not is_checkout and object ->> 'status' = 'requires_payment_method'
    and jsonb_typeof(object -> 'last_payment_error') = 'object' then
    facts.refusal := object -> 'last_payment_error';
  end if;
  return facts;
end
$$;
comment on function private.read_stripe_object is
  'Reads the facts out of a payment intent or checkout session '
  '(https://docs.stripe.com/api/payment_intents/object, …/checkout/sessions/object).';

create function private.find_payment(object jsonb) returns public.payments
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
begin
  if object ->> 'object' = 'checkout.session' then
    select * into payment from public.payments p
    where p.stripe_checkout_session_id = object ->> 'id'
    for no key update;
  else
    select * into payment from public.payments p
    where p.stripe_payment_intent_id = object ->> 'id'
    for no key update;
  end if;
  if payment.id is null then
    -- The webhook can overtake the answer that tells us the id; then our own metadata names the
    -- payment.
    select * into payment from public.payments p
    where p.id = private.as_uuid(
      coalesce(object -> 'metadata' ->> 'payment_id', object ->> 'client_reference_id')
    )
    for no key update;
  end if;
  return payment;
end
$$;
comment on function private.find_payment is 'The payment that a Stripe object belongs to, locked.';

create function private.misfit(payment public.payments, facts private.stripe_facts) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when facts.intent_id <> payment.stripe_payment_intent_id then 'another payment intent'
    when facts.checkout_id <> payment.stripe_checkout_session_id then 'another checkout session'
    when facts.is_paid and facts.paid_cents is distinct from payment.amount_cents
      then 'another amount than was sold'
    when facts.is_paid and facts.currency is distinct from payment.currency
      then 'another currency than was sold'
  end
$$;
comment on function private.misfit is
  'Why what Stripe reports cannot be this payment, or null: it is flagged to admins, not credited.';

create function private.apply_object(object jsonb) returns public.stripe_object_result
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  facts private.stripe_facts;
  outcome text;
  detail text;
begin
  if coalesce(object ->> 'object', '') not in ('payment_intent', 'checkout.session') then
    return row('ignored', null, null, 'not a payment')::public.stripe_object_result;
  end if;
  payment := private.find_payment(object);
  if payment.id is null then
    return row('ignored', null, null, 'no such payment')::public.stripe_object_result;
  end if;
  facts := private.read_stripe_object(object);

  detail := private.misfit(payment, facts);
  if detail is not null then
    update public.payments p set review_reason = detail where p.id = payment.id;
    return row('flagged', payment.id, payment.time_card_id, detail)::public.stripe_object_result;
  end if;

  update public.payments p set
    stripe_payment_intent_id = coalesce(p.stripe_payment_intent_id, facts.intent_id),
    stripe_checkout_session_id = coalesce(p.stripe_checkout_session_id, facts.checkout_id),
    stripe_charge_id = coalesce(p.stripe_charge_id, facts.charge_id),
    receipt_url = coalesce(p.receipt_url, facts.receipt_url)
  where p.id = payment.id;

  if facts.is_paid and payment.status in ('pending', 'failed', 'canceled') then
    perform private.credit_payment(payment.id, private.now());
    outcome := 'credited';
  elsif facts.is_paid then
    outcome := 'duplicate';
    detail := 'paid already';
  elsif payment.status not in ('pending', 'failed') then
    outcome := 'ignored';
    detail := 'decided already';
  elsif facts.is_given_up then
    perform private.cancel_payment(payment.id, object ->> 'cancellation_reason');
    outcome := 'canceled';
  elsif facts.refusal is not null then
    -- Not the end: with another card the same intent can still succeed.
    update public.payments p set
      status = 'failed',
      failure_code = coalesce(facts.refusal ->> 'decline_code', facts.refusal ->> 'code'),
      failure_message = facts.refusal ->> 'message'
    where p.id = payment.id;
    outcome := 'failed';
  else
    outcome := 'ignored';
    detail := 'nothing is decided';
  end if;
  return row(outcome, payment.id, payment.time_card_id, detail)::public.stripe_object_result;
end
$$;
comment on function private.apply_object is
  'Brings a payment and its card to the state that a Stripe payment intent or checkout session '
  'shows.';

create function public.apply_stripe_object(object jsonb) returns public.stripe_object_result
language plpgsql security definer
set search_path = ''
as $$
begin
  if jsonb_typeof(apply_stripe_object.object) is distinct from 'object'
    or nullif(apply_stripe_object.object ->> 'id', '') is null then
    perform private.fail(400, 'invalid_input', 'A Stripe object has an id.');
  end if;
  return private.apply_object(apply_stripe_object.object);
end
$$;
comment on function public.apply_stripe_object is
  'Applies a payment intent or checkout session that was fetched from Stripe, as its webhook '
  'would. Secret key only; security definer because nobody may write these tables. Errors: '
  'invalid_input.';
grant execute on function public.apply_stripe_object to service_role;

create type public.stripe_event_result as (
  event_id text, outcome text, payment_id uuid, time_card_id uuid, detail text
);
comment on type public.stripe_event_result is
  'What was done with a Stripe event; outcome: credited, failed, canceled, duplicate, ignored, '
  'flagged, or error (stored, to be tried again).';

create function public.apply_stripe_event(event jsonb) returns public.stripe_event_result
language plpgsql security definer
set search_path = ''
as $$
declare
  event_id text := apply_stripe_event.event ->> 'id';
  inbox public.stripe_events;
  result public.stripe_object_result;
  problem text;
begin
  if nullif(event_id, '') is null or char_length(event_id) > 255
    or nullif(apply_stripe_event.event ->> 'type', '') is null
    or jsonb_typeof(apply_stripe_event.event #> '{data,object}') is distinct from 'object' then
    perform private.fail(400, 'invalid_input', 'A Stripe event has an id, a type and data.object.');
  end if;

  insert into public.stripe_events (id, type, api_version, payload)
  values (
    event_id,
    apply_stripe_event.event ->> 'type',
    apply_stripe_event.event ->> 'api_version',
    apply_stripe_event.event
  )
  on conflict (id) do nothing;
  -- Of two deliveries at once the second waits here and then finds the event processed.
  select * into inbox from public.stripe_events e where e.id = event_id for no key update;
  if inbox.processed_at is not null then
    return row(event_id, 'duplicate', inbox.payment_id, null, 'applied already')
      ::public.stripe_event_result;
  end if;

  begin
    result := private.apply_object(inbox.payload #> '{data,object}');
  exception when others then
    -- The event stays in the inbox with what went wrong; the answer makes Stripe send it again.
    get stacked diagnostics problem = message_text;
    update public.stripe_events e
    set attempts = e.attempts + 1, outcome = 'error', last_error = problem
    where e.id = event_id;
    return row(event_id, 'error', null, null, problem)::public.stripe_event_result;
  end;

  update public.stripe_events e set
    attempts = e.attempts + 1,
    outcome = result.outcome,
    payment_id = result.payment_id,
    processed_at = private.now(),
    last_error = case when result.outcome = 'flagged' then result.detail end
  where e.id = event_id;
  return row(event_id, result.outcome, result.payment_id, result.time_card_id, result.detail)
    ::public.stripe_event_result;
end
$$;
comment on function public.apply_stripe_event is
  'Stores a verified Stripe event and applies it, in one transaction; once per event id and once '
  'per payment. Secret key only; security definer because nobody may write these tables. Errors: '
  'invalid_input.';
grant execute on function public.apply_stripe_event to service_role;
