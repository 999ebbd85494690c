-- The knobs of the business: one typed row.

create table public.settings (
  id boolean primary key default true constraint one_row check (id),
  hold_slice_seconds integer not null default 300
    constraint hold_slice_is_sane check (hold_slice_seconds between 1 and 86400),
  heartbeat_interval_seconds integer not null default 15
    constraint heartbeat_interval_is_sane check (heartbeat_interval_seconds between 1 and 300),
  heartbeat_timeout_seconds integer not null default 90
    constraint heartbeat_timeout_is_sane check (heartbeat_timeout_seconds between 2 and 3600),
  join_timeout_seconds integer not null default 120
    constraint join_timeout_is_sane check (join_timeout_seconds between 1 and 3600),
  session_timeout_seconds integer not null default 1800
    constraint session_timeout_is_sane check (session_timeout_seconds between 10 and 86400),
  max_session_seconds integer
    constraint max_session_is_sane check (max_session_seconds between 1 and 86400),
  low_balance_seconds integer not null default 1800
    constraint low_balance_is_sane check (low_balance_seconds between 0 and 86400),
  last_minute_seconds integer not null default 60
    constraint last_minute_is_sane check (last_minute_seconds between 0 and 600),
  max_sessions integer not null default 100
    constraint max_sessions_is_sane check (max_sessions between 0 and 1000000),
  max_sessions_per_user integer not null default 1
    constraint max_sessions_per_user_is_sane check (max_sessions_per_user between 0 and 1000),
  code_attempts_per_hour integer not null default 10
    constraint code_attempts_is_sane check (code_attempts_per_hour between 1 and 1000),
  webhook_retry_attempts integer not null default 3
    constraint webhook_retry_is_sane check (webhook_retry_attempts between 0 and 100),
  trial_seconds integer not null default 0
    constraint trial_is_sane check (trial_seconds between 0 and 86400),
  transcript_retention_days integer not null default 30
    constraint transcript_retention_is_sane check (transcript_retention_days between 0 and 3650),
  updated_at timestamptz not null default now(),
  constraint silence_outlasts_a_beat check (heartbeat_timeout_seconds > heartbeat_interval_seconds)
);
comment on table public.settings is
  'The knobs of the business; the row rules from the first start on.';
comment on column public.settings.hold_slice_seconds is
  'How much time is held at once for a session.';
comment on column public.settings.heartbeat_timeout_seconds is
  'Silence after which the sweep settles a session.';
comment on column public.settings.join_timeout_seconds is
  'After this long an authorised session that nobody joined is released.';
comment on column public.settings.session_timeout_seconds is
  'A user silent for so long is asked, then the call ends.';
comment on column public.settings.max_session_seconds is
  'Longest a session may talk; null: as long as there is time.';
comment on column public.settings.webhook_retry_attempts is
  'Attempts for our own outgoing and replayed events.';

insert into public.settings default values;

alter table public.settings enable row level security;
create policy "admins read the settings" on public.settings for select to authenticated
  using ((select private.is_admin()));

grant select on public.settings to authenticated;
grant select, update on public.settings to service_role;

create trigger touch before update on public.settings
  for each row execute function private.touch_updated_at();
