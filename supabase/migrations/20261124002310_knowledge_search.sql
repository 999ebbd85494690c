-- Finding what the knowledge agent may answer from: by words always, by meaning where the chunks
-- have embeddings, and both lists made into one by reciprocal rank fusion.

create function private.chunks_by_words(query text, max_results integer)
returns table (chunk_id bigint, place bigint)
language sql stable
set search_path = ''
as $$
  -- A spoken question has words that no document has, so any of its words will do; what has all
  -- of them comes first, and a word that few chunks have weighs more than one that most have.
  with languages as (
    select k.language, count(*) as chunks from public.knowledge_chunks k group by k.language
  ), asked as (
    select l.language, l.chunks, w.lexeme,
      ('''' || replace(replace(w.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery as word,
      row_number() over (partition by l.language order by w.positions[1], w.lexeme) as nth
    from languages l
    cross join lateral unnest(
      to_tsvector(private.search_config(l.language), left(chunks_by_words.query, 2000))
    ) w (lexeme, positions, weights)
  ), weighed as (
    select a.language, a.word, ln(1 + a.chunks::float8 / greatest(1, (
      select count(*) from public.knowledge_chunks k
      where k.language = a.language and k.search_words @@ a.word
    ))) as weight
    from asked a where a.nth <= 32
  ), exact as (
    select a.language,
      websearch_to_tsquery(
        private.search_config(a.language), left(chunks_by_words.query, 2000)
      ) as words
    from asked a where a.nth = 1
  ), scored as (
    select k.id,
      -- Weights of the classes D (content), C, B (heading) and A.
      sum(w.weight * ts_rank('{0.1, 0.1, 0.25, 0.25}', k.search_words, w.word)) as score,
      bool_or(k.search_words @@ e.words) as has_all
    from weighed w
    join exact e on e.language = w.language
    join public.knowledge_chunks k on k.language = w.language and k.search_words @@ w.word
    group by k.id
  )
  select s.id, row_number() over (order by s.has_all desc, s.score desc, s.id)
  from scored s
  order by 2
  limit chunks_by_words.max_results
$$;
comment on function private.chunks_by_words is
  'The chunks that have the words of a question, best first. Takes any text: what has no words '
  'that could be searched for finds nothing.';

create function private.chunks_by_meaning(embedding jsonb, max_results integer)
returns table (chunk_id bigint, place bigint)
language plpgsql stable
set search_path = ''
as $$
declare
  vector_home text := private.vector_schema();
begin
  if vector_home is null or not private.is_embedding(chunks_by_meaning.embedding) then
    return;
  end if;
  return query execute format($q$
    select n.id, row_number() over (order by n.distance, n.id) from (
      select k.id, k.embedding operator(%1$I.<=>) $1::text::%1$I.vector as distance
      from public.knowledge_chunks k
      where k.embedding is not null
      order by k.embedding operator(%1$I.<=>) $1::text::%1$I.vector
      limit $2
    ) n
  $q$, vector_home) using chunks_by_meaning.embedding, chunks_by_meaning.max_results;
end
$$;
comment on function private.chunks_by_meaning is
  'The chunks that are nearest in meaning, nearest first; none where there are no embeddings or '
  'the question has none.';

create type public.found_passage as (
  document_id uuid,
  title text,
  heading text,
  source text,
  content text,
  score numeric
);
comment on type public.found_passage is
  'A piece of a document that may answer a question; source is the name of its file.';

create function private.search_knowledge(query text, embedding jsonb, max_results integer)
returns setof public.found_passage
language sql stable
set search_path = ''
as $$
  -- Reciprocal rank fusion with k = 60 (Cormack, Clarke and Buettcher, SIGIR 2009): it needs no
  -- common scale of the two searches.
  with places as (
    select w.chunk_id, w.place from private.chunks_by_words(search_knowledge.query, 40) w
    union all
    select m.chunk_id, m.place from private.chunks_by_meaning(search_knowledge.embedding, 40) m
  ), fused as (
    select p.chunk_id, sum(1.0 / (60 + p.place)) as score from places p group by p.chunk_id
  )
  select d.id, d.title, k.heading, d.file_name, k.content, round(f.score, 6)
  from fused f
  join public.knowledge_chunks k on k.id = f.chunk_id
  join public.knowledge_documents d on d.id = k.document_id
  order by f.score desc, k.id
  limit least(greatest(coalesce(search_knowledge.max_results, 5), 1), 20)
$$;
comment on function private.search_knowledge is
  'The passages that fit a question best, 1 to 20 of them (5 if nothing is said).';

create type public.knowledge_vectors as (is_available boolean, is_used boolean);
comment on type public.knowledge_vectors is
  'Whether documents may come with embeddings here, and whether any has: what tells whoever '
  'searches or adds whether embeddings are worth their price.';

create function private.knowledge_vectors() returns public.knowledge_vectors
language plpgsql stable
set search_path = ''
as $$
declare
  used boolean := false;
begin
  if private.vector_schema() is not null then
    execute 'select exists (select from public.knowledge_chunks where embedding is not null)'
    into used;
  end if;
  return row(private.vector_schema() is not null, used)::public.knowledge_vectors;
end
$$;
comment on function private.knowledge_vectors is
  'What there is of a search by meaning.';

create function private.require_knowledge_session(session_id uuid) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  session_status text;
  agent_kind text;
begin
  select s.status, t.kind into session_status, agent_kind
  from public.voice_sessions s
  join public.agent_types t on t.id = s.agent_type_id
  where s.id = require_knowledge_session.session_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  if session_status not in ('pending', 'active') then
    perform private.fail(409, 'illegal_transition', 'This session is over.',
      jsonb_build_object('status', session_status));
  end if;
  if agent_kind <> 'rag' then
    perform private.fail(403, 'not_allowed', 'This agent does not answer from the knowledge base.');
  end if;
end
$$;
comment on function private.require_knowledge_session is
  'Lets through what an agent of kind rag asks in an open session. Errors: not_found, '
  'illegal_transition (the session is over), not_allowed (an agent of another kind).';

create function public.agent_search_knowledge(
  session_id uuid,
  query text,
  embedding jsonb default null,
  max_results integer default null
) returns setof public.found_passage
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_knowledge_session(agent_search_knowledge.session_id);
  return query select * from private.search_knowledge(
    agent_search_knowledge.query,
    agent_search_knowledge.embedding,
    agent_search_knowledge.max_results
  );
end
$$;
comment on function public.agent_search_knowledge is
  'What the knowledge agent of an open session may answer from. Odd questions find nothing, they '
  'are no error. Errors: not_found, illegal_transition (the session is over), not_allowed (an '
  'agent of another kind). Security definer because the search is internal.';
grant execute on function public.agent_search_knowledge to service_role;

create function public.agent_knowledge_vectors(session_id uuid) returns public.knowledge_vectors
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_knowledge_session(agent_knowledge_vectors.session_id);
  return private.knowledge_vectors();
end
$$;
comment on function public.agent_knowledge_vectors is
  'Whether the questions of a session should come with embeddings. Errors: not_found, '
  'illegal_transition, not_allowed. Security definer because the search is internal.';
grant execute on function public.agent_knowledge_vectors to service_role;

create function public.admin_search_knowledge(
  query text,
  embedding jsonb default null,
  max_results integer default null
) returns setof public.found_passage
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_admin('support');
  return query select * from private.search_knowledge(
    admin_search_knowledge.query,
    admin_search_knowledge.embedding,
    admin_search_knowledge.max_results
  );
end
$$;
comment on function public.admin_search_knowledge is
  'What the knowledge agent would find, for admins who want to see it; support may. Errors: '
  'not_authenticated, not_allowed. Security definer because the search is internal.';
grant execute on function public.admin_search_knowledge to authenticated;

create function public.admin_knowledge_vectors() returns public.knowledge_vectors
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_admin('support');
  return private.knowledge_vectors();
end
$$;
comment on function public.admin_knowledge_vectors is
  'Whether documents and questions should come with embeddings; support may ask. Errors: '
  'not_authenticated, not_allowed. Security definer because the search is internal.';
grant execute on function public.admin_knowledge_vectors to authenticated;
