-- A call that an admin ends: the agent is asked first; if it does not answer, the session is
-- settled on the last proof, as the sweep would.

create type public.session_end_request as (session_id uuid, room_name text, status text);
comment on type public.session_end_request is 'What admin_request_session_end answers.';

create function public.admin_request_session_end(session_id uuid, reason text)
returns public.session_end_request
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_admin();
  before public.voice_sessions;
  s public.voice_sessions;
  at timestamptz;
begin
  perform private.refuse_fields(private.reason_errors(admin_request_session_end.reason));
  select * into s from public.voice_sessions v
  where v.id = admin_request_session_end.session_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;

  before := s;
  at := private.now();
  if s.status = 'pending' then
    s := private.settle(s, 0, 'completed', 'ended_by_admin', 'admin', 'none', at);
  elsif s.status = 'active' then
    -- The agent hears of it with its next beat, says goodbye and ends.
    update public.voice_sessions v set
      end_requested_at = coalesce(v.end_requested_at, at),
      end_requested_by = coalesce(v.end_requested_by, caller),
      updated_at = at
    where v.id = s.id
    returning * into s;
  end if;
  perform private.audit(
    'admin_request_session_end', 'voice_sessions', s.id::text,
    jsonb_build_object('status', before.status, 'end_requested_at', before.end_requested_at),
    jsonb_build_object('status', s.status, 'end_requested_at', s.end_requested_at),
    admin_request_session_end.reason
  );
  return row(s.id, s.room_name, s.status)::public.session_end_request;
end
$$;
comment on function public.admin_request_session_end is
  'Releases a session that nobody joined, asks an active one to end; one that is over stays as it '
  'is. Admins only; security definer because nobody may write sessions. Errors: not_authenticated, '
  'not_allowed, invalid_input, not_found.';
grant execute on function public.admin_request_session_end to authenticated;

create function public.settle_ended_session(session_id uuid) returns public.end_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions;
  proven record;
begin
  select * into s from public.voice_sessions v
  where v.id = settle_ended_session.session_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  if s.status in ('pending', 'active') then
    -- The audit log knows who asked; the session itself remembers only the first who did.
    if not exists (
      select from public.admin_audit_log a
      where a.subject_table = 'voice_sessions' and a.subject_id = s.id::text
        and a.action = 'admin_request_session_end'
    ) then
      perform private.fail(409, 'illegal_transition', 'No admin asked this session to end.',
        jsonb_build_object('status', s.status));
    end if;
    proven := private.proven_seconds(s);
    s := private.settle(
      s, proven.used_seconds, 'completed', 'ended_by_admin', 'admin', proven.proof, private.now()
    );
  end if;
  return row(s.id, s.billed_seconds, trim_scale(round(s.billed_seconds / 60.0, 2)), s.status)
    ::public.end_result;
end
$$;
comment on function public.settle_ended_session is
  'Settles a session that an admin asked to end and whose agent did not, on the last proof; a '
  'later proof corrects it. One that is over answers its first result. Secret key only; security '
  'definer because nobody may write these tables. Errors: not_found, illegal_transition.';
grant execute on function public.settle_ended_session to service_role;
