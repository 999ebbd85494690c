-- What Stripe says of a payment, from a webhook or from a fetch, becomes the same state in whatever
-- order it comes: the object's own status decides, not the name of the event, and "paid" wins over
-- everything before it.

create type public.stripe_object_result as (
  outcome text, payment_id uuid, time_card_id uuid, detail text
);
comment on type public.stripe_object_result is
  'What was done with a Stripe object; outcome: credited, failed, canceled, refunded, disputed, '
  'dispute_won, dispute_lost, duplicate, ignored or flagged.';

create type private.stripe_facts as (
  is_paid boolean,
  is_given_up boolean,
  refusal jsonb,
  paid_cents numeric,
  refunded_cents numeric,
  currency text,
  intent_id text,
  checkout_id text,
  charge_id text,
  receipt_url text
);
comment on type private.stripe_facts is
  'What a Stripe payment intent, checkout session or charge says, as far as a payment is '
  'concerned. charge_id, receipt_url and refunded_cents (cumulative): of the charge that paid, '
  'not of an attempt that was refused.';

create function private.stripe_id(reference jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select case jsonb_typeof(reference)
    when 'object' then reference ->> 'id'
    when 'string' then reference #>> '{}'
  end
$$;
comment on function private.stripe_id is
  'The id in a reference to a Stripe object, expanded or not (https://docs.stripe.com/expand).';

create function private.stripe_number(value jsonb) returns numeric
language sql immutable
set search_path = ''
as $$
  select case jsonb_typeof(value) when 'number' then value::numeric end
$$;
comment on function private.stripe_number is 'A number of a Stripe object, or null.';

create function private.read_stripe_object(object jsonb) returns private.stripe_facts
language plpgsql immutable
set search_path = ''
as $$
declare
  kind text := object ->> 'object';
  charge jsonb := case kind
    when 'charge' then object
    when 'payment_intent' then object -> 'latest_charge'
    else object #> '{payment_intent,latest_charge}'
  end;
  facts private.stripe_facts;
begin
  facts.is_paid := coalesce(case kind
    when 'checkout.session' then object ->> 'payment_status' = 'paid'
    when 'charge' then object ->> 'status' = 'succeeded' and (object -> 'captured') <> 'false'
    else object ->> 'status' = 'succeeded'
  end, false);
  facts.is_given_up :=
    kind <> 'charge' and coalesce(object ->> 'status' in ('canceled', 'expired'), false);
  facts.currency := lower(object ->> 'currency');
  facts.paid_cents := private.stripe_number(object -> case kind
    when 'checkout.session' then 'amount_total'
    when 'charge' then 'amount_captured'
    else 'amount_received'
  end);
  facts.checkout_id := case kind when 'checkout.session' then object ->> 'id' end;
  facts.intent_id := case kind
    when 'payment_intent' then object ->> 'id'
    else private.stripe_id(object -> 'payment_intent')
  end;

  if facts.is_paid then
    facts.charge_id := private.stripe_id(charge);
    facts.receipt_url := charge ->> 'receipt_url';
    facts.refunded_cents := private.stripe_number(charge -> 'amount_refunded');
  elsif kind = 'payment_intent' and object ->> 'status' = 'requires_payment_method'
    and jsonb_typeof(object -> 'last_payment_error') = 'object' then
    facts.refusal := object -> 'last_payment_error';
  end if;
  return facts;
end
$$;
comment on function private.read_stripe_object is
  'Reads the facts out of a payment intent, checkout session or charge '
  '(https://docs.stripe.com/api/payment_intents/object, …/checkout/sessions/object, '
  '…/charges/object).';

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
    where p.stripe_payment_intent_id = case object ->> 'object'
        when 'payment_intent' then object ->> 'id'
        else private.stripe_id(object -> 'payment_intent')
      end
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
    when facts.is_paid and facts.charge_id <> payment.stripe_charge_id then 'another charge'
    when facts.is_paid and facts.paid_cents is distinct from payment.amount_cents
      then 'another amount than was sold'
    when facts.is_paid and facts.currency is distinct from payment.currency
      then 'another currency than was sold'
    when facts.refunded_cents > payment.amount_cents then 'a larger refund than was paid'
  end
$$;
comment on function private.misfit is
  'Why what Stripe reports cannot be this payment, or null: it is flagged to admins, not credited.';

create function private.apply_payment_object(object jsonb) returns public.stripe_object_result
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments := private.find_payment(object);
  facts private.stripe_facts := private.read_stripe_object(object);
  outcome text := 'ignored';
  detail text;
begin
  if payment.id is null then
    return row('ignored', null, null, 'no such payment')::public.stripe_object_result;
  end if;
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

  if facts.is_paid then
    outcome := 'duplicate';
    detail := 'known already';
    if payment.status in ('pending', 'failed', 'canceled') then
      perform private.credit_payment(payment.id, private.now());
      outcome := 'credited';
      detail := null;
    end if;
    if facts.refunded_cents > payment.refunded_cents then
      perform private.refund_payment(payment.id, facts.refunded_cents::integer);
      outcome := 'refunded';
      detail := null;
    end if;
  elsif payment.status not in ('pending', 'failed') then
    -- A refusal that the cancellation overtook still tells why nothing was paid.
    update public.payments p set
      failure_code = coalesce(
        p.failure_code, facts.refusal ->> 'decline_code', facts.refusal ->> 'code'
      ),
      failure_message = coalesce(p.failure_message, facts.refusal ->> 'message')
    where p.id = payment.id and p.status = 'canceled' and facts.refusal is not null;
    detail := 'decided already';
  elsif facts.is_given_up then
    perform private.cancel_payment(payment.id, object ->> 'cancellation_reason');
    outcome := 'canceled';
  elsif facts.refusal is not null then
    -- Not the end: with another card the same intent can still succeed.
    update public.payments p set
      status = 'failed',
      failed_at = coalesce(p.failed_at, private.now()),
      failure_code = coalesce(facts.refusal ->> 'decline_code', facts.refusal ->> 'code'),
      failure_message = facts.refusal ->> 'message'
    where p.id = payment.id;
    outcome := 'failed';
  else
    detail := 'nothing is decided';
  end if;
  return row(outcome, payment.id, payment.time_card_id, detail)::public.stripe_object_result;
end
$$;
comment on function private.apply_payment_object is
  'Brings a payment and its card to the state that a Stripe payment intent, checkout session or '
  'charge shows.';

create function private.apply_dispute(object jsonb) returns public.stripe_object_result
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  verdict text;
begin
  select * into payment from public.payments p
  where p.stripe_payment_intent_id = private.stripe_id(object -> 'payment_intent')
    or p.stripe_charge_id = private.stripe_id(object -> 'charge')
  for no key update;

  insert into public.payment_disputes as d
    (id, payment_id, stripe_payment_intent_id, stripe_charge_id,
     status, amount_cents, currency, reason)
  values (
    object ->> 'id', payment.id, private.stripe_id(object -> 'payment_intent'),
    private.stripe_id(object -> 'charge'), coalesce(object ->> 'status', 'needs_response'),
    coalesce(private.stripe_number(object -> 'amount'), 0), object ->> 'currency',
    object ->> 'reason'
  )
  -- What Stripe said earlier may arrive later.
  on conflict (id) do update set
    payment_id = coalesce(d.payment_id, excluded.payment_id),
    status = case
      when private.dispute_stage(excluded.status) > private.dispute_stage(d.status)
        then excluded.status
      else d.status
    end,
    amount_cents = case
      when private.dispute_stage(excluded.status) > private.dispute_stage(d.status)
        then excluded.amount_cents
      else d.amount_cents
    end
  returning private.dispute_verdict(d.status) into verdict;

  if payment.id is null then
    return row('ignored', null, null, 'no such payment yet')::public.stripe_object_result;
  end if;
  perform private.settle_disputes(payment.id, private.now());
  return row(
    case verdict
      when 'open' then 'disputed'
      when 'won' then 'dispute_won'
      when 'lost' then 'dispute_lost'
      else 'ignored'
    end,
    payment.id, payment.time_card_id, case verdict when 'inquiry' then 'an inquiry only' end
  )::public.stripe_object_result;
end
$$;
comment on function private.apply_dispute is
  'Keeps a dispute and freezes, thaws or revokes the card as all disputes of the payment together '
  'demand.';

create function private.apply_refund(object jsonb) returns public.stripe_object_result
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments := private.find_payment(object);
begin
  -- What was refunded in all is told by the charge. A refund that failed at the bank left the money
  -- with us: somebody has to decide.
  if payment.id is null or coalesce(object ->> 'status', '') not in ('failed', 'canceled') then
    return row('ignored', payment.id, payment.time_card_id, 'the charge tells')
      ::public.stripe_object_result;
  end if;
  update public.payments p set review_reason = private.failed_refund()
  where p.id = payment.id;
  return row('flagged', payment.id, payment.time_card_id, private.failed_refund())
    ::public.stripe_object_result;
end
$$;
comment on function private.apply_refund is
  'Flags a refund that failed (https://docs.stripe.com/refunds#failed-refunds).';

create function private.apply_object(object jsonb) returns public.stripe_object_result
language plpgsql
set search_path = ''
as $$
begin
  -- What tells of one intent takes turns, also before its payment is known by it: else a dispute
  -- and the payment that it overtakes, arriving at once, would not see each other.
  perform pg_advisory_xact_lock(hashtextextended(case object ->> 'object'
    when 'payment_intent' then object ->> 'id'
    else private.stripe_id(object -> 'payment_intent')
  end, 0));
  case coalesce(object ->> 'object', '')
    when 'payment_intent', 'checkout.session', 'charge' then
      return private.apply_payment_object(object);
    when 'dispute' then
      return private.apply_dispute(object);
    when 'refund' then
      return private.apply_refund(object);
    else
      return row('ignored', null, null, 'not about a payment')::public.stripe_object_result;
  end case;
end
$$;
comment on function private.apply_object is
  'Applies any Stripe object that tells of money.';

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
  'Applies a payment intent, checkout session, charge or dispute that was fetched from Stripe, as '
  'its webhook would. Secret key only; security definer because nobody may write these tables. '
  'Errors: invalid_input.';
grant execute on function public.apply_stripe_object to service_role;

create type public.stripe_event_result as (
  event_id text, outcome text, payment_id uuid, time_card_id uuid, detail text
);
comment on type public.stripe_event_result is
  'What was done with a Stripe event; outcome: as of its object, or error (stored, to be tried '
  'again).';

create function private.process_stripe_event(event_id text) returns public.stripe_event_result
language plpgsql
set search_path = ''
as $$
declare
  inbox public.stripe_events;
  result public.stripe_object_result;
  problem text;
begin
  select * into inbox from public.stripe_events e
  where e.id = process_stripe_event.event_id
  for no key update;
  begin
    result := private.apply_object(inbox.payload #> '{data,object}');
  exception when others then
    -- The event stays in the inbox with what went wrong; the answer makes Stripe send it again.
    get stacked diagnostics problem = message_text;
    update public.stripe_events e
    set attempts = e.attempts + 1, outcome = 'error', last_error = problem
    where e.id = inbox.id;
    return row(inbox.id, 'error', null, null, problem)::public.stripe_event_result;
  end;

  update public.stripe_events e set
    attempts = e.attempts + 1,
    outcome = result.outcome,
    payment_id = coalesce(result.payment_id, e.payment_id),
    processed_at = private.now(),
    last_error = case when result.outcome = 'flagged' then result.detail end
  where e.id = inbox.id;
  return row(inbox.id, result.outcome, result.payment_id, result.time_card_id, result.detail)
    ::public.stripe_event_result;
end
$$;
comment on function private.process_stripe_event is
  'Applies an event of the inbox, for the first time or again.';

create function public.apply_stripe_event(event jsonb) returns public.stripe_event_result
language plpgsql security definer
set search_path = ''
as $$
declare
  event_id text := apply_stripe_event.event ->> 'id';
  inbox public.stripe_events;
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
  return private.process_stripe_event(event_id);
end
$$;
comment on function public.apply_stripe_event is
  'Stores a verified Stripe event and applies it, in one transaction; once per event id and once '
  'per payment. Secret key only; security definer because nobody may write these tables. Errors: '
  'invalid_input.';
grant execute on function public.apply_stripe_event to service_role;
