-- Buying: the card and its payment exist before Stripe is asked, so that whatever comes back finds
-- them.

create type public.purchase_result as (
  payment_id uuid,
  time_card_id uuid,
  status text,
  amount_cents integer,
  currency text,
  package_id text,
  package_name text,
  total_seconds bigint,
  email text,
  full_name text,
  stripe_customer_id text,
  stripe_checkout_session_id text,
  stripe_payment_intent_id text,
  is_replay boolean,
  is_gift boolean,
  activation_code text
);
comment on type public.purchase_result is
  'What create_purchase answers: all that the purchase function tells Stripe, and whether the '
  'purchase was there already; activation_code: of a gift, in the first answer only.';

create function private.purchase_state(
  payment_id uuid, is_replay boolean, activation_code text default null
) returns public.purchase_result
language sql stable
set search_path = ''
as $$
  select row(
    p.id, p.time_card_id, p.status, p.amount_cents, p.currency, k.id, k.name, c.total_seconds,
    u.email, u.full_name, u.stripe_customer_id,
    p.stripe_checkout_session_id, p.stripe_payment_intent_id,
    purchase_state.is_replay, c.source = 'gift', purchase_state.activation_code
  )::public.purchase_result
  from public.payments p
  join public.packages k on k.id = p.package_id
  join public.time_cards c on c.id = p.time_card_id
  join public.profiles u on u.id = p.user_id
  where p.id = purchase_state.payment_id
$$;
comment on function private.purchase_state is 'A payment as create_purchase answers it.';

create function public.create_purchase(
  user_id uuid,
  package_id text,
  flow text,
  is_gift boolean default false,
  idempotency_key text default null,
  request_fingerprint text default null
) returns public.purchase_result
language plpgsql security definer
set search_path = ''
as $$
declare
  earlier public.payments;
  package public.packages;
  card uuid := gen_random_uuid();
  payment uuid := gen_random_uuid();
  is_gift boolean := coalesce(create_purchase.is_gift, false);
begin
  if create_purchase.flow is null or create_purchase.flow not in ('checkout', 'payment_intent') then
    perform private.fail(400, 'invalid_input', 'flow is checkout or payment_intent.',
      '{"flow": ["checkout or payment_intent"]}');
  end if;
  if char_length(create_purchase.idempotency_key) not between 1 and 255 then
    perform private.fail(400, 'invalid_input', 'An idempotency key has 1 to 255 characters.',
      '{"idempotency_key": ["must have 1 to 255 characters"]}');
  end if;

  -- The lock on the person makes two requests with one key take turns.
  perform private.lock_active_person(create_purchase.user_id);

  select * into earlier from public.payments p
  where p.user_id = create_purchase.user_id and p.idempotency_key = create_purchase.idempotency_key;
  if found then
    if earlier.request_fingerprint is distinct from create_purchase.request_fingerprint then
      perform private.fail(409, 'idempotency_conflict',
        'This Idempotency-Key was used for another request.');
    end if;
    return private.purchase_state(earlier.id, true);
  end if;

  select * into package from public.packages k
  where k.id = create_purchase.package_id and k.is_active;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such package on sale.',
      jsonb_build_object('package_id', left(create_purchase.package_id, 100)));
  end if;

  insert into public.time_cards
    (id, owner_id, purchaser_id, package_id, source, price_cents, currency, validity_days)
  values
    (card, case when not is_gift then create_purchase.user_id end, create_purchase.user_id,
     package.id, case when is_gift then 'gift' else 'purchase' end,
     package.price_cents, package.currency, package.validity_days);
  insert into public.payments
    (id, user_id, package_id, time_card_id,
     amount_cents, currency, flow,
     idempotency_key, request_fingerprint)
  values
    (payment, create_purchase.user_id, package.id, card,
     package.price_cents, package.currency, create_purchase.flow,
     create_purchase.idempotency_key, create_purchase.request_fingerprint);
  perform private.move_seconds(
    card, 'issue', null, 'remaining', package.total_seconds, null, payment
  );
  return private.purchase_state(
    payment, false, case when is_gift then private.issue_code(card) end
  );
end
$$;
comment on function public.create_purchase is
  'Makes a pending payment and its pending card, with time, price and validity snapshotted from '
  'the price list; a gift has no owner yet, but a code. A repeated key answers the first purchase. '
  'Secret key only; security definer because nobody may write these tables. Errors: invalid_input, '
  'not_found, account_inactive, idempotency_conflict.';
grant execute on function public.create_purchase to service_role;

create type public.customer_result as (stripe_customer_id text);
comment on type public.customer_result is 'The Stripe customer that is kept for a person.';

create function public.set_stripe_customer(user_id uuid, stripe_customer_id text)
returns public.customer_result
language plpgsql security definer
set search_path = ''
as $$
declare
  kept text;
begin
  update public.profiles p
  set stripe_customer_id = coalesce(p.stripe_customer_id, set_stripe_customer.stripe_customer_id)
  where p.id = set_stripe_customer.user_id
  returning p.stripe_customer_id into kept;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such user.');
  end if;
  return row(kept)::public.customer_result;
end
$$;
comment on function public.set_stripe_customer is
  'Remembers a person''s Stripe customer; the first one is kept. Secret key only; security definer '
  'so that callers need no write on profiles. Errors: not_found.';
grant execute on function public.set_stripe_customer to service_role;

create type public.attach_result as (payment_id uuid, status text);
comment on type public.attach_result is 'What attach_stripe_objects answers.';

create function public.attach_stripe_objects(
  payment_id uuid, stripe_checkout_session_id text, stripe_payment_intent_id text
) returns public.attach_result
language plpgsql security definer
set search_path = ''
as $$
declare
  payment public.payments;
begin
  update public.payments p set
    stripe_checkout_session_id = coalesce(
      p.stripe_checkout_session_id, attach_stripe_objects.stripe_checkout_session_id
    ),
    stripe_payment_intent_id = coalesce(
      p.stripe_payment_intent_id, attach_stripe_objects.stripe_payment_intent_id
    )
  where p.id = attach_stripe_objects.payment_id
  returning * into payment;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such payment.');
  end if;
  return row(payment.id, payment.status)::public.attach_result;
end
$$;
comment on function public.attach_stripe_objects is
  'Ties a payment to its Stripe objects; ids that are there already stay. Secret key only; '
  'security definer because nobody may write payments. Errors: not_found.';
grant execute on function public.attach_stripe_objects to service_role;

create function private.give_up_payments(at timestamptz) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  given_up bigint := 0;
begin
  for payment in
    select * from public.payments p
    where p.status = 'pending'
      and p.stripe_checkout_session_id is null and p.stripe_payment_intent_id is null
      and p.created_at < give_up_payments.at - interval '1 day'
    order by p.id limit 500
    for no key update skip locked
  loop
    perform private.cancel_payment(payment.id, null);
    given_up := given_up + 1;
  end loop;
  return given_up;
end
$$;
comment on function private.give_up_payments is
  'Cancels purchases that never reached Stripe: a day later its idempotency key has expired too, '
  'so no charge can follow.';

create type public.payment_to_reconcile as (
  payment_id uuid, stripe_checkout_session_id text, stripe_payment_intent_id text
);
comment on type public.payment_to_reconcile is 'A payment whose webhook may have been missed.';

create function public.list_payments_to_reconcile(older_than_seconds integer default 60)
returns setof public.payment_to_reconcile
language sql security definer
set search_path = ''
as $$
  with clock as materialized (select private.now() as at),
  due as materialized (
    select p.id
    from public.payments p
    cross join clock
    where p.status in ('pending', 'failed')
      -- After a refusal the same checkout or intent can still succeed, for as long as Stripe keeps
      -- it open.
      and (p.status = 'pending' or p.created_at > clock.at - interval '2 days')
      and (p.stripe_checkout_session_id is not null or p.stripe_payment_intent_id is not null)
      and p.created_at < clock.at - make_interval(secs => older_than_seconds)
    order by p.reconciled_at nulls first
    limit 50
    for no key update of p skip locked
  )
  update public.payments p
  set reconciled_at = clock.at
  from due, clock
  where p.id = due.id
  returning p.id, p.stripe_checkout_session_id, p.stripe_payment_intent_id
$$;
comment on function public.list_payments_to_reconcile is
  'Hands out payments that may yet succeed and that Stripe should be asked about, those that '
  'waited longest first, so that none starves. Secret key only; security definer because nobody '
  'may write payments.';
grant execute on function public.list_payments_to_reconcile to service_role;
