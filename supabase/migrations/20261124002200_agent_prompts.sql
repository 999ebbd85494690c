-- Who each agent is: its kind, and its words as data, which admins edit without a deployment.

alter table public.agent_types add column kind text not null default 'basic'
  constraint kind_is_known check (kind in ('basic', 'enhanced', 'rag'));
comment on column public.agent_types.kind is
  'What it can do: basic talks, enhanced has tools, rag answers from the knowledge base.';

create table public.agent_prompts (
  agent_type_id text primary key references public.agent_types (id) on delete restrict,
  instructions text not null default ''
    constraint instructions_are_bounded check (char_length(instructions) <= 20000),
  voice text constraint voice_is_a_name check (voice ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$'),
  greeting text constraint greeting_is_a_sentence
    check (char_length(greeting) between 1 and 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.agent_prompts is
  'What an agent type is told to be, and how it sounds. A call reads it when it starts, so a '
  'change is heard in the next call. Never shown to customers.';
comment on column public.agent_prompts.instructions is
  'Who the agent is and what it talks about; the worker adds how to speak on a call and what never '
  'to do.';
comment on column public.agent_prompts.voice is
  'A voice of the speech provider; null, or one that the worker does not know: the worker''s own.';
comment on column public.agent_prompts.greeting is
  'The first words, where {name} becomes the customer''s first name; null: the worker''s own.';

alter table public.agent_prompts enable row level security;
create policy "admins see the prompts" on public.agent_prompts for select to authenticated
  using ((select private.is_admin()));
grant select on public.agent_prompts to authenticated;
grant select, insert, update on public.agent_prompts to service_role;

create trigger touch before update on public.agent_prompts
  for each row execute function private.touch_updated_at();

insert into private.field_rules
  (table_name, field, kind, minimum, maximum, is_nullable, pattern, otherwise)
values
  ('agent_types', 'kind', 'text', 1, 20, false, '^(basic|enhanced|rag)$',
    'must be basic, enhanced or rag'),
  ('agent_prompts', 'instructions', 'text', 0, 20000, false, null, null),
  ('agent_prompts', 'voice', 'text', 1, 64, true, '^[A-Za-z0-9][A-Za-z0-9_.:-]*$',
    'must be the name of a voice'),
  ('agent_prompts', 'greeting', 'text', 1, 500, true, '^[^\t\n\r]*$', 'must be one line');

create function private.save_agent_prompt(agent_type_id text, words jsonb, reason text) returns void
language plpgsql
set search_path = ''
as $$
declare
  before jsonb;
  after jsonb;
begin
  select to_jsonb(p) into before from public.agent_prompts p
  where p.agent_type_id = save_agent_prompt.agent_type_id
  for no key update;
  if before is null then
    insert into public.agent_prompts (agent_type_id) values (save_agent_prompt.agent_type_id);
  end if;
  update public.agent_prompts p set (instructions, voice, greeting) = (
    select r.instructions, r.voice, r.greeting
    from jsonb_populate_record(p, save_agent_prompt.words) r
  )
  where p.agent_type_id = save_agent_prompt.agent_type_id
  returning to_jsonb(p) into after;
  perform private.audit(
    'admin_save_agent_type', 'agent_prompts', save_agent_prompt.agent_type_id,
    case when before is not null then private.differing(before, after) end,
    case when before is null then after else private.differing(after, before) end,
    save_agent_prompt.reason
  );
end
$$;
comment on function private.save_agent_prompt is
  'Changes the words of an agent type that are named, and writes the audit log. The caller has '
  'checked them and holds the lock on agent_types. Errors: invalid_input.';

create or replace function public.admin_save_agent_type(agent_type jsonb, reason text)
returns public.agent_types
language plpgsql security definer
set search_path = ''
as $$
declare
  names constant text[] := array['instructions', 'voice', 'greeting'];
  fields jsonb;
  words jsonb;
  saved jsonb;
begin
  perform private.require_admin();
  fields := private.require_fields('agent_type', admin_save_agent_type.agent_type);
  select coalesce(jsonb_object_agg(f.key, f.value), '{}') into words
  from jsonb_each(fields) f where f.key = any (names);
  perform private.refuse_fields(
    private.reason_errors(admin_save_agent_type.reason)
    || private.field_errors('agent_prompts', words, false)
    || private.field_errors('agent_types', fields - names, not exists (
      select from public.agent_types t where t.id = fields ->> 'id'
    ))
  );
  saved := private.save_row(
    'agent_type', 'agent_types', fields - names, admin_save_agent_type.reason
  );
  if words <> '{}' then
    perform private.save_agent_prompt(saved ->> 'id', words, admin_save_agent_type.reason);
  end if;
  return jsonb_populate_record(null::public.agent_types, saved);
end
$$;
comment on function public.admin_save_agent_type is
  'Offers an agent, or changes the named fields of one, its words (instructions, voice, greeting) '
  'included; answers the agent without its words. Sessions keep the rate and the minimum that they '
  'began with; the next call has the new words. Admins only; security definer because nobody may '
  'write the agents. Errors: not_authenticated, not_allowed, invalid_input.';
