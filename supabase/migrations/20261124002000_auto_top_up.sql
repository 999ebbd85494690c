-- Auto top-up: when a person's time runs low, a package is bought with a saved card while nobody is
-- there. It is the person's choice, off by default, at most once per hour and within a monthly
-- limit. The payment exists before Stripe is asked, so that whatever happens in between is
-- continued and never begun anew; one that is refused switches it off.

create table public.notices (
  id bigint generated always as identity primary key,
  user_id uuid not null references public.profiles (id) on delete restrict,
  kind text not null constraint kind_is_known check (
    kind in ('auto_top_up_succeeded', 'auto_top_up_failed', 'auto_top_up_limit_reached')
  ),
  details jsonb not null default '{}'
    constraint details_are_an_object check (jsonb_typeof(details) = 'object'),
  payment_id uuid references public.payments (id) on delete restrict,
  created_at timestamptz not null default private.now(),
  read_at timestamptz,
  constraint one_notice_of_a_kind_per_payment unique (payment_id, kind)
);
comment on table public.notices is
  'What a person should be told that happened while they were not there.';
comment on column public.notices.details is
  'What the sentence for people is made of: reason, amount_cents, currency, package_id, …';

create index notices_user on public.notices (user_id, created_at desc);

alter table public.notices enable row level security;
create policy "people see their notices, admins see all" on public.notices
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));
create policy "people mark their notices as read" on public.notices for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
grant select on public.notices to authenticated, service_role;
grant update (read_at) on public.notices to authenticated;

create table public.auto_top_ups (
  user_id uuid primary key references public.profiles (id) on delete restrict,
  is_enabled boolean not null default false,
  package_id text references public.packages (id) on delete restrict,
  threshold_seconds integer constraint threshold_is_a_minute_to_a_day
    check (threshold_seconds between 60 and 86400),
  payment_method_id text constraint payment_method_id_is_an_id
    check (payment_method_id ~ '^\w{1,255}$'),
  monthly_limit_cents integer constraint monthly_limit_is_sane
    check (monthly_limit_cents between 1 and 99999999),
  last_attempt_at timestamptz,
  limit_reached_at timestamptz,
  disabled_reason text constraint disabled_reason_is_known check (
    disabled_reason in (
      'user', 'declined', 'authentication_required', 'payment_method_gone', 'package_gone'
    )
  ),
  disabled_at timestamptz,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default private.now(),
  constraint what_is_enabled_is_fully_chosen check (
    not is_enabled
    or num_nulls(package_id, threshold_seconds, payment_method_id, monthly_limit_cents) = 0
  ),
  constraint either_enabled_or_disabled_for_a_reason check (
    is_enabled = (disabled_reason is null) and is_enabled = (disabled_at is null)
  )
);
comment on table public.auto_top_ups is
  'Whether and how a person''s time is topped up by itself. Set through set_auto_top_up().';
comment on column public.auto_top_ups.threshold_seconds is
  'Buys when less time than this is left, what open sessions hold included.';
comment on column public.auto_top_ups.payment_method_id is
  'A payment method saved with the person''s Stripe customer; Stripe refuses any other.';
comment on column public.auto_top_ups.monthly_limit_cents is
  'What may be bought by itself in a calendar month (UTC), in the currency of the package.';
comment on column public.auto_top_ups.limit_reached_at is
  'When the limit last kept it from buying; the person is told once a month.';
comment on column public.auto_top_ups.disabled_reason is
  'Why it is off: the person''s choice, or what the last attempt ran into.';

create index auto_top_ups_package on public.auto_top_ups (package_id);
create index auto_top_ups_enabled on public.auto_top_ups (last_attempt_at nulls first)
  where is_enabled;

alter table public.auto_top_ups enable row level security;
create policy "people see their auto top-up, admins see all" on public.auto_top_ups
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.auto_top_ups to authenticated, service_role;

create trigger touch before update on public.auto_top_ups
  for each row execute function private.touch_updated_at();

create table public.auto_top_up_attempts (
  payment_id uuid primary key references public.payments (id) on delete restrict,
  user_id uuid not null references public.profiles (id) on delete restrict,
  payment_method_id text not null,
  runs integer not null default 0 constraint runs_are_not_negative check (runs >= 0),
  leased_until_at timestamptz,
  outcome text
    constraint outcome_is_known check (outcome in ('succeeded', 'failed', 'given_up')),
  created_at timestamptz not null default private.now(),
  finished_at timestamptz,
  constraint what_is_finished_has_an_outcome check (finished_at is null or outcome is not null)
);
comment on table public.auto_top_up_attempts is
  'The payments that auto top-up made. One is open until nothing of it is left to do at Stripe: it '
  'was paid, or its payment intent was canceled.';
comment on column public.auto_top_up_attempts.payment_method_id is
  'As chosen when it began; one that was changed since is not charged any more.';
comment on column public.auto_top_up_attempts.runs is
  'How often it was handed out. Stripe repeats the first answer to an idempotency key for a day, '
  'also a 500, so each run confirms under a key of its own; the intent is charged once anyway.';
comment on column public.auto_top_up_attempts.leased_until_at is
  'Whoever it was handed out to last is busy with it until then.';

create unique index one_open_auto_top_up_per_person on public.auto_top_up_attempts (user_id)
  where finished_at is null;
create index auto_top_up_attempts_user on public.auto_top_up_attempts (user_id, created_at);

alter table public.auto_top_up_attempts enable row level security;
create policy "people see their auto top-ups, admins see all" on public.auto_top_up_attempts
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));
grant select on public.auto_top_up_attempts to authenticated, service_role;

create function private.give_notice(
  user_id uuid, kind text, details jsonb, payment_id uuid default null
) returns void
language sql
set search_path = ''
as $$
  insert into public.notices (user_id, kind, details, payment_id)
  values (
    give_notice.user_id, give_notice.kind, give_notice.details, give_notice.payment_id
  )
  on conflict on constraint one_notice_of_a_kind_per_payment do nothing
$$;
comment on function private.give_notice is
  'Tells a person what happened; of one payment each kind once.';

create function private.switch_auto_top_up_off(
  user_id uuid, reason text, payment_method_id text default null
) returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update public.auto_top_ups t set
    is_enabled = false,
    disabled_reason = switch_auto_top_up_off.reason,
    disabled_at = private.now()
  where t.user_id = switch_auto_top_up_off.user_id
    and t.is_enabled
    and t.payment_method_id
      = coalesce(switch_auto_top_up_off.payment_method_id, t.payment_method_id);
  return found;
end
$$;
comment on function private.switch_auto_top_up_off is
  'Switches a person''s auto top-up off, if it is on; given a payment method, only if it would use '
  'that one. Answers whether it did.';

create function private.follow_auto_top_up() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  attempt public.auto_top_up_attempts;
  reason text;
  told jsonb := jsonb_build_object(
    'package_id', new.package_id, 'amount_cents', new.amount_cents, 'currency', new.currency
  );
begin
  select * into attempt from public.auto_top_up_attempts a
  where a.payment_id = new.id
  for no key update;
  if not found then
    return null;
  end if;

  case new.status
    when 'succeeded' then
      update public.auto_top_up_attempts a
      set outcome = 'succeeded', finished_at = coalesce(a.finished_at, private.now())
      where a.payment_id = new.id;
      perform private.give_notice(attempt.user_id, 'auto_top_up_succeeded', told, new.id);
    when 'failed' then
      update public.auto_top_up_attempts a set outcome = 'failed' where a.payment_id = new.id;
      reason := case
        when new.failure_code in ('authentication_required', 'payment_method_gone')
          then new.failure_code
        else 'declined'
      end;
      told := told || jsonb_build_object(
        'reason', reason,
        'failure_code', new.failure_code,
        'failure_message', new.failure_message,
        'is_switched_off', private.switch_auto_top_up_off(
          attempt.user_id, reason, attempt.payment_method_id
        )
      );
      perform private.give_notice(attempt.user_id, 'auto_top_up_failed', told, new.id);
    else
      update public.auto_top_up_attempts a
      set outcome = coalesce(a.outcome, 'given_up'),
        finished_at = coalesce(a.finished_at, private.now())
      where a.payment_id = new.id;
  end case;
  return null;
end
$$;
comment on function private.follow_auto_top_up is
  'Trigger on payments: whoever brought the news (our own call, a webhook, the reconciliation), an '
  'auto top-up that was refused is switched off and told of in the same transaction.';

create trigger follow_auto_top_up after update of status on public.payments
  for each row when (
    old.status is distinct from new.status
    and old.status in ('pending', 'failed', 'canceled')
    and new.status in ('succeeded', 'failed', 'canceled')
  )
  execute function private.follow_auto_top_up();

create function private.month_of(at timestamptz) returns timestamptz
language sql immutable
set search_path = ''
as $$
  select date_trunc('month', month_of.at, 'UTC')
$$;
comment on function private.month_of is 'When the calendar month (UTC) of a moment began.';

create function private.is_running_low(choice public.auto_top_ups, at timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select private.usable_seconds(choice.user_id, is_running_low.at) + coalesce((
    select sum(c.held_seconds) from public.time_cards c
    where c.owner_id = choice.user_id and c.held_seconds > 0
  ), 0) < choice.threshold_seconds
$$;
comment on function private.is_running_low is
  'Whether a person has less time than their threshold, what open sessions hold included.';

create function private.auto_top_up_verdict(choice public.auto_top_ups, at timestamptz)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when not choice.is_enabled
      or choice.last_attempt_at > auto_top_up_verdict.at - interval '1 hour'
      or not p.is_active or not private.is_running_low(choice, auto_top_up_verdict.at)
      then 'wait'
    when not k.is_active then 'package_gone'
    when k.price_cents + coalesce((
      select sum(x.amount_cents)
      from public.auto_top_up_attempts a
      join public.payments x on x.id = a.payment_id
      where a.user_id = choice.user_id
        and a.created_at >= private.month_of(auto_top_up_verdict.at)
        and x.status not in ('failed', 'canceled')
    ), 0) <= choice.monthly_limit_cents then 'buy'
    when choice.limit_reached_at >= private.month_of(auto_top_up_verdict.at) then 'wait'
    else 'limit_reached'
  end
  from public.profiles p
  cross join public.packages k
  where p.id = choice.user_id and k.id = choice.package_id
$$;
comment on function private.auto_top_up_verdict is
  'What is to be done about an auto top-up that is on: wait, buy, or say that its package is gone '
  'or its monthly limit reached.';

create type public.due_auto_top_up as (user_id uuid);
comment on type public.due_auto_top_up is 'A person whose auto top-up has something to do.';

create function public.list_due_auto_top_ups() returns setof public.due_auto_top_up
language sql stable security definer
set search_path = ''
as $$
  with clock as materialized (select private.now() as at)
  select d.user_id
  from (
    select a.user_id, a.leased_until_at as waits_since
    from public.auto_top_up_attempts a, clock
    where a.finished_at is null and coalesce(a.leased_until_at, clock.at) <= clock.at
    union
    select t.user_id, t.last_attempt_at
    from public.auto_top_ups t, clock
    where t.is_enabled
      and private.auto_top_up_verdict(t, clock.at) <> 'wait'
      and not exists (
        select from public.auto_top_up_attempts a
        where a.user_id = t.user_id and a.finished_at is null
      )
  ) d
  order by d.waits_since nulls first
  limit 50
$$;
comment on function public.list_due_auto_top_ups is
  'People whose time runs low, or whose last auto top-up is unfinished and in nobody''s hands. '
  'Secret key only; security definer because it reads what nobody may call.';
grant execute on function public.list_due_auto_top_ups to service_role;

create type public.auto_top_up_charge as (
  action text,
  run integer,
  user_id uuid,
  payment_id uuid,
  time_card_id uuid,
  status text,
  amount_cents integer,
  currency text,
  package_id text,
  package_name text,
  email text,
  full_name text,
  stripe_customer_id text,
  stripe_payment_intent_id text,
  payment_method_id text
);
comment on type public.auto_top_up_charge is
  'What is to be done at Stripe about an auto top-up. action: charge, or give_up (cancel the '
  'payment intent, so that it cannot succeed later).';

create function private.order_auto_top_up(user_id uuid, at timestamptz) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  choice public.auto_top_ups;
  payment uuid;
begin
  select * into choice from public.auto_top_ups t
  where t.user_id = order_auto_top_up.user_id
  for no key update;
  case private.auto_top_up_verdict(choice, order_auto_top_up.at)
    when 'buy' then
      payment := (
        public.create_purchase(choice.user_id, choice.package_id, 'payment_intent')
      ).payment_id;
      insert into public.auto_top_up_attempts
        (payment_id, user_id, payment_method_id, created_at)
      values (payment, choice.user_id, choice.payment_method_id, order_auto_top_up.at);
      update public.auto_top_ups t set last_attempt_at = order_auto_top_up.at
      where t.user_id = choice.user_id;
    when 'limit_reached' then
      update public.auto_top_ups t set limit_reached_at = order_auto_top_up.at
      where t.user_id = choice.user_id;
      perform private.give_notice(choice.user_id, 'auto_top_up_limit_reached',
        jsonb_build_object(
          'package_id', choice.package_id, 'monthly_limit_cents', choice.monthly_limit_cents
        ));
    when 'package_gone' then
      perform private.switch_auto_top_up_off(choice.user_id, 'package_gone');
      perform private.give_notice(choice.user_id, 'auto_top_up_failed',
        jsonb_build_object(
          'package_id', choice.package_id, 'reason', 'package_gone', 'is_switched_off', true
        ));
    else
      null;
  end case;
  return payment;
end
$$;
comment on function private.order_auto_top_up is
  'Makes the pending payment of an auto top-up that is due, or tells why there is none. The caller '
  'holds the lock on the person and has seen that no other is open. Answers the payment, or null.';

create function private.is_still_wanted(attempt public.auto_top_up_attempts, at timestamptz)
returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select
    from public.auto_top_ups t
    join public.payments p on p.id = attempt.payment_id
    join public.profiles u on u.id = t.user_id
    where t.user_id = attempt.user_id
      and p.status = 'pending'
      and u.is_active
      and t.is_enabled
      and t.package_id = p.package_id
      and t.payment_method_id = attempt.payment_method_id
      and private.is_running_low(t, is_still_wanted.at)
  )
$$;
comment on function private.is_still_wanted is
  'Whether an unfinished auto top-up should still be charged: its person has neither switched it '
  'off, nor chosen otherwise, nor helped themselves meanwhile.';

create function private.lease_auto_top_up(payment_id uuid, at timestamptz)
returns setof public.auto_top_up_charge
language plpgsql
set search_path = ''
as $$
declare
  payment public.payments;
  attempt public.auto_top_up_attempts;
  is_wanted boolean;
begin
  select * into payment from public.payments p
  where p.id = lease_auto_top_up.payment_id
  for no key update;
  select * into attempt from public.auto_top_up_attempts a
  where a.payment_id = payment.id
  for no key update;
  if attempt.finished_at is not null or attempt.leased_until_at > lease_auto_top_up.at then
    return;
  end if;

  is_wanted := private.is_still_wanted(attempt, lease_auto_top_up.at);
  if payment.stripe_payment_intent_id is null
    and (not is_wanted or attempt.created_at < lease_auto_top_up.at - interval '1 hour') then
    -- An intent is tied to its payment before it is charged: without one nothing was, or will be.
    perform private.cancel_payment(payment.id, null);
    return;
  end if;

  update public.auto_top_up_attempts a
  set runs = a.runs + 1, leased_until_at = lease_auto_top_up.at + interval '3 minutes'
  where a.payment_id = payment.id
  returning * into attempt;
  return query
    select
      case when is_wanted then 'charge' else 'give_up' end, attempt.runs, attempt.user_id,
      s.payment_id, s.time_card_id, s.status, s.amount_cents, s.currency, s.package_id,
      s.package_name, s.email, s.full_name, s.stripe_customer_id, s.stripe_payment_intent_id,
      attempt.payment_method_id
    from private.purchase_state(payment.id, attempt.runs > 1) s;
end
$$;
comment on function private.lease_auto_top_up is
  'Hands an unfinished auto top-up out to one caller for three minutes, longer than a function may '
  'run; nothing when somebody has it. One that never reached Stripe is given up here when it is '
  'not wanted any more, or could not be begun for an hour. The caller holds the lock on the '
  'person.';

create function public.begin_auto_top_up(user_id uuid) returns setof public.auto_top_up_charge
language plpgsql security definer
set search_path = ''
as $$
declare
  payment uuid;
  at timestamptz;
begin
  -- The lock on the person makes two runs at once take turns.
  perform from public.profiles p
  where p.id = begin_auto_top_up.user_id
  for no key update;
  at := private.now();
  select a.payment_id into payment from public.auto_top_up_attempts a
  where a.user_id = begin_auto_top_up.user_id and a.finished_at is null;
  if not found then
    payment := private.order_auto_top_up(begin_auto_top_up.user_id, at);
  end if;
  if payment is not null then
    return query select * from private.lease_auto_top_up(payment, at);
  end if;
end
$$;
comment on function public.begin_auto_top_up is
  'Takes a person''s auto top-up in hand: makes its pending payment if one is due, or goes on with '
  'the unfinished one. No row: there is nothing to do, or somebody else is at it. Secret key only; '
  'security definer because nobody may write these tables. Errors: as create_purchase.';
grant execute on function public.begin_auto_top_up to service_role;

create type public.auto_top_up_report as (payment_id uuid, status text);
comment on type public.auto_top_up_report is
  'What report_auto_top_up answers: the payment after it.';

create function public.report_auto_top_up(payment_id uuid, outcome text)
returns public.auto_top_up_report
language plpgsql security definer
set search_path = ''
as $$
declare
  payment public.payments;
begin
  if report_auto_top_up.outcome is null or report_auto_top_up.outcome
    not in ('put_back', 'payment_method_gone', 'authentication_required') then
    perform private.fail(400, 'invalid_input', 'There is no such outcome.',
      '{"outcome": ["put_back, payment_method_gone or authentication_required"]}');
  end if;
  select * into payment from public.payments p
  where p.id = report_auto_top_up.payment_id
  for no key update;
  update public.auto_top_up_attempts a set leased_until_at = null
  where a.payment_id = payment.id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such auto top-up.');
  end if;

  if report_auto_top_up.outcome <> 'put_back' and payment.status = 'pending' then
    update public.payments p set
      status = 'failed',
      failed_at = private.now(),
      failure_code = report_auto_top_up.outcome,
      failure_message = case report_auto_top_up.outcome
        when 'payment_method_gone' then 'The saved payment method cannot be used any more.'
        else 'The bank wants you to confirm payments with this card yourself.'
      end
    where p.id = payment.id
    returning * into payment;
    if payment.stripe_payment_intent_id is null then
      perform private.cancel_payment(payment.id, null);
    end if;
  end if;
  return (
    select row(p.id, p.status)::public.auto_top_up_report
    from public.payments p where p.id = payment.id
  );
end
$$;
comment on function public.report_auto_top_up is
  'Puts an auto top-up back that could not be finished (Stripe was not reachable), or marks it '
  'failed for what no webhook tells; that switches it off. A payment that is decided stays so. '
  'Secret key only; security definer because nobody may write these tables. Errors: '
  'invalid_input, not_found.';
grant execute on function public.report_auto_top_up to service_role;

create function private.auto_top_up_errors(choice public.auto_top_ups) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(e.field, jsonb_build_array(e.problem)), '{}')
  from (
    values
      ('package_id', case
        when choice.is_enabled and not exists (
          select from public.packages k where k.id = choice.package_id and k.is_active
        ) then 'must be a package on sale'
      end),
      ('threshold_seconds', case
        when choice.threshold_seconds not between 60 and 86400
          or (choice.is_enabled and choice.threshold_seconds is null)
          then 'must be 60 to 86400'
      end),
      ('payment_method_id', case
        when choice.payment_method_id !~ '^\w{1,255}$'
          or (choice.is_enabled and choice.payment_method_id is null)
          then 'must be the id of a saved payment method'
        when choice.is_enabled and not exists (
          select from public.profiles p
          where p.id = choice.user_id and p.stripe_customer_id is not null
        ) then 'save a payment method first'
      end),
      ('monthly_limit_cents', case
        when choice.monthly_limit_cents not between 1 and 99999999
          or (choice.is_enabled and choice.monthly_limit_cents is null)
          then 'must be 1 to 99999999'
        when choice.is_enabled and choice.monthly_limit_cents < (
          select k.price_cents from public.packages k where k.id = choice.package_id
        ) then 'must be at least the price of the package'
      end)
  ) e (field, problem)
  where e.problem is not null
$$;
comment on function private.auto_top_up_errors is 'The field errors of a choice of auto top-up.';

create function public.set_auto_top_up(
  is_enabled boolean,
  package_id text default null,
  threshold_seconds integer default null,
  payment_method_id text default null,
  monthly_limit_cents integer default null
) returns public.auto_top_ups
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
  choice public.auto_top_ups;
begin
  if set_auto_top_up.is_enabled is null then
    perform private.fail(400, 'invalid_input', 'Say whether it should be on.',
      '{"is_enabled": ["must be true or false"]}');
  end if;
  if set_auto_top_up.is_enabled then
    perform private.lock_active_person(caller);
  end if;
  insert into public.auto_top_ups (user_id, disabled_reason, disabled_at)
  values (caller, 'user', private.now())
  on conflict (user_id) do nothing;
  select * into choice from public.auto_top_ups t where t.user_id = caller for no key update;

  if choice.is_enabled or set_auto_top_up.is_enabled then
    choice.disabled_reason := case when not set_auto_top_up.is_enabled then 'user' end;
    choice.disabled_at := case when not set_auto_top_up.is_enabled then private.now() end;
  end if;
  choice.is_enabled := set_auto_top_up.is_enabled;
  choice.package_id := coalesce(set_auto_top_up.package_id, choice.package_id);
  choice.threshold_seconds := coalesce(
    set_auto_top_up.threshold_seconds, choice.threshold_seconds
  );
  choice.payment_method_id := coalesce(
    set_auto_top_up.payment_method_id, choice.payment_method_id
  );
  choice.monthly_limit_cents := coalesce(
    set_auto_top_up.monthly_limit_cents, choice.monthly_limit_cents
  );
  perform private.refuse_fields(private.auto_top_up_errors(choice));

  update public.auto_top_ups t set
    is_enabled = choice.is_enabled,
    package_id = choice.package_id,
    threshold_seconds = choice.threshold_seconds,
    payment_method_id = choice.payment_method_id,
    monthly_limit_cents = choice.monthly_limit_cents,
    limit_reached_at = null,
    disabled_reason = choice.disabled_reason,
    disabled_at = choice.disabled_at
  where t.user_id = caller
  returning * into choice;
  return choice;
end
$$;
comment on function public.set_auto_top_up is
  'The caller''s choice of auto top-up; what is left out stays as it was. One that is off keeps '
  'its choices, and when it last tried, so that switching it on again is no way around the hour. '
  'Security definer because users may not write the table; it writes the caller''s row only. '
  'Errors: not_authenticated, account_inactive, invalid_input.';
grant execute on function public.set_auto_top_up to authenticated;

create type public.forgotten_payment_method as (is_auto_top_up_switched_off boolean);
comment on type public.forgotten_payment_method is 'What forget_payment_method answers.';

create function public.forget_payment_method(user_id uuid, payment_method_id text)
returns public.forgotten_payment_method
language sql security definer
set search_path = ''
as $$
  select row(private.switch_auto_top_up_off(
    forget_payment_method.user_id, 'payment_method_gone', forget_payment_method.payment_method_id
  ))::public.forgotten_payment_method
$$;
comment on function public.forget_payment_method is
  'Switches off an auto top-up that would use a payment method, before its owner has it removed at '
  'Stripe. Secret key only; security definer because nobody may write the table.';
grant execute on function public.forget_payment_method to service_role;
