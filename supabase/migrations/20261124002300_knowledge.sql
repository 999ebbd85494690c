-- What the knowledge agent knows: documents that admins add, in pieces small enough to be read
-- out. Nobody but the functions below writes here.

create table public.knowledge_documents (
  id uuid primary key default gen_random_uuid(),
  title text not null constraint title_is_given check (char_length(title) between 1 and 200),
  file_name text not null
    constraint one_document_per_file unique
    constraint file_name_is_given check (char_length(file_name) between 1 and 255),
  media_type text not null constraint media_type_can_be_read
    check (media_type in ('text/markdown', 'text/plain', 'application/pdf')),
  language text not null default 'en'
    constraint language_is_a_code check (language ~ '^[a-z]{2,3}$'),
  content_hash text
    constraint the_same_content_is_there_once unique
    constraint content_hash_is_sha256 check (content_hash ~ '^[0-9a-f]{64}$'),
  chunk_count integer not null default 0
    constraint chunk_count_is_sane check (chunk_count between 0 and 500),
  is_active boolean not null default true,
  created_by uuid references public.profiles (id) on delete restrict,
  created_at timestamptz not null default private.now(),
  updated_at timestamptz not null default now(),
  constraint a_removed_document_is_empty
    check (is_active = (content_hash is not null) and is_active = (chunk_count > 0))
);
comment on table public.knowledge_documents is
  'What the knowledge agent knows, one row per file. A removed one keeps its row, without content.';
comment on column public.knowledge_documents.content_hash is
  'SHA-256 of the file: what is there already is not added again.';
comment on column public.knowledge_documents.language is
  'ISO 639 code: how its words are reduced to their stems.';
comment on column public.knowledge_documents.is_active is 'False: removed; it has no chunks.';

create index knowledge_documents_created_by on public.knowledge_documents (created_by);

alter table public.knowledge_documents enable row level security;
create policy "admins see the documents" on public.knowledge_documents for select to authenticated
  using ((select private.is_admin()));
grant select on public.knowledge_documents to authenticated, service_role;

create trigger touch before update on public.knowledge_documents
  for each row execute function private.touch_updated_at();

create function private.search_config(language text) returns regconfig
language sql immutable
set search_path = ''
as $$
  select ('pg_catalog.' || coalesce(
    case search_config.language
      when 'ar' then 'arabic' when 'ca' then 'catalan' when 'da' then 'danish'
      when 'de' then 'german' when 'el' then 'greek' when 'en' then 'english'
      when 'es' then 'spanish' when 'eu' then 'basque' when 'fi' then 'finnish'
      when 'fr' then 'french' when 'ga' then 'irish' when 'hi' then 'hindi'
      when 'hu' then 'hungarian' when 'hy' then 'armenian' when 'id' then 'indonesian'
      when 'it' then 'italian' when 'lt' then 'lithuanian' when 'ne' then 'nepali'
      when 'nl' then 'dutch' when 'no' then 'norwegian' when 'pt' then 'portuguese'
      when 'ro' then 'romanian' when 'ru' then 'russian' when 'sr' then 'serbian'
      when 'sv' then 'swedish' when 'ta' then 'tamil' when 'tr' then 'turkish'
      when 'yi' then 'yiddish'
    end, 'simple'))::regconfig
$$;
comment on function private.search_config is
  'The text search configuration of a language; simple (words as they are) where there is none. A '
  'function and not a column, because pg_upgrade takes no column of type regconfig.';

create table public.knowledge_chunks (
  id bigint generated always as identity primary key,
  document_id uuid not null references public.knowledge_documents (id) on delete restrict,
  position integer not null constraint position_counts_from_one check (position >= 1),
  language text not null,
  heading text not null constraint heading_is_short check (char_length(heading) between 1 and 1000),
  content text not null
    constraint content_is_a_piece check (char_length(content) between 1 and 8000),
  search_words tsvector not null generated always as (
    setweight(to_tsvector(private.search_config(language), heading), 'B')
    || setweight(to_tsvector(private.search_config(language), content), 'D')
  ) stored,
  constraint one_chunk_per_position unique (document_id, position)
);
comment on table public.knowledge_chunks is
  'The pieces of the documents, as the search finds them and the agent reads them.';
comment on column public.knowledge_chunks.heading is
  'Where in the document it stands, from the title down: "Refunds › How to ask for one".';
comment on column public.knowledge_chunks.language is 'That of the document, for the stems.';
comment on column public.knowledge_chunks.search_words is
  'Stems of the heading (weight B) and of the content (weight D).';

create index knowledge_chunks_search_words on public.knowledge_chunks using gin (search_words);

alter table public.knowledge_chunks enable row level security;
create policy "admins see the chunks" on public.knowledge_chunks for select to authenticated
  using ((select private.is_admin()));
grant select on public.knowledge_chunks to authenticated, service_role;

create function private.is_embedding(value jsonb) returns boolean
language sql immutable
set search_path = ''
as $$
  select case
    when jsonb_typeof(value) <> 'array' then false
    when jsonb_array_length(value) = 1536
    then not exists (
      select from jsonb_array_elements(value) e (x)
      where case when jsonb_typeof(e.x) = 'number' then abs(e.x::numeric) > 1000 else true end
    )
    else false
  end
$$;
comment on function private.is_embedding is
  'Whether it is a vector of text-embedding-3-small: 1536 numbers, none of them huge.';

-- Where pgvector is not available the column `embedding` is missing, and with it the search by
-- meaning. Everything that touches it asks this first and speaks to it dynamically.
create function private.vector_schema() returns text
language sql stable
set search_path = ''
as $$
  select n.nspname from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where a.attrelid = 'public.knowledge_chunks'::regclass and a.attname = 'embedding'
    and not a.attisdropped
$$;
comment on function private.vector_schema is
  'The schema of the type vector; null where the chunks have no embeddings.';

create function private.add_embedding_column() returns boolean
language plpgsql
set search_path = ''
as $$
declare
  vector_home text;
begin
  if private.vector_schema() is not null then
    return true;
  end if;
  if not exists (select from pg_catalog.pg_available_extensions where name = 'vector') then
    return false;
  end if;
  create schema if not exists extensions;
  create extension if not exists vector with schema extensions;
  select extnamespace::regnamespace::text into vector_home
  from pg_catalog.pg_extension where extname = 'vector';
  execute format('alter table public.knowledge_chunks add embedding %s.vector(1536)', vector_home);
  execute format(
    'create index knowledge_chunks_embedding on public.knowledge_chunks '
    'using hnsw (embedding %s.vector_cosine_ops)', vector_home);
  comment on column public.knowledge_chunks.embedding is
    'Of OpenAI''s text-embedding-3-small; null when the document was added without a key for it.';
  return true;
end
$$;
comment on function private.add_embedding_column is
  'Prepares the search by meaning where pgvector is available; says whether it is there now. The '
  'owner may call it again when pgvector comes later.';

select private.add_embedding_column();

create function private.store_embeddings(document_id uuid, chunks jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  vector_home text := private.vector_schema();
begin
  if vector_home is null then
    return;
  end if;
  execute format($q$
    update public.knowledge_chunks k
    set embedding = (c.chunk ->> 'embedding')::%I.vector
    from jsonb_array_elements($2) with ordinality c (chunk, position)
    where k.document_id = $1 and k.position = c.position and c.chunk ? 'embedding'
  $q$, vector_home) using store_embeddings.document_id, store_embeddings.chunks;
end
$$;
comment on function private.store_embeddings is
  'Keeps the embeddings of the chunks of a document, where there is a place for them.';

create function private.gains_embeddings(document_id uuid, chunks jsonb) returns boolean
language plpgsql stable
set search_path = ''
as $$
declare
  gains boolean;
begin
  if private.vector_schema() is null or not (gains_embeddings.chunks -> 0 ? 'embedding') then
    return false;
  end if;
  execute
    'select exists (select from public.knowledge_chunks k '
    'where k.document_id = $1 and k.embedding is null)'
  into gains using gains_embeddings.document_id;
  return gains;
end
$$;
comment on function private.gains_embeddings is
  'Whether a document that is there without embeddings comes again with them.';

create function private.document_errors(document jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(f.name, jsonb_build_array(f.rule)), '{}')
  from (values
    ('title', 'must have 1 to 200 characters',
      char_length(private.trimmed(document ->> 'title')) <= 200),
    ('file_name', 'must have 1 to 255 characters',
      char_length(private.trimmed(document ->> 'file_name')) <= 255),
    ('media_type', 'must be text/markdown, text/plain or application/pdf',
      document ->> 'media_type' in ('text/markdown', 'text/plain', 'application/pdf')),
    ('content_hash', 'must be a SHA-256 in lowercase hexadecimal',
      document ->> 'content_hash' ~ '^[0-9a-f]{64}$'),
    ('language', 'must be an ISO 639 code, like en',
      coalesce(document ->> 'language', 'en') ~ '^[a-z]{2,3}$')
  ) f (name, rule, is_kept)
  where f.is_kept is not true
$$;
comment on function private.document_errors is
  'The field errors of a document that is to be added; none: {}.';

create function private.chunk_errors(chunks jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(chunks) is distinct from 'array'
    or jsonb_array_length(chunks) not between 1 and 500 then
    return '{"chunks": ["must be a list of 1 to 500"]}';
  end if;
  if exists (
    select from jsonb_array_elements(chunks) c (chunk)
    where jsonb_typeof(c.chunk) <> 'object'
      or private.trimmed(c.chunk ->> 'content') is null
      or char_length(c.chunk ->> 'content') > 8000
      or char_length(c.chunk ->> 'heading') > 1000
      or (c.chunk ? 'embedding' and not private.is_embedding(c.chunk -> 'embedding'))
  ) then
    return jsonb_build_object('chunks', jsonb_build_array(
      'each must have content of 1 to 8000 characters, a heading of at most 1000, and as '
      'embedding, if any, 1536 numbers'
    ));
  end if;
  return '{}';
end
$$;
comment on function private.chunk_errors is
  'The field errors of the chunks of a document that is to be added; none: {}.';

create function private.replace_chunks(document public.knowledge_documents, chunks jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  delete from public.knowledge_chunks k where k.document_id = (replace_chunks.document).id;
  insert into public.knowledge_chunks (document_id, position, language, heading, content)
  select (replace_chunks.document).id, c.position, (replace_chunks.document).language,
    coalesce(private.trimmed(c.chunk ->> 'heading'), (replace_chunks.document).title),
    c.chunk ->> 'content'
  from jsonb_array_elements(replace_chunks.chunks) with ordinality c (chunk, position);
  perform private.store_embeddings((replace_chunks.document).id, replace_chunks.chunks);
end
$$;
comment on function private.replace_chunks is
  'Puts new chunks in the place of those that a document has; a chunk without a heading goes under '
  'the title.';

create type public.document_result as (document_id uuid, outcome text, chunk_count integer);
comment on type public.document_result is
  'What became of a document: added, replaced, removed or unchanged; and how many chunks it has.';

create function public.admin_add_document(document jsonb, chunks jsonb, reason text)
returns public.document_result
language plpgsql security definer
set search_path = ''
as $$
declare
  admin_id uuid := private.require_admin();
  given jsonb := admin_add_document.document;
  old public.knowledge_documents;
  twin public.knowledge_documents;
  new_row public.knowledge_documents;
begin
  perform private.refuse_fields(
    private.document_errors(document) || private.chunk_errors(chunks)
    || private.reason_errors(reason)
  );
  -- Additions are rare, and two of one file must not meet.
  perform pg_advisory_xact_lock(hashtextextended('public.knowledge_documents', 0));
  select * into old from public.knowledge_documents d
  where d.file_name = private.trimmed(given ->> 'file_name');
  select * into twin from public.knowledge_documents d
  where d.content_hash = given ->> 'content_hash';
  if twin.id is not null and old.is_active and old.id <> twin.id then
    perform private.fail(409, 'illegal_transition',
      'The same content is there already under another name: remove one of the two first.',
      jsonb_build_object('document_id', twin.id, 'file_name', twin.file_name));
  end if;
  if twin.language = coalesce(given ->> 'language', 'en')
    and not private.gains_embeddings(twin.id, chunks) then
    return row(twin.id, 'unchanged', twin.chunk_count)::public.document_result;
  end if;

  -- The same content in another language, or with embeddings at last, keeps its name.
  if twin.id is not null then
    old := twin;
  end if;
  insert into public.knowledge_documents as d
    (title, file_name, media_type, language, content_hash, chunk_count, created_by)
  values (
    private.trimmed(given ->> 'title'),
    coalesce(twin.file_name, private.trimmed(given ->> 'file_name')),
    given ->> 'media_type', coalesce(given ->> 'language', 'en'), given ->> 'content_hash',
    jsonb_array_length(chunks), admin_id
  )
  on conflict on constraint one_document_per_file do update set
    title = excluded.title, media_type = excluded.media_type, language = excluded.language,
    content_hash = excluded.content_hash, chunk_count = excluded.chunk_count, is_active = true
  returning * into new_row;
  perform private.replace_chunks(new_row, chunks);

  perform private.audit('admin_add_document', 'knowledge_documents', new_row.id::text,
    case when old.id is not null then private.differing(to_jsonb(old), to_jsonb(new_row)) end,
    private.differing(to_jsonb(new_row), to_jsonb(old)), admin_add_document.reason);
  return row(
    new_row.id, case when old.is_active then 'replaced' else 'added' end, new_row.chunk_count
  )::public.document_result;
end
$$;
comment on function public.admin_add_document is
  'Adds a document {title, file_name, media_type, language, content_hash} with its chunks '
  '[{content, heading, embedding}]. The same content again changes nothing; other content under a '
  'known file name replaces the chunks at once. Errors: not_authenticated, not_allowed, '
  'invalid_input, illegal_transition (two files would have the same content). Security definer '
  'because nobody may write here but through it; only an admin gets through.';
grant execute on function public.admin_add_document to authenticated;

create function public.admin_remove_document(document_id uuid, reason text)
returns public.document_result
language plpgsql security definer
set search_path = ''
as $$
declare
  old public.knowledge_documents;
  new_row public.knowledge_documents;
begin
  perform private.require_admin();
  perform private.refuse_fields(private.reason_errors(reason));
  perform pg_advisory_xact_lock(hashtextextended('public.knowledge_documents', 0));
  select * into old from public.knowledge_documents d
  where d.id = admin_remove_document.document_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such document.');
  end if;
  if not old.is_active then
    return row(old.id, 'unchanged', 0)::public.document_result;
  end if;
  delete from public.knowledge_chunks k where k.document_id = old.id;
  update public.knowledge_documents d
  set is_active = false, content_hash = null, chunk_count = 0
  where d.id = old.id
  returning * into new_row;
  perform private.audit('admin_remove_document', 'knowledge_documents', old.id::text,
    to_jsonb(old), private.differing(to_jsonb(new_row), to_jsonb(old)),
    admin_remove_document.reason);
  return row(old.id, 'removed', 0)::public.document_result;
end
$$;
comment on function public.admin_remove_document is
  'Takes a document out of the knowledge base: its text goes, its row stays. Removing it again '
  'changes nothing. Errors: not_authenticated, not_allowed, not_found, invalid_input. Security '
  'definer because nobody may write here but through it; only an admin gets through.';
grant execute on function public.admin_remove_document to authenticated;
