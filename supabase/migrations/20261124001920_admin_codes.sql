-- Codes that an admin hands out: free cards that wait for whoever redeems them.

create type public.issued_code as (
  activation_code text, time_card_id uuid, code_hint text, batch_id uuid
);
comment on type public.issued_code is
  'One row of what admin_issue_codes answers; the code is shown this once.';

create function public.admin_issue_codes(
  package_id text, quantity numeric, reason text, idempotency_key text default null
)
returns setof public.issued_code
language plpgsql security definer
set search_path = ''
as $$
declare
  package public.packages;
  batch uuid := gen_random_uuid();
  earlier uuid;
  audit_id bigint;
  issued public.issued_code;
begin
  perform private.require_admin();
  perform private.refuse_fields(
    private.reason_errors(admin_issue_codes.reason)
    || private.key_errors(admin_issue_codes.idempotency_key)
    || private.number_errors('quantity', admin_issue_codes.quantity, 1, 1000)
  );
  earlier := private.earlier_act(
    'admin_issue_codes', admin_issue_codes.idempotency_key,
    jsonb_build_object(
      'package_id', admin_issue_codes.package_id,
      'quantity', admin_issue_codes.quantity::integer
    ),
    admin_issue_codes.reason
  );
  if earlier is not null then
    return query
    select null::text, c.id, c.code_hint, c.batch_id
    from public.time_cards c where c.batch_id = earlier order by c.created_at, c.id;
    return;
  end if;
  -- Also one that is not on sale: a promotion may have a package of its own.
  select * into package from public.packages k where k.id = admin_issue_codes.package_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such package.');
  end if;

  audit_id := private.audit(
    'admin_issue_codes', 'code_batches', batch::text, null,
    jsonb_build_object(
      'package_id', package.id,
      'quantity', admin_issue_codes.quantity::integer,
      'total_seconds', package.total_seconds,
      'validity_days', package.validity_days
    ),
    admin_issue_codes.reason, admin_issue_codes.idempotency_key
  );
  insert into public.code_batches (id, package_id, quantity, audit_id)
  values (batch, package.id, admin_issue_codes.quantity, audit_id);

  issued.batch_id := batch;
  for i in 1..admin_issue_codes.quantity loop
    issued.time_card_id := gen_random_uuid();
    insert into public.time_cards (id, package_id, source, currency, validity_days, batch_id)
    values (
      issued.time_card_id, package.id, 'promo', package.currency, package.validity_days, batch
    );
    perform private.move_seconds(
      issued.time_card_id, 'issue', null, 'remaining', package.total_seconds, audit_id => audit_id
    );
    issued.activation_code := private.issue_code(issued.time_card_id);
    select c.code_hint into issued.code_hint
    from public.time_cards c where c.id = issued.time_card_id;
    return next issued;
  end loop;
end
$$;
comment on function public.admin_issue_codes is
  'Makes up to 1000 free cards of a package''s time and validity, and answers their codes, this '
  'once; every call makes new ones, unless it repeats an idempotency_key: then it answers the first '
  'cards, without their codes. Admins only; security definer because nobody may write cards. '
  'Errors: not_authenticated, not_allowed, invalid_input, not_found, idempotency_conflict.';
grant execute on function public.admin_issue_codes to authenticated;
