-- The proof: what must always be true of cards, holds, sessions, payments and the ledger.

create type public.ledger_violation as (invariant text, subject text, detail text);
comment on type public.ledger_violation is
  'One broken invariant: which, on what, and the figures that disagree.';

create function private.verify_cards() returns setof public.ledger_violation
language sql stable
set search_path = ''
as $$
  -- Σ ledger per card and bucket = the card's columns. Spelled out instead of calling what
  -- move_seconds() calls: a proof must not lean on what it proves.
  with sums as (
    select
      e.card_id,
      sum(e.seconds) filter (where e.kind = 'issue') as total,
      sum(case 'remaining'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0
      end) as remaining,
      sum(case 'held'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0
      end) as held,
      sum(case 'used'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0
      end) as used,
      sum(case 'expired'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0
      end) as expired,
      sum(case 'revoked'
        when e.to_bucket then e.seconds when e.from_bucket then -e.seconds else 0
      end) as revoked
    from public.ledger_entries e
    group by e.card_id
  )
  select 'ledger_gives_the_card', c.id::text,
    format('%s: card %s, ledger %s', b.bucket, b.in_card, coalesce(b.in_ledger, 0))
  from public.time_cards c
  left join sums s on s.card_id = c.id
  cross join lateral (values
    ('total', c.total_seconds, s.total),
    ('remaining', c.remaining_seconds, s.remaining),
    ('held', c.held_seconds, s.held),
    ('used', c.used_seconds, s.used),
    ('expired', c.expired_seconds, s.expired),
    ('revoked', c.revoked_seconds, s.revoked)
  ) b (bucket, in_card, in_ledger)
  where b.in_card <> coalesce(b.in_ledger, 0)

  union all
  select 'buckets_are_not_negative', c.id::text, null
  from public.time_cards c
  where least(
    c.remaining_seconds, c.held_seconds, c.used_seconds, c.expired_seconds, c.revoked_seconds
  ) < 0

  union all
  select 'held_is_the_sum_of_open_holds', c.id::text,
    format('card %s, holds %s', c.held_seconds, h.seconds)
  from public.time_cards c
  cross join lateral (
    select coalesce(sum(x.held_seconds), 0) as seconds
    from public.card_holds x where x.card_id = c.id
  ) h
  where c.held_seconds <> h.seconds

  union all
  select 'usable_card_has_time', c.id::text, format('remaining %s', c.remaining_seconds)
  from public.time_cards c
  where (c.status = 'active' and c.remaining_seconds + c.held_seconds = 0
      and (c.expires_at is null or c.expires_at > private.now()))
    or (c.status in ('used', 'expired', 'revoked') and c.remaining_seconds > 0)

  union all
  select 'what_is_owed_is_not_left', c.id::text,
    format('owed %s, remaining %s, expired %s',
      c.owed_seconds, c.remaining_seconds, c.expired_seconds)
  from public.time_cards c
  where c.owed_seconds > 0 and c.remaining_seconds + c.expired_seconds > 0

  union all
  select 'expired_card_is_not_active', c.id::text, format('expired at %s', c.expires_at)
  from public.time_cards c
  where c.status = 'active' and c.expires_at < private.now() - interval '1 hour'

  union all
  select 'code_belongs_to_a_pending_card', c.id::text, c.status
  from private.activation_codes a
  join public.time_cards c on c.id = a.card_id
  where c.owner_id is not null
$$;
comment on function private.verify_cards is
  'Broken invariants of cards, their holds and their ledger.';

create function private.verify_sessions() returns setof public.ledger_violation
language sql stable
set search_path = ''
as $$
  select 'open_session_holds_its_grant', v.id::text,
    format('granted %s, held %s', v.granted_seconds, h.held)
  from public.voice_sessions v
  cross join lateral (
    select coalesce(sum(x.held_seconds), 0) as held
    from public.card_holds x where x.session_id = v.id
  ) h
  where v.status in ('pending', 'active') and h.held <> v.granted_seconds

  union all
  select 'settled_session_holds_nothing', v.id::text, format('held %s', h.held)
  from public.voice_sessions v
  cross join lateral (
    select coalesce(sum(x.held_seconds), 0) as held
    from public.card_holds x where x.session_id = v.id
  ) h
  where v.status in ('completed', 'error') and h.held <> 0

  union all
  select 'session_bills_what_the_ledger_used', v.id::text,
    format('billed %s, ledger %s, holds %s', v.billed_seconds, l.used, h.used)
  from public.voice_sessions v
  cross join lateral (
    select coalesce(sum(case 'used'
      when e.to_bucket then e.seconds when e.from_bucket then -e.seconds
    end), 0) as used
    from public.ledger_entries e where e.session_id = v.id
  ) l
  cross join lateral (
    select coalesce(sum(x.used_seconds), 0) as used
    from public.card_holds x where x.session_id = v.id
  ) h
  where v.billed_seconds <> l.used or v.billed_seconds <> h.used

  union all
  select 'session_bills_within_its_grant', v.id::text,
    format('billed %s, granted %s', v.billed_seconds, v.granted_seconds)
  from public.voice_sessions v
  where v.billed_seconds > v.granted_seconds

  union all
  select 'session_bills_within_the_clock', v.id::text,
    format('used %s, open %s, billed %s', v.used_seconds, o.seconds, v.billed_seconds)
  from public.voice_sessions v
  cross join lateral (
    -- A worker that lost the database may report talk beyond the sweep that ended its session, but
    -- not beyond the moment of the report.
    select private.open_seconds(
      v.started_at,
      coalesce(
        case when v.settled_by in ('sweep', 'admin') then v.updated_at else v.ended_at end,
        private.now()
      )
    ) as seconds
  ) o
  where v.used_seconds > o.seconds
    or v.billed_seconds
      > greatest(private.cost_seconds(o.seconds, v.rate_permille), v.minimum_charge_seconds)

  union all
  select 'served_and_unserved_fit_the_clock', v.id::text,
    format('used %s, unserved %s', v.used_seconds, v.unserved_seconds)
  from public.voice_sessions v
  where v.unserved_seconds > 0
    and v.used_seconds + v.unserved_seconds > private.open_seconds(
      v.started_at,
      coalesce(
        case when v.settled_by in ('sweep', 'admin') then v.updated_at else v.ended_at end,
        private.now()
      )
    )

  union all
  select 'no_session_is_silent_for_long', v.id::text, v.status
  from public.voice_sessions v
  cross join public.settings k
  where (v.status = 'pending'
      and v.created_at < private.now() - make_interval(secs => k.join_timeout_seconds + 120))
    or (v.status = 'active'
      and coalesce(v.last_heartbeat_at, v.started_at)
        < private.now() - make_interval(secs => k.heartbeat_timeout_seconds + 120))
$$;
comment on function private.verify_sessions is
  'Broken invariants of sessions: what they hold, bill and prove.';

create function private.verify_payments() returns setof public.ledger_violation
language sql stable
set search_path = ''
as $$
  select 'paid_payment_has_a_live_card', p.id::text,
    format('payment %s, card %s', p.status, c.status)
  from public.payments p
  join public.time_cards c on c.id = p.time_card_id
  where (p.status in ('succeeded', 'partially_refunded') and c.status = 'revoked'
      and not exists (
        select from public.admin_audit_log a
        where a.subject_table = 'time_cards' and a.subject_id = c.id::text
          and a.action = 'admin_revoke_card'
      ))
    or (p.status = 'succeeded' and c.status = 'pending' and c.source <> 'gift')

  union all
  select 'unpaid_card_is_not_usable', p.id::text, format('payment %s, card %s', p.status, c.status)
  from public.payments p
  join public.time_cards c on c.id = p.time_card_id
  where p.status in ('pending', 'failed', 'canceled') and c.status not in ('pending', 'revoked')

  union all
  select 'sold_card_has_a_payment', c.id::text, c.source
  from public.time_cards c
  where c.source in ('purchase', 'gift')
    and not exists (select from public.payments p where p.time_card_id = c.id)

  union all
  select 'refunded_cents_fit_the_status', p.id::text,
    format('payment %s, refunded %s of %s', p.status, p.refunded_cents, p.amount_cents)
  from public.payments p
  where case p.status
    when 'disputed' then false
    when 'refunded' then p.refunded_cents <> p.amount_cents
    when 'partially_refunded' then p.refunded_cents not between 1 and p.amount_cents - 1
    else p.refunded_cents <> 0
  end

  union all
  select 'money_book_gives_the_payment', p.id::text,
    format('paid %s of %s, refunded %s of %s', b.paid, p.amount_cents, b.refunded, p.refunded_cents)
  from public.payments p
  cross join lateral (
    select
      coalesce(sum(e.amount_cents) filter (where e.kind = 'paid'), 0) as paid,
      coalesce(-sum(e.amount_cents) filter (where e.kind = 'refund'), 0) as refunded
    from public.payment_entries e where e.payment_id = p.id
  ) b
  where b.refunded <> p.refunded_cents
    or b.paid <> case
      when p.status in ('pending', 'failed', 'canceled') then 0 else p.amount_cents
    end

  union all
  select 'refund_takes_time_back', p.id::text,
    format('card %s, revoked %s, owed %s', c.status, c.revoked_seconds, c.owed_seconds)
  from public.payments p
  join public.time_cards c on c.id = p.time_card_id
  cross join lateral (
    select
      c.revoked_seconds + c.owed_seconds as seconds,
      floor(c.total_seconds * p.refunded_cents::numeric / p.amount_cents) as due
  ) taken
  where p.paid_at is not null and case
    -- Taken back for other reasons too: by an admin, or by a dispute that was lost.
    when c.status = 'revoked' then taken.seconds < taken.due
    else taken.seconds <> taken.due or p.refunded_cents = p.amount_cents
  end

  union all
  select 'dispute_knows_its_payment', d.id, p.id::text
  from public.payment_disputes d
  join public.payments p on p.stripe_payment_intent_id = d.stripe_payment_intent_id
  where d.payment_id is null and p.paid_at is not null

  union all
  select 'disputed_card_is_not_usable', d.id, format('dispute %s, card %s', d.status, c.status)
  from public.payment_disputes d
  join public.payments p on p.id = d.payment_id
  join public.time_cards c on c.id = p.time_card_id
  where p.paid_at is not null
    and case private.dispute_verdict(d.status)
      when 'open' then c.status in ('active', 'used')
      when 'lost' then c.status <> 'revoked'
      else false
    end
$$;
comment on function private.verify_payments is
  'Broken invariants of payments, the money book and the cards sold.';

create function public.verify_ledger() returns setof public.ledger_violation
language sql stable security definer
set search_path = ''
as $$
  select * from private.verify_cards()
  union all
  select * from private.verify_sessions()
  union all
  select * from private.verify_payments()
$$;
comment on function public.verify_ledger is
  'One row per broken invariant, none when all is well. Two minutes of grace are given to the '
  'sweep. Secret key only; security definer to see everything.';
grant execute on function public.verify_ledger to service_role;
