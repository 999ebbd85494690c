-- Back into a call of one's own: after a reload, a lost connection, or from another window.

create function public.rejoin_session(user_id uuid, session_id uuid)
returns public.authorization_result
language plpgsql security definer
set search_path = ''
as $$
declare
  s public.voice_sessions;
  state public.beat_result;
begin
  perform private.lock_active_person(rejoin_session.user_id);
  select * into s from public.voice_sessions v
  where v.id = rejoin_session.session_id and v.user_id = rejoin_session.user_id
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'You have no such session.');
  end if;
  if s.status not in ('pending', 'active') or s.end_requested_at is not null then
    perform private.fail(409, 'illegal_transition', 'This call is over, or about to end.',
      jsonb_build_object('status', s.status));
  end if;
  state := private.grant_state(s, private.now());
  return row(
    s.id, s.room_name, s.granted_seconds, state.remaining_seconds, s.agent_type_id
  )::public.authorization_result;
end
$$;
comment on function public.rejoin_session is
  'The way back into an open session of that user, as authorize_session answers it: nothing new is '
  'held, and nothing about the session changes. Secret key only; security definer because nobody '
  'may lock these rows. Errors: not_found, account_inactive, illegal_transition.';
grant execute on function public.rejoin_session to service_role;
