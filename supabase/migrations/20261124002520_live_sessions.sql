-- The calls that are going on, for the panel's live page.

create function private.publish_sessions() returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if not exists (
    select from pg_catalog.pg_publication p where p.pubname = 'supabase_realtime'
  ) then
    return false;
  end if;
  if not private.are_sessions_published() then
    alter publication supabase_realtime add table public.voice_sessions;
  end if;
  return true;
exception when insufficient_privilege then
  return false;
end
$$;
comment on function private.publish_sessions is
  'Lets Supabase Realtime tell of changes of sessions, to those who may read them, where the '
  'project has it; says whether it does now. The owner may call it again when it comes later.';

create function private.are_sessions_published() returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from pg_catalog.pg_publication_tables t
    where t.pubname = 'supabase_realtime'
      and t.schemaname = 'public' and t.tablename = 'voice_sessions'
  )
$$;
comment on function private.are_sessions_published is
  'Whether Supabase Realtime tells of changes of sessions.';

select private.publish_sessions();

create function private.live_session(s public.voice_sessions, at timestamptz) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  silent_seconds bigint := private.open_seconds(
    coalesce(s.last_heartbeat_at, s.started_at), live_session.at
  );
  proven_seconds bigint := s.used_seconds;
  state public.beat_result;
begin
  -- As the next beat would find it, if they talk on.
  s.used_seconds := least(
    private.open_seconds(s.started_at, live_session.at), proven_seconds + silent_seconds
  );
  state := private.grant_state(s, live_session.at);
  return (
    select jsonb_build_object(
      'id', s.id,
      'status', s.status,
      'user_id', s.user_id,
      'user_email', u.email,
      'user_name', u.full_name,
      'agent_type_id', s.agent_type_id,
      'agent_type_name', t.name,
      'created_at', s.created_at,
      'started_at', s.started_at,
      'last_heartbeat_at', s.last_heartbeat_at,
      'end_requested_at', s.end_requested_at,
      'used_seconds', proven_seconds,
      'talked_seconds', s.used_seconds,
      'remaining_seconds', state.remaining_seconds,
      'is_low', state.low_balance,
      'is_final', state.final,
      'is_silent', s.status = 'active' and silent_seconds > 2 * k.heartbeat_interval_seconds
    )
    from public.profiles u
    cross join public.agent_types t
    cross join public.settings k
    where u.id = s.user_id and t.id = s.agent_type_id
  );
end
$$;
comment on function private.live_session is
  'An open session as it is at a moment. talked and remaining are seconds of talk, as the next '
  'beat would tell them if the talk goes on; used is what beats have proven. is_silent: two beats '
  'are overdue.';

create function public.admin_live_sessions() returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  at timestamptz := private.now();
begin
  perform private.require_admin('support');
  return jsonb_build_object(
    'at', at,
    'is_published', private.are_sessions_published(),
    'sessions', coalesce((
      select jsonb_agg(private.live_session(x.s, at) order by (x.s).created_at, (x.s).id)
      from (
        select s from public.voice_sessions s
        where s.status in ('pending', 'active')
        order by s.created_at, s.id
        limit 500
      ) x
    ), '[]')
  );
end
$$;
comment on function public.admin_live_sessions is
  'The sessions that are open now, the oldest 500, with what is left to each; is_published: '
  'whether Supabase Realtime tells of changes. Support may. Security definer because it uses the '
  'business clock and reads everything, for those who may see it. Errors: not_authenticated, '
  'not_allowed.';
grant execute on function public.admin_live_sessions to authenticated;
