-- What the admin panel lists: rows with the people they belong to, timelines, and searches. All of
-- it is read-only, and all of it costs the same however many rows there are: lists walk an index
-- that has the order they ask for, searches go through an index of trigrams.

-- ILIKE inside words needs trigrams; where the extension is not available it still works, slower.
create function private.add_trigram_indexes() returns boolean
language plpgsql
set search_path = ''
as $$
declare
  home text;
begin
  if not exists (select from pg_catalog.pg_available_extensions where name = 'pg_trgm') then
    return false;
  end if;
  create extension if not exists pg_trgm with schema extensions;
  select e.extnamespace::regnamespace::text into home
  from pg_catalog.pg_extension e where e.extname = 'pg_trgm';
  execute format(
    'create index if not exists profiles_email_words on public.profiles '
    'using gin (email %s.gin_trgm_ops)', home);
  execute format(
    'create index if not exists profiles_name_words on public.profiles '
    'using gin (full_name %s.gin_trgm_ops)', home);
  return true;
end
$$;
comment on function private.add_trigram_indexes is
  'Prepares the search inside names and addresses where pg_trgm is available; says whether it is '
  'there now. The owner may call it again when it comes later.';

select private.add_trigram_indexes();

-- One index per order that a list offers, and one per filter in the order of the newest.
create index profiles_newest on public.profiles (created_at, id);
create index profiles_by_email on public.profiles (email, id);
create index profiles_by_name on public.profiles (full_name, id);
create index profiles_by_login on public.profiles (last_login_at desc nulls last, id desc);
create index profiles_by_state on public.profiles (is_active, created_at, id);

create index time_cards_newest on public.time_cards (created_at, id);
create index time_cards_by_expiry on public.time_cards (expires_at, id);
create index time_cards_by_size on public.time_cards (total_seconds, id);
create index time_cards_by_status on public.time_cards (status, created_at, id);
create index time_cards_by_source on public.time_cards (source, created_at, id);
create index time_cards_hint on public.time_cards (code_hint) where code_hint is not null;

create index voice_sessions_newest on public.voice_sessions (created_at, id);
create index voice_sessions_by_charge on public.voice_sessions (billed_seconds, id);
create index voice_sessions_by_status on public.voice_sessions (status, created_at, id);
create index voice_sessions_by_agent on public.voice_sessions (agent_type_id, created_at, id);
create index voice_sessions_by_rating on public.voice_sessions (rating, created_at, id)
  where rating is not null;

create index payments_newest on public.payments (created_at, id);
create index payments_by_amount on public.payments (amount_cents, id);
create index payments_by_status on public.payments (status, created_at, id);
create index payments_to_review on public.payments (created_at, id)
  where review_reason is not null;

create index stripe_events_newest on public.stripe_events (received_at, id);
create index stripe_events_by_type on public.stripe_events (type, received_at, id);
create index stripe_events_by_outcome on public.stripe_events (outcome, received_at, id);
create index stripe_events_object on public.stripe_events ((payload #>> '{data,object,id}'));

create index admin_audit_log_action on public.admin_audit_log (action, id);
create index admin_audit_log_subject_id on public.admin_audit_log (subject_id, id);

create index payment_entries_newest on public.payment_entries (created_at, id);

create function private.seconds_of(user_id uuid) returns bigint
language sql stable security definer
set search_path = ''
as $$
  select private.usable_seconds(seconds_of.user_id, private.now())
$$;
comment on function private.seconds_of is
  'A person''s time as get_balance tells it to themselves. Security definer because the panel''s '
  'views run as whoever reads them, who may not use the business clock; reachable only through '
  'views that admins alone see rows of.';
grant execute on function private.seconds_of to authenticated;

create view public.panel_users with (security_invoker = true) as
select
  p.id, p.email, p.full_name, p.is_active, a.role, p.stripe_customer_id, p.preferences,
  private.seconds_of(p.id) as usable_seconds,
  p.last_login_at, p.created_at, p.updated_at
from public.profiles p
left join public.admins a on a.user_id = p.id
where (select private.is_admin());
comment on view public.panel_users is
  'People with their role and their time; for admins.';
grant select on public.panel_users to authenticated;

create view public.panel_admins with (security_invoker = true) as
select a.user_id as id, p.email, p.full_name, a.role, p.is_active, p.last_login_at, a.created_at
from public.admins a
join public.profiles p on p.id = a.user_id
where (select private.is_admin());
comment on view public.panel_admins is 'The people who run the business, by name; for admins.';
grant select on public.panel_admins to authenticated;

create view public.panel_cards with (security_invoker = true) as
select
  c.id, c.source, c.status, c.package_id, k.name as package_name, c.batch_id,
  c.owner_id, o.email as owner_email, c.purchaser_id, b.email as purchaser_email,
  p.id as payment_id, p.status as payment_status,
  c.total_seconds, c.remaining_seconds, c.held_seconds, c.used_seconds, c.expired_seconds,
  c.revoked_seconds, c.owed_seconds, c.priority, c.price_cents, c.currency, c.validity_days,
  c.code_hint, c.activated_at, c.expires_at, c.created_at, c.updated_at
from public.time_cards c
left join public.profiles o on o.id = c.owner_id
left join public.profiles b on b.id = c.purchaser_id
left join public.packages k on k.id = c.package_id
left join public.payments p on p.time_card_id = c.id
where (select private.is_admin());
comment on view public.panel_cards is
  'Time cards with their owner, their purchaser and their payment; for admins.';
grant select on public.panel_cards to authenticated;

create view public.panel_ledger with (security_invoker = true) as
select
  l.id, l.card_id, l.kind, l.from_bucket, l.to_bucket, l.seconds, l.session_id, l.payment_id,
  l.audit_id, l.created_at,
  sum(
    case 'remaining' when l.to_bucket then l.seconds when l.from_bucket then -l.seconds else 0 end
  ) over (partition by l.card_id order by l.id)::bigint as remaining_after
from public.ledger_entries l
where (select private.is_admin());
comment on view public.panel_ledger is
  'Movements of time with what remained on the card after each; to be asked for one card at a '
  'time. For admins.';
grant select on public.panel_ledger to authenticated;

create view public.panel_sessions with (security_invoker = true) as
select
  s.id, s.user_id, u.email as user_email, u.full_name as user_name,
  s.agent_type_id, t.name as agent_type_name, s.status, s.room_name, s.rate_permille,
  s.minimum_charge_seconds, s.granted_seconds, s.used_seconds, s.billed_seconds,
  s.uncollected_seconds, s.heartbeat_seq, s.last_heartbeat_at, s.worker_id, s.end_requested_at,
  s.end_requested_by, r.email as end_requested_by_email, s.end_reason, s.settled_by, s.end_proof,
  s.room_closed_at, s.agent_state, s.rating, s.rating_comment, s.rated_at, s.created_at,
  s.started_at, s.ended_at, s.updated_at
from public.voice_sessions s
left join public.profiles u on u.id = s.user_id
left join public.profiles r on r.id = s.end_requested_by
left join public.agent_types t on t.id = s.agent_type_id
where (select private.is_admin());
comment on view public.panel_sessions is 'Sessions with who talked to whom; for admins.';
grant select on public.panel_sessions to authenticated;

create view public.panel_session_timeline with (security_invoker = true) as
select
  x.session_id, x.position, x.id, x.kind, x.at, x.details
from (
  select s.id as session_id, 1 as position, 'authorised:' || s.id as id, 'authorised' as kind,
    s.created_at as at, jsonb_build_object(
      'agent_type_id', s.agent_type_id, 'rate_permille', s.rate_permille,
      'minimum_charge_seconds', s.minimum_charge_seconds
    ) as details
  from public.voice_sessions s
  union all
  select l.session_id, 2, 'ledger:' || l.id, l.kind, l.created_at, jsonb_build_object(
      'seconds', l.seconds, 'card_id', l.card_id, 'from_bucket', l.from_bucket,
      'to_bucket', l.to_bucket
    )
  from public.ledger_entries l
  where l.session_id is not null
  union all
  select s.id, 3, 'started:' || s.id, 'started', s.started_at,
    jsonb_build_object('worker_id', s.worker_id)
  from public.voice_sessions s
  where s.started_at is not null
  union all
  select e.session_id, 4, 'room:' || e.id, e.type, e.occurred_at, jsonb_build_object(
      'event_id', e.id, 'is_agent', e.is_agent, 'identity', e.participant_identity,
      'disconnect_reason', e.disconnect_reason, 'received_at', e.received_at
    )
  from public.livekit_events e
  where e.session_id is not null
  union all
  select s.id, 5, 'beat:' || s.id, 'last_beat', s.last_heartbeat_at,
    jsonb_build_object('beats', s.heartbeat_seq)
  from public.voice_sessions s
  where s.last_heartbeat_at is not null
  union all
  select s.id, 6, 'end_requested:' || s.id, 'end_requested', s.end_requested_at,
    jsonb_build_object('by', s.end_requested_by)
  from public.voice_sessions s
  where s.end_requested_at is not null
  union all
  select s.id, 7, 'ended:' || s.id, 'ended', s.ended_at, jsonb_build_object(
      'reason', s.end_reason, 'settled_by', s.settled_by, 'proof', s.end_proof,
      'used_seconds', s.used_seconds, 'billed_seconds', s.billed_seconds
    )
  from public.voice_sessions s
  where s.ended_at is not null
  union all
  select s.id, 8, 'room_closed:' || s.id, 'room_closed', s.room_closed_at, '{}'
  from public.voice_sessions s
  where s.room_closed_at is not null
  union all
  select s.id, 9, 'rated:' || s.id, 'rated', s.rated_at,
    jsonb_build_object('rating', s.rating, 'comment', s.rating_comment)
  from public.voice_sessions s
  where s.rated_at is not null
) x
where (select private.is_admin());
comment on view public.panel_session_timeline is
  'What happened in a session, as one list: its own milestones, the movements of card time, and '
  'what the room server reported. To be asked for one session at a time. For admins.';
grant select on public.panel_session_timeline to authenticated;

create view public.panel_payments with (security_invoker = true) as
select
  p.id, p.user_id, u.email as user_email, p.package_id, k.name as package_name, p.time_card_id,
  p.amount_cents, p.refunded_cents, p.amount_cents - p.refunded_cents as refundable_cents,
  p.currency, p.status, p.flow, p.stripe_checkout_session_id, p.stripe_payment_intent_id,
  p.stripe_charge_id, p.receipt_url, p.failure_code, p.failure_message, p.review_reason,
  p.metadata, p.paid_at, p.failed_at, p.reconciled_at, p.created_at, p.updated_at
from public.payments p
left join public.profiles u on u.id = p.user_id
left join public.packages k on k.id = p.package_id
where (select private.is_admin());
comment on view public.panel_payments is 'Payments with who paid for what; for admins.';
grant select on public.panel_payments to authenticated;

create view public.panel_batches with (security_invoker = true) as
select
  b.id, b.package_id, k.name as package_name, b.quantity,
  (select count(*) from public.time_cards c
   where c.batch_id = b.id and c.owner_id is not null) as redeemed,
  (select count(*) from public.time_cards c
   where c.batch_id = b.id and c.owner_id is null and c.status = 'revoked') as revoked,
  b.audit_id, l.actor_id, u.email as actor_email, l.reason, b.created_at
from public.code_batches b
left join public.packages k on k.id = b.package_id
left join public.admin_audit_log l on l.id = b.audit_id
left join public.profiles u on u.id = l.actor_id
where (select private.is_admin());
comment on view public.panel_batches is
  'Codes issued together, how many were redeemed, by whom and why they were issued; for admins.';
grant select on public.panel_batches to authenticated;

create view public.panel_audit with (security_invoker = true) as
select
  l.id, l.actor_id, u.email as actor_email, l.action, l.subject_table, l.subject_id,
  l.before, l.after, l.reason, l.created_at
from public.admin_audit_log l
left join public.profiles u on u.id = l.actor_id
where (select private.is_admin());
comment on view public.panel_audit is 'The audit log with who acted; for admins.';
grant select on public.panel_audit to authenticated;

create view public.panel_user_audit with (security_invoker = true) as
select
  x.user_id, l.id, l.actor_id, u.email as actor_email, l.action, l.subject_table, l.subject_id,
  l.before, l.after, l.reason, l.created_at
from (
  select p.id as user_id, p.id::text as subject_id, array['profiles', 'admins'] as tables
  from public.profiles p
  union all
  select c.owner_id, c.id::text, array['time_cards'] from public.time_cards c
  union all
  select y.user_id, y.id::text, array['payments'] from public.payments y
  union all
  select s.user_id, s.id::text, array['voice_sessions'] from public.voice_sessions s
) x
join public.admin_audit_log l on l.subject_id = x.subject_id and l.subject_table = any (x.tables)
left join public.profiles u on u.id = l.actor_id
where (select private.is_admin());
comment on view public.panel_user_audit is
  'What admins did to a person, their cards, payments and sessions; to be asked for one person at '
  'a time. For admins.';
grant select on public.panel_user_audit to authenticated;

create view public.panel_agents with (security_invoker = true) as
select
  t.id, t.name, t.description, t.kind, t.rate_permille, t.minimum_charge_seconds, t.sort_order,
  t.is_active, p.instructions, p.voice, p.greeting, p.updated_at as words_updated_at,
  t.created_at, t.updated_at
from public.agent_types t
left join public.agent_prompts p on p.agent_type_id = t.id
where (select private.is_admin());
comment on view public.panel_agents is 'Agent types with their words; for admins.';
grant select on public.panel_agents to authenticated;
