import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { additionOf, type Chunk, type TestDocument } from './knowledge-base.ts';

/* The embedded Postgres has no pgvector, PGlite has: here the migrations take their other branch. */

let db: PGlite;
let admin: string;
let session: string;

beforeAll(async () => {
  db = await PGlite.create({ extensions: { vector, pgcrypto } });
  const root = new URL('../../supabase/migrations/', import.meta.url);
  await db.exec(await readFile(new URL('../support/bare-auth.sql', import.meta.url), 'utf8'));
  for (const name of (await readdir(root)).toSorted()) {
    if (name.endsWith('.sql')) await db.exec(await readFile(new URL(name, root), 'utf8'));
  }
  admin = randomUUID();
  session = randomUUID();
  await db.query(
    `insert into auth.users (id, email, raw_user_meta_data)
     values ($1, 'root@example.com', '{"full_name": "Root"}')`,
    [admin],
  );
  await db.query(`insert into admins (user_id, role) values ($1, 'admin')`, [admin]);
  await db.exec(`insert into agent_types (id, name, kind) values ('rag', 'Knowledge', 'rag')`);
  await db.query(
    `insert into voice_sessions (id, user_id, agent_type_id, room_name, rate_permille, minimum_charge_seconds)
     values ($1, $2, 'rag', 'room', 1000, 0)`,
    [session, admin],
  );
});
afterAll(() => db.close());

/** A unit vector in the plane of the first two axes, so many degrees from the first. */
function direction(degrees: number): number[] {
  const angle = (degrees / 180) * Math.PI;
  return [Math.cos(angle), Math.sin(angle), ...Array<number>(1534).fill(0)];
}

async function asAdmin<T>(query: string, values: unknown[]): Promise<T[]> {
  return db.transaction(async (tx) => {
    await tx.query(
      `select set_config('request.jwt.claim.sub', $1, true), set_config('role', 'authenticated', true)`,
      [admin],
    );
    return (await tx.query<T>(query, values)).rows;
  });
}

async function add(chunks: Chunk[], fields: TestDocument) {
  const { document, reason } = additionOf(chunks, fields);
  const [row] = await asAdmin<{ document_id: string; outcome: string }>(
    `select * from public.admin_add_document($1, $2, $3)`,
    [JSON.stringify(document), JSON.stringify(chunks), reason],
  );
  if (!row) throw new Error('no answer');
  return row;
}

async function search(query: string, embedding: number[] | null, maxResults: number | null = null) {
  return db.transaction(async (tx) => {
    await tx.query(`select set_config('role', 'service_role', true)`);
    const found = await tx.query<{ source: string; score: string }>(
      `select * from public.agent_search_knowledge($1, $2, $3, $4)`,
      [session, query, embedding && JSON.stringify(embedding), maxResults],
    );
    return found.rows.map(({ source, score }) => ({ source, score: Number(score) }));
  });
}

async function vectors() {
  const { rows } = await db.query(`select * from public.agent_knowledge_vectors($1)`, [session]);
  return rows[0];
}

/** The score of a passage by its places in the two lists; 0 is not in that list. */
function fused(byWords: number, byMeaning: number): number {
  const parts = [byWords, byMeaning].filter((place) => place > 0).map((place) => 1 / (60 + place));
  return Number(parts.reduce((sum, part) => sum + part, 0).toFixed(6));
}

test('the column and its index are there, and nobody uses them yet', async () => {
  const { rows } = await db.query<{ indexdef: string }>(
    `select indexdef from pg_indexes where indexname = 'knowledge_chunks_embedding'`,
  );
  expect(rows[0]?.indexdef).toContain('USING hnsw (embedding extensions.vector_cosine_ops)');
  expect(await vectors()).toEqual({ is_available: true, is_used: false });
});

test('both lists are fused by reciprocal rank', async () => {
  // By the word "wombat": one, two, three. By meaning, seen from zero degrees: three, one, four.
  await add([{ heading: 'Wombat', content: 'A wombat digs.', embedding: direction(20) }], {
    file_name: 'one.md',
  });
  await add([{ content: 'The wombat.', embedding: direction(80) }], { file_name: 'two.md' });
  await add([{ content: 'A wombat, as it were.', embedding: direction(5) }], {
    file_name: 'three.md',
  });
  await add([{ content: 'A marsupial of Australia.', embedding: direction(40) }], {
    file_name: 'four.md',
  });
  expect(await vectors()).toEqual({ is_available: true, is_used: true });

  expect(await search('wombat', direction(0))).toEqual([
    { source: 'one.md', score: fused(1, 2) },
    { source: 'three.md', score: fused(3, 1) },
    { source: 'two.md', score: fused(2, 4) },
    { source: 'four.md', score: fused(0, 3) },
  ]);
});

test('what has none of the words is found by its meaning alone', async () => {
  expect(await search('qqqq', direction(41), 1)).toEqual([
    { source: 'four.md', score: fused(0, 1) },
  ]);
});

test('without an embedding only the words count', async () => {
  const found = await search('wombat', null);
  expect(found.map(({ source }) => source)).toEqual(['one.md', 'two.md', 'three.md']);
  expect(found.map(({ score }) => score)).toEqual([fused(1, 0), fused(2, 0), fused(3, 0)]);
});

test.each([
  ['without a direction', 0],
  ['of numbers that no float holds', 1e300],
])('a vector %s is no error', async (_, number) => {
  expect(await search('wombat', Array<number>(1536).fill(number))).not.toEqual([]);
});

test('a document that came without embeddings gains them when it is added again', async () => {
  const chunks = [{ content: 'The echidna has spines.' }];
  const fields = { file_name: 'echidna.md', content_hash: 'e'.repeat(64) };
  await add(chunks, fields);
  expect((await add(chunks, fields)).outcome).toBe('unchanged');
  const embedded = chunks.map((chunk) => ({ ...chunk, embedding: direction(170) }));
  expect((await add(embedded, fields)).outcome).toBe('replaced');
  expect((await add(embedded, fields)).outcome).toBe('unchanged');
  expect(await search('qqqq', direction(170), 1)).toMatchObject([{ source: 'echidna.md' }]);
});

test('a removed document is not near anything any more', async () => {
  const { document_id } = await add([{ content: 'A platypus.', embedding: direction(120) }], {
    file_name: 'platypus.md',
  });
  expect(await search('qqqq', direction(120), 1)).toMatchObject([{ source: 'platypus.md' }]);
  await asAdmin(`select * from public.admin_remove_document($1, 'a test')`, [document_id]);
  const found = await search('qqqq', direction(120), 20);
  expect(found.map(({ source }) => source)).not.toContain('platypus.md');
});

test('the nearest are found through the index', async () => {
  await db.exec('set enable_seqscan = off');
  const { rows } = await db.query<Record<string, string>>(
    `explain select id from public.knowledge_chunks where embedding is not null
     order by embedding operator(extensions.<=>) $1::text::extensions.vector limit 40`,
    [JSON.stringify(direction(0))],
  );
  await db.exec('reset enable_seqscan');
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('knowledge_chunks_embedding');
});

test('pgvector that comes later can be taken into use by its owner', async () => {
  await db.exec('alter table public.knowledge_chunks drop column embedding');
  expect(await vectors()).toEqual({ is_available: false, is_used: false });
  expect(await search('wombat', direction(0))).toHaveLength(3);
  await db.exec('select private.add_embedding_column()');
  expect(await vectors()).toEqual({ is_available: true, is_used: false });
});
