-- What happens to a payment and its card together: paid, given up, refunded, disputed. The caller
-- holds the lock on the payment; each function locks the card.

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
    failed_at = coalesce(p.failed_at, private.now()),
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
  'Gives up a payment that was not paid, and revokes its card.';

create function private.failed_refund() returns text
language sql immutable
set search_path = ''
as $$
  select 'a refund failed at the bank'
$$;
comment on function private.failed_refund is
  'payments.review_reason of a refund that did not reach the customer.';

create function private.credit_payment(payment_id uuid, at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  card public.time_cards;
begin
  update public.payments p
  set status = 'succeeded', paid_at = credit_payment.at, failed_at = null,
    failure_code = null, failure_message = null,
    -- What did not fit has been paid since; a refund that failed at the bank still needs a person.
    review_reason = case p.review_reason when private.failed_refund() then p.review_reason end
  where p.id = credit_payment.payment_id
  returning * into payment;
  insert into public.payment_entries (payment_id, kind, amount_cents, currency, created_at)
  values (payment.id, 'paid', payment.amount_cents, payment.currency, credit_payment.at);

  select * into card from public.time_cards c where c.id = payment.time_card_id for no key update;
  -- A gift waits for whoever has its code.
  update public.time_cards c set
    status = case when c.owner_id is null then 'pending' else 'active' end,
    activated_at = case when c.owner_id is not null then credit_payment.at end,
    expires_at = case
      when c.owner_id is not null then credit_payment.at + make_interval(days => c.validity_days)
    end
  where c.id = card.id;
  if card.status = 'revoked' then
    -- The purchase had been given up, but the money came: the card is owed.
    perform private.move_seconds(
      card.id, 'reinstate', 'revoked', 'remaining', card.revoked_seconds, null, payment.id
    );
  end if;

  update public.payment_disputes d set payment_id = payment.id
  where d.payment_id is null and d.stripe_payment_intent_id = payment.stripe_payment_intent_id;
  perform private.settle_disputes(payment.id, credit_payment.at);
end
$$;
comment on function private.credit_payment is
  'Marks a payment paid and makes its card usable, under whatever disputes are known already. The '
  'caller has seen that it is not paid yet.';

create function private.refund_payment(payment_id uuid, refunded_cents integer) returns void
language plpgsql
set search_path = ''
as $$
declare
  before public.payments;
  payment public.payments;
  card public.time_cards;
begin
  select * into before from public.payments p where p.id = refund_payment.payment_id;
  update public.payments p set
    refunded_cents = refund_payment.refunded_cents,
    status = case
      when refund_payment.refunded_cents = p.amount_cents then 'refunded'
      when p.status = 'disputed' then 'disputed'
      else 'partially_refunded'
    end
  where p.id = before.id
  returning * into payment;
  insert into public.payment_entries (payment_id, kind, amount_cents, currency)
  values (payment.id, 'refund', before.refunded_cents - payment.refunded_cents, payment.currency);

  select * into card from public.time_cards c where c.id = payment.time_card_id for no key update;
  if payment.refunded_cents = payment.amount_cents then
    update public.time_cards c set status = 'revoked'
    where c.id = card.id and c.status <> 'revoked';
  end if;
  perform private.take_back(
    card.id,
    greatest(
      0,
      private.refund_target_seconds(card, payment) - card.revoked_seconds - card.owed_seconds
    ),
    payment.id
  );
end
$$;
comment on function private.refund_payment is
  'Brings a paid payment to Stripe''s cumulative refunded amount, which only grows, and takes back '
  'the seconds it bought; a full refund revokes the card.';

create function private.thaw_card(card_id uuid, at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
declare
  card public.time_cards;
begin
  update public.time_cards c set status = case
    when c.expires_at <= thaw_card.at
      and c.remaining_seconds + c.held_seconds + c.expired_seconds > 0 then 'expired'
    when c.remaining_seconds + c.held_seconds = 0 then 'used'
    else 'active'
  end
  where c.id = thaw_card.card_id and c.status = 'frozen'
  returning * into card;
  if card.status = 'expired' then
    perform private.move_seconds(
      card.id, 'expire', 'remaining', 'expired', card.remaining_seconds
    );
  end if;
end
$$;
comment on function private.thaw_card is
  'Brings a frozen card to where it would be had it not been frozen.';

create function private.settle_disputes(payment_id uuid, at timestamptz) returns void
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  card public.time_cards;
  is_lost boolean;
  is_open boolean;
begin
  select * into payment from public.payments p where p.id = settle_disputes.payment_id;
  select
    coalesce(bool_or(private.dispute_verdict(d.status) = 'lost'), false),
    coalesce(bool_or(private.dispute_verdict(d.status) = 'open'), false)
  into is_lost, is_open
  from public.payment_disputes d
  where d.payment_id = payment.id;
  if payment.status in ('pending', 'failed', 'canceled') then
    return;
  end if;

  select * into card from public.time_cards c where c.id = payment.time_card_id for no key update;
  if is_lost or is_open then
    update public.payments p set status = 'disputed'
    where p.id = payment.id and p.status in ('succeeded', 'partially_refunded');
  else
    update public.payments p set status = case p.refunded_cents
      when 0 then 'succeeded'
      when p.amount_cents then 'refunded'
      else 'partially_refunded'
    end
    where p.id = payment.id and p.status = 'disputed';
  end if;

  if is_lost then
    perform private.book_chargebacks(payment.id);
    update public.time_cards c set status = 'revoked'
    where c.id = card.id and c.status <> 'revoked';
    perform private.take_back(card.id, card.total_seconds, payment.id);
  elsif is_open then
    update public.time_cards c set status = 'frozen'
    where c.id = card.id
      and (
        c.status in ('active', 'used')
        -- Nothing is left on it, but a call talks on time of it, which must end too.
        or (c.status = 'expired' and c.held_seconds > 0)
      );
  else
    perform private.thaw_card(card.id, settle_disputes.at);
  end if;
end
$$;
comment on function private.settle_disputes is
  'Brings a payment and its card to what all of its disputes together demand: one that is lost '
  'revokes the card, one that is open freezes it, else it thaws. Repeatable.';

create function private.book_chargebacks(payment_id uuid) returns void
language sql
set search_path = ''
as $$
  insert into public.payment_entries (payment_id, kind, amount_cents, currency, dispute_id)
  select p.id, 'chargeback', -d.amount_cents, p.currency, d.id
  from public.payment_disputes d
  join public.payments p on p.id = d.payment_id
  where p.id = book_chargebacks.payment_id
    and d.amount_cents > 0
    and private.dispute_verdict(d.status) = 'lost'
    and not exists (select from public.payment_entries e where e.dispute_id = d.id)
  order by d.id
$$;
comment on function private.book_chargebacks is
  'Books the money that lost disputes took, once each, whatever was refunded besides.';
