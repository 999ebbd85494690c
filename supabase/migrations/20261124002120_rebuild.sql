-- The way back after damage: the ledger is the truth, the buckets of a card only sum it up.

create function private.cards_by_ledger(card_ids uuid[] default null)
returns table (
  card_id uuid,
  total bigint,
  remaining bigint,
  held bigint,
  used bigint,
  expired bigint,
  revoked bigint
)
language plpgsql stable
set search_path = ''
as $$
begin
  return query
  with sums as (
    select
      e.card_id,
      sum(e.seconds) filter (where e.from_bucket is null) as total,
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
    where cards_by_ledger.card_ids is null or e.card_id = any (cards_by_ledger.card_ids)
    group by e.card_id
  )
  select
    c.id, coalesce(s.total, 0)::bigint, coalesce(s.remaining, 0)::bigint,
    coalesce(s.held, 0)::bigint, coalesce(s.used, 0)::bigint, coalesce(s.expired, 0)::bigint,
    coalesce(s.revoked, 0)::bigint
  from public.time_cards c
  left join sums s on s.card_id = c.id
  where (cards_by_ledger.card_ids is null or c.id = any (cards_by_ledger.card_ids))
    and (
      c.total_seconds, c.remaining_seconds, c.held_seconds, c.used_seconds, c.expired_seconds,
      c.revoked_seconds
    ) is distinct from (
      coalesce(s.total, 0), coalesce(s.remaining, 0), coalesce(s.held, 0), coalesce(s.used, 0),
      coalesce(s.expired, 0), coalesce(s.revoked, 0)
    );
end
$$;
comment on function private.cards_by_ledger is
  'The cards whose buckets are not what the ledger says, and what it says; of all cards or of '
  'those named.';

create function public.rebuild_cards_from_ledger() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  suspects uuid[];
  changed bigint;
begin
  -- The first look locks nothing and keeps nobody waiting. What it finds is locked, by id, and
  -- looked at again: a card and its ledger only move together under the card's lock.
  suspects := array(select l.card_id from private.cards_by_ledger() l);
  perform from public.time_cards c where c.id = any (suspects) order by c.id for no key update;

  update public.time_cards c set
    total_seconds = l.total,
    remaining_seconds = l.remaining,
    held_seconds = l.held,
    used_seconds = l.used,
    expired_seconds = l.expired,
    revoked_seconds = l.revoked
  from private.cards_by_ledger(suspects) l
  where c.id = l.card_id;
  get diagnostics changed = row_count;
  return changed;
end
$$;
comment on function public.rebuild_cards_from_ledger is
  'Sets the buckets of every card to what the ledger says and answers how many cards it had to '
  'change; status and everything else stay. Secret key only; security definer because nobody may '
  'write cards.';
grant execute on function public.rebuild_cards_from_ledger to service_role;
