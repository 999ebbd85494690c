-- What an admin looks after: events that went wrong, and the proof that the books are right.

create function public.admin_replay_stripe_event(event_id text, reason text)
returns public.stripe_event_result
language plpgsql security definer
set search_path = ''
as $$
declare
  inbox public.stripe_events;
  result public.stripe_event_result;
begin
  perform private.require_admin();
  perform private.refuse_fields(private.reason_errors(admin_replay_stripe_event.reason));
  select * into inbox from public.stripe_events e
  where e.id = admin_replay_stripe_event.event_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such event.');
  end if;

  result := private.process_stripe_event(inbox.id);
  if result.outcome = 'duplicate' then
    -- It had done its work: the inbox goes on saying what that was.
    update public.stripe_events e set outcome = inbox.outcome
    where e.id = inbox.id and inbox.outcome not in ('ignored', 'flagged', 'error');
  end if;
  perform private.audit(
    'admin_replay_stripe_event', 'stripe_events', inbox.id,
    jsonb_build_object('outcome', inbox.outcome, 'attempts', inbox.attempts),
    jsonb_build_object('outcome', result.outcome, 'attempts', inbox.attempts + 1),
    admin_replay_stripe_event.reason
  );
  return result;
end
$$;
comment on function public.admin_replay_stripe_event is
  'Applies a stored Stripe event again; what it did already it does not do twice. Admins only; '
  'security definer because nobody may write these tables. Errors: not_authenticated, not_allowed, '
  'invalid_input, not_found.';
grant execute on function public.admin_replay_stripe_event to authenticated;

create function public.admin_verify_ledger() returns setof public.ledger_violation
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_admin('support');
  return query select * from public.verify_ledger();
end
$$;
comment on function public.admin_verify_ledger is
  'verify_ledger for people of the business, support included. Security definer to see everything. '
  'Errors: not_authenticated, not_allowed.';
grant execute on function public.admin_verify_ledger to authenticated;
