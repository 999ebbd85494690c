-- Codes that turn a card over to whoever has them: 80 random bits and a check character, shown
-- once, kept as an HMAC only.

create schema if not exists extensions;
create extension if not exists pgcrypto with schema extensions;

create table private.secrets (
  id boolean primary key default true constraint one_row check (id),
  code_pepper bytea not null default extensions.gen_random_bytes(32)
);
alter table private.secrets enable row level security;
comment on table private.secrets is
  'Keys that never leave the database. The pepper makes a stolen table of HMACs worthless.';

insert into private.secrets default values;

create table public.code_batches (
  id uuid primary key default gen_random_uuid(),
  package_id text not null references public.packages (id) on delete restrict,
  quantity integer not null constraint quantity_is_1_to_1000 check (quantity between 1 and 1000),
  audit_id bigint not null references public.admin_audit_log (id) on delete restrict,
  created_at timestamptz not null default private.now()
);
comment on table public.code_batches is 'Codes that an admin issued together.';
create index code_batches_package on public.code_batches (package_id);
create index code_batches_audit on public.code_batches (audit_id);

alter table public.code_batches enable row level security;
create policy "admins see the batches of codes" on public.code_batches for select to authenticated
  using ((select private.is_admin()));
grant select on public.code_batches to authenticated, service_role;

alter table public.time_cards
  add column batch_id uuid references public.code_batches (id) on delete restrict;
comment on column public.time_cards.batch_id is 'The batch of codes that it was issued with.';
create index time_cards_batch on public.time_cards (batch_id) where batch_id is not null;

create table private.activation_codes (
  code_hmac bytea primary key,
  card_id uuid not null references public.time_cards (id) on delete restrict
    constraint one_code_per_card unique,
  created_at timestamptz not null default private.now()
);
alter table private.activation_codes enable row level security;
comment on table private.activation_codes is
  'Codes that can still be redeemed: HMAC-SHA-256 under the pepper. Redeeming deletes the row.';

create table private.code_attempts (
  id bigint generated always as identity primary key,
  user_id uuid not null references public.profiles (id) on delete restrict,
  attempted_at timestamptz not null
);
alter table private.code_attempts enable row level security;
comment on table private.code_attempts is
  'Codes that were not accepted, of the last hour, by person. Keeps honest clients from trying on; '
  'who has PostgREST fail after the call (select=…::int) undoes the count with it, and what then '
  'keeps codes from being guessed are their 80 bits.';
create index code_attempts_user on private.code_attempts (user_id, attempted_at);

create function private.code_alphabet() returns text
language sql immutable
set search_path = ''
as $$
  select '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
$$;
comment on function private.code_alphabet is
  'Crockford''s base 32: no letter that looks like a digit '
  '(https://www.crockford.com/base32.html).';

create function private.check_character(characters text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  sum integer := 0;
  addend integer;
begin
  for i in 1..char_length(characters) loop
    -- Every second value, from the right, is doubled and its two digits in base 32 are added.
    addend := (strpos(private.code_alphabet(), substr(reverse(characters), i, 1)) - 1)
      * case i % 2 when 1 then 2 else 1 end;
    sum := sum + addend / 32 + addend % 32;
  end loop;
  return substr(private.code_alphabet(), (32 - sum % 32) % 32 + 1, 1);
end
$$;
comment on function private.check_character is
  'Luhn''s check character, modulo 32: any one wrong character and almost any swap of neighbours '
  'show (https://en.wikipedia.org/wiki/Luhn_mod_N_algorithm).';

create function private.normal_code(code text) returns text
language sql immutable
set search_path = ''
as $$
  select translate(regexp_replace(upper(normal_code.code), '[^0-9A-Z]', '', 'g'), 'OIL', '011')
$$;
comment on function private.normal_code is
  'A code as people may type it: any case, any separators, O for 0, I and L for 1.';

create function private.code_hmac(code text) returns bytea
language sql stable
set search_path = ''
as $$
  select extensions.hmac(
    convert_to(private.normal_code(code_hmac.code), 'UTF8'), s.code_pepper, 'sha256'
  )
  from private.secrets s
$$;
comment on function private.code_hmac is 'What is kept of a code.';

create function private.issue_code(card_id uuid) returns text
language plpgsql
set search_path = ''
as $$
declare
  bits bytea := extensions.gen_random_bytes(10);
  code text := '';
begin
  for i in 0..15 loop
    code := code || substr(
      private.code_alphabet(),
      1 + get_bit(bits, 5 * i) + 2 * get_bit(bits, 5 * i + 1) + 4 * get_bit(bits, 5 * i + 2)
        + 8 * get_bit(bits, 5 * i + 3) + 16 * get_bit(bits, 5 * i + 4),
      1
    );
  end loop;
  code := code || private.check_character(code);

  insert into private.activation_codes (code_hmac, card_id)
  values (private.code_hmac(code), issue_code.card_id)
  on conflict on constraint one_code_per_card
  do update set code_hmac = excluded.code_hmac, created_at = excluded.created_at;
  update public.time_cards c set code_hint = right(code, 4) where c.id = issue_code.card_id;
  return regexp_replace(code, '(.{4})(.{4})(.{4})(.{4})(.)', '\1-\2-\3-\4-\5');
end
$$;
comment on function private.issue_code is
  'Makes the code of a pending card and answers it, this once: XXXX-XXXX-XXXX-XXXX-X. An earlier '
  'one dies. The caller holds the lock on the card, or has just made it.';

create function private.code_opens(card public.time_cards) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(card.status = 'pending' and card.owner_id is null, false) and not exists (
    select from public.payments p
    where p.time_card_id = card.id and p.status not in ('succeeded', 'partially_refunded')
  )
$$;
comment on function private.code_opens is
  'Whether the card behind a code may be redeemed: nobody''s yet, and paid for if it was sold.';

create function public.redeem_code(code text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
  allowed integer;
  failed integer;
  card public.time_cards;
  at timestamptz;
begin
  if coalesce(char_length(btrim(redeem_code.code)), 0) not between 1 and 200 then
    perform private.fail(400, 'invalid_input', 'Type the code as it was given to you.',
      '{"code": ["must have 1 to 200 characters"]}');
  end if;
  -- Locked, so that attempts made at once are counted one after another.
  perform private.lock_active_person(caller);
  at := private.now();
  select k.code_attempts_per_hour into allowed from public.settings k;
  delete from private.code_attempts a
  where a.user_id = caller and a.attempted_at <= at - interval '1 hour';
  select count(*) into failed from private.code_attempts a where a.user_id = caller;
  if failed >= allowed then
    perform private.fail(429, 'too_many_attempts',
      'Too many codes were not accepted. Try again in an hour.',
      jsonb_build_object('limit', allowed));
  end if;

  select c.* into card
  from private.activation_codes a
  join public.time_cards c on c.id = a.card_id
  where a.code_hmac = private.code_hmac(redeem_code.code)
  for no key update of c;
  -- A new code may have been issued while this one waited for the card: then it is dead.
  if not private.code_opens(card) or not exists (
    select from private.activation_codes a
    where a.card_id = card.id and a.code_hmac = private.code_hmac(redeem_code.code)
  ) then
    -- Raising would undo the count of this attempt: PostgREST is told the status instead
    -- (https://docs.postgrest.org/en/stable/references/transactions.html#response-status-code).
    insert into private.code_attempts (user_id, attempted_at) values (caller, at);
    perform set_config('response.status', '404', true);
    return jsonb_build_object(
      'code', 'PT404',
      'message', 'code_not_accepted',
      'details', jsonb_build_object('attempts_left', allowed - failed - 1)::text,
      'hint', 'This code is not valid, or it was used already.'
    );
  end if;

  delete from private.activation_codes a where a.card_id = card.id;
  update public.time_cards c set
    owner_id = caller,
    status = 'active',
    activated_at = at,
    expires_at = at + make_interval(days => c.validity_days)
  where c.id = card.id
  returning * into card;
  return jsonb_build_object(
    'time_card_id', card.id,
    'total_seconds', card.total_seconds,
    'remaining_seconds', card.remaining_seconds,
    'expires_at', card.expires_at
  );
end
$$;
comment on function public.redeem_code is
  'Turns the card behind a code over to the caller: {time_card_id, total_seconds, '
  'remaining_seconds, expires_at}. Wrong, used and foreign codes are refused alike. Security '
  'definer because nobody may read codes or write cards. Errors: not_authenticated, '
  'invalid_input, account_inactive, too_many_attempts, code_not_accepted.';
grant execute on function public.redeem_code to authenticated;

create type public.reissue_result as (time_card_id uuid, activation_code text, code_hint text);
comment on type public.reissue_result is 'What reissue_gift_code answers; the code is shown once.';

create function public.reissue_gift_code(time_card_id uuid) returns public.reissue_result
language plpgsql security definer
set search_path = ''
as $$
declare
  caller uuid := private.require_user();
  card public.time_cards;
  issued public.reissue_result;
begin
  perform private.lock_active_person(caller);
  select * into card from public.time_cards c
  where c.id = reissue_gift_code.time_card_id
    and c.purchaser_id = caller and c.source = 'gift'
  for no key update;
  if not found then
    perform private.fail(404, 'not_found', 'You have given no such gift.');
  end if;
  if card.status <> 'pending' or card.owner_id is not null then
    perform private.fail(409, 'illegal_transition', 'This gift was redeemed, or taken back.',
      jsonb_build_object('status', card.status));
  end if;
  issued.time_card_id := card.id;
  issued.activation_code := private.issue_code(card.id);
  select c.code_hint into issued.code_hint from public.time_cards c where c.id = card.id;
  return issued;
end
$$;
comment on function public.reissue_gift_code is
  'A new code for a gift that the caller bought and nobody redeemed, for one that was lost; the '
  'old one dies. Security definer because nobody may write codes; it finds the caller''s own '
  'only. Errors: not_authenticated, account_inactive, not_found, illegal_transition.';
grant execute on function public.reissue_gift_code to authenticated;
