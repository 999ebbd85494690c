-- What people thought of a call.

create type public.rating_result as (session_id uuid, rating smallint, rated_at timestamptz);
comment on type public.rating_result is 'What rate_session answers; rated_at: the first time.';

create function private.rate(
  s public.voice_sessions, rating integer, comment text, at timestamptz
) returns public.rating_result
language plpgsql
set search_path = ''
as $$
begin
  if not coalesce(rate.rating between 1 and 5, false) or char_length(rate.comment) > 2000 then
    perform private.fail(400, 'invalid_input',
      'A rating is 1 to 5, a comment has at most 2000 characters.',
      jsonb_strip_nulls(jsonb_build_object(
        'rating', case when not coalesce(rate.rating between 1 and 5, false)
          then '["is 1 to 5"]'::jsonb end,
        'comment', case when char_length(rate.comment) > 2000
          then '["has at most 2000 characters"]'::jsonb end
      )));
  end if;
  if s.status not in ('completed', 'error') then
    perform private.fail(409, 'illegal_transition', 'A call is rated once it is over.',
      jsonb_build_object('status', s.status));
  end if;
  if s.rated_at < rate.at - interval '1 day' then
    perform private.fail(409, 'illegal_transition', 'A rating can be changed for a day.',
      jsonb_build_object('rated_at', s.rated_at));
  end if;
  update public.voice_sessions v set
    rating = rate.rating,
    rating_comment = nullif(btrim(rate.comment), ''),
    rated_at = coalesce(v.rated_at, rate.at)
  where v.id = s.id
  returning * into s;
  return row(s.id, s.rating, s.rated_at)::public.rating_result;
end
$$;
comment on function private.rate is
  'Rates a session that is over; the caller holds its lock. Errors: invalid_input, '
  'illegal_transition.';

create function public.rate_session(session_id uuid, rating integer, comment text default null)
returns public.rating_result
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
  s public.voice_sessions;
begin
  select * into s from public.voice_sessions v
  where v.id = rate_session.session_id and v.user_id = caller
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'You have no such session.');
  end if;
  return private.rate(s, rate_session.rating, rate_session.comment, private.now());
end
$$;
comment on function public.rate_session is
  'Rates one of the caller''s sessions, 1 to 5, once it is over; changeable for a day. Security '
  'definer because users may not write sessions; it finds the caller''s own only. Errors: '
  'not_authenticated, invalid_input, not_found, illegal_transition.';
grant execute on function public.rate_session to authenticated;
