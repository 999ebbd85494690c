-- Refunds that an admin asks for. The request is kept before Stripe is asked and its id is Stripe's
-- idempotency key, so that whatever fails in between, one request is one refund.

create table public.refund_requests (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  amount_cents integer not null constraint amount_is_positive check (amount_cents > 0),
  status text not null default 'pending'
    constraint status_is_known check (status in ('pending', 'succeeded', 'failed')),
  stripe_refund_id text constraint one_request_per_refund unique,
  failure text,
  audit_id bigint not null references public.admin_audit_log (id) on delete restrict,
  created_at timestamptz not null default private.now(),
  finished_at timestamptz,
  constraint a_finished_request_says_how check (
    (status = 'succeeded') = (stripe_refund_id is not null)
    and (status = 'failed') = (failure is not null)
    and (status = 'pending') = (finished_at is null)
  )
);
comment on table public.refund_requests is
  'Refunds that admins asked for. What was really refunded is told by Stripe''s charge '
  '(payments.refunded_cents).';
comment on column public.refund_requests.id is 'Stripe''s idempotency key is refund-<id>.';
comment on column public.refund_requests.failure is
  'Why Stripe refused it, or that nobody ever heard of it again.';

create index refund_requests_payment on public.refund_requests (payment_id);
create index refund_requests_audit on public.refund_requests (audit_id);
create unique index one_open_request_per_payment on public.refund_requests (payment_id)
  where status = 'pending';

alter table public.refund_requests enable row level security;
create policy "admins see the refund requests" on public.refund_requests for select to authenticated
  using ((select private.is_admin()));
grant select on public.refund_requests to authenticated, service_role;

insert into private.status_transitions (table_name, from_status, to_status) values
  ('refund_requests', 'pending', 'succeeded'),
  ('refund_requests', 'pending', 'failed'),
  -- It had been given up, but Stripe had made it.
  ('refund_requests', 'failed', 'succeeded');

create trigger transition before update of status on public.refund_requests
  for each row when (old.status is distinct from new.status)
  execute function private.enforce_transition();

create type public.begin_refund_result as (
  refund_request_id uuid,
  payment_id uuid,
  stripe_payment_intent_id text,
  stripe_charge_id text,
  amount_cents integer,
  currency text,
  is_resumed boolean
);
comment on type public.begin_refund_result is
  'What admin_begin_refund answers: all that Stripe must be told.';

create function private.open_refund_request(
  payment public.payments, amount_cents integer, at timestamptz
) returns public.refund_requests
language plpgsql
set search_path = ''
as $$
declare
  request public.refund_requests;
begin
  -- Stripe remembers an idempotency key for at least 24 hours
  -- (https://docs.stripe.com/api/idempotent_requests). After that, asking again with it might
  -- refund again; by then the charge has told what became of it.
  update public.refund_requests r
  set status = 'failed', failure = 'abandoned', finished_at = open_refund_request.at
  where r.payment_id = payment.id and r.status = 'pending'
    and r.created_at < open_refund_request.at - interval '20 hours';
  select * into request from public.refund_requests r
  where r.payment_id = payment.id and r.status = 'pending';
  if request.amount_cents <> open_refund_request.amount_cents then
    perform private.fail(409, 'idempotency_conflict',
      'A refund of another amount is under way for this payment. Finish it first.',
      jsonb_build_object('amount_cents', request.amount_cents));
  end if;
  return request;
end
$$;
comment on function private.open_refund_request is
  'The unfinished refund request of a payment that an amount (null: any) goes on with, or none. '
  'The caller holds the lock on the payment. Errors: idempotency_conflict.';

create function private.refundable_cents(payment public.payments, wanted_cents integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  left_cents integer := payment.amount_cents - payment.refunded_cents;
begin
  if payment.status not in ('succeeded', 'partially_refunded') then
    perform private.fail(409, 'illegal_transition', 'This payment cannot be refunded.',
      jsonb_build_object('status', payment.status));
  end if;
  if refundable_cents.wanted_cents > left_cents then
    perform private.refuse_fields(jsonb_build_object(
      'amount_cents', jsonb_build_array(format('must be at most %s', left_cents))
    ));
  end if;
  return coalesce(refundable_cents.wanted_cents, left_cents);
end
$$;
comment on function private.refundable_cents is
  'How much of a payment to refund: the amount asked for, or all that is left. Errors: '
  'illegal_transition, invalid_input.';

create function public.admin_begin_refund(
  payment_id uuid, reason text, amount_cents numeric default null
) returns public.begin_refund_result
language plpgsql security definer
set search_path = ''
as $$
declare
  payment public.payments;
  request public.refund_requests;
  is_resumed boolean;
  audit_id bigint;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_begin_refund.reason)
    || private.number_errors(
      'amount_cents', coalesce(admin_begin_refund.amount_cents, 1), 1, 99999999
    )
  );
  select * into payment from public.payments p
  where p.id = admin_begin_refund.payment_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such payment.');
  end if;

  request := private.open_refund_request(
    payment, admin_begin_refund.amount_cents::integer, private.now()
  );
  is_resumed := request.id is not null;
  if not is_resumed then
    request.id := gen_random_uuid();
    request.amount_cents := private.refundable_cents(
      payment, admin_begin_refund.amount_cents::integer
    );
  end if;
  audit_id := private.audit(
    'admin_begin_refund', 'payments', payment.id::text,
    jsonb_build_object('status', payment.status, 'refunded_cents', payment.refunded_cents),
    jsonb_build_object(
      'refund_request_id', request.id,
      'amount_cents', request.amount_cents,
      'is_resumed', is_resumed
    ),
    admin_begin_refund.reason
  );
  if not is_resumed then
    insert into public.refund_requests (id, payment_id, amount_cents, audit_id)
    values (request.id, payment.id, request.amount_cents, audit_id);
  end if;
  return row(
    request.id, payment.id, payment.stripe_payment_intent_id, payment.stripe_charge_id,
    request.amount_cents, payment.currency, is_resumed
  )::public.begin_refund_result;
end
$$;
comment on function public.admin_begin_refund is
  'Keeps an admin''s wish to refund a payment (amount_cents null: all that is left) before Stripe '
  'is asked; an unfinished one of the same amount is gone on with. Admins only; security definer '
  'because nobody may write these tables. Errors: not_authenticated, not_allowed, invalid_input, '
  'not_found, illegal_transition, idempotency_conflict.';
grant execute on function public.admin_begin_refund to authenticated;

create function public.finish_refund(
  refund_request_id uuid, stripe_refund_id text default null, failure text default null
) returns public.refund_requests
language plpgsql security definer
set search_path = ''
as $$
declare
  request public.refund_requests;
  refund_id text := private.trimmed(finish_refund.stripe_refund_id);
  problem text := left(private.trimmed(finish_refund.failure), 500);
  outcome text := case when refund_id is null then 'failed' else 'succeeded' end;
begin
  if num_nonnulls(refund_id, problem) <> 1 or char_length(refund_id) > 255 then
    perform private.fail(400, 'invalid_input',
      'A refund ends with either stripe_refund_id or failure.');
  end if;
  select * into request from public.refund_requests r
  where r.id = finish_refund.refund_request_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such refund request.');
  end if;
  if request.status = outcome
    and request.stripe_refund_id is not distinct from refund_id then
    return request;
  end if;
  if request.status = 'succeeded' or exists (
    select from public.refund_requests r
    where r.stripe_refund_id = refund_id
  ) then
    perform private.fail(409, 'illegal_transition', 'This refund was finished otherwise.',
      jsonb_build_object('status', request.status));
  end if;

  update public.refund_requests r set
    status = outcome,
    stripe_refund_id = refund_id,
    failure = problem,
    finished_at = private.now()
  where r.id = request.id
  returning * into request;
  return request;
end
$$;
comment on function public.finish_refund is
  'Remembers how Stripe answered a refund request: the id of its refund, or why it refused. '
  'Repeatable; a refund that Stripe made wins over a failure. Secret key only; security definer '
  'because nobody may write refund requests. Errors: invalid_input, not_found, illegal_transition.';
grant execute on function public.finish_refund to service_role;
