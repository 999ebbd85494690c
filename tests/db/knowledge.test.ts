import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openDatabase, type Row, signUp, type TestDatabase } from '../support/database.ts';
import { addDocument, additionOf } from './knowledge-base.ts';

let db: TestDatabase;
let admin: string;
let support: string;
let user: string;

beforeAll(async () => {
  db = await openDatabase();
  admin = await signUp(db, 'Root');
  support = await signUp(db, 'Support');
  user = await signUp(db);
  await db.owner`
    insert into admins (user_id, role) values (${admin}, 'admin'), (${support}, 'support')`;
});
afterAll(() => db.close());

function add(args: Record<string, unknown>, caller = admin): Promise<Row> {
  return db.call({ user: caller }, 'admin_add_document', args);
}

function remove(document_id: unknown, caller = admin): Promise<Row> {
  return db.call({ user: caller }, 'admin_remove_document', { document_id, reason: 'outdated' });
}

async function contents(id: unknown): Promise<unknown[]> {
  const rows = await db.owner`
    select content from knowledge_chunks where document_id = ${String(id)} order by position`;
  return rows.map((row) => row.content);
}

async function documentRow(id: unknown): Promise<Row> {
  const [row] = await db.owner`select * from knowledge_documents where id = ${String(id)}`;
  return row ?? {};
}

function auditOf(id: unknown): Promise<Row[]> {
  return db.owner`
    select actor_id, action, before, after, reason from admin_audit_log
    where subject_table = 'knowledge_documents' and subject_id = ${String(id)} order by id`;
}

describe('adding', () => {
  test('keeps the document and its chunks in their order', async () => {
    const added = await addDocument(
      db,
      admin,
      [{ heading: 'Wombats › Food', content: 'Grass.' }, { content: 'They sleep a lot.' }],
      { file_name: 'wombats.md', title: ' Wombats ' },
    );
    expect(added).toEqual({
      document_id: expect.any(String),
      outcome: 'added',
      chunk_count: 2,
    });
    expect(await documentRow(added.document_id)).toMatchObject({
      title: 'Wombats',
      file_name: 'wombats.md',
      media_type: 'text/markdown',
      language: 'en',
      chunk_count: 2,
      is_active: true,
      created_by: admin,
    });
    const chunks = await db.owner`
      select position, heading, content from knowledge_chunks
      where document_id = ${String(added.document_id)} order by position`;
    expect(chunks.map((row) => ({ ...row }))).toEqual([
      { position: 1, heading: 'Wombats › Food', content: 'Grass.' },
      { position: 2, heading: 'Wombats', content: 'They sleep a lot.' },
    ]);
  });

  test('the same content again changes nothing, under another name too', async () => {
    const args = additionOf();
    const { document_id } = await add(args);
    const before = await documentRow(document_id);
    expect(await add(args)).toEqual({ document_id, outcome: 'unchanged', chunk_count: 1 });
    const renamed = { ...args, document: { ...(args.document as object), file_name: 'other.md' } };
    expect(await add(renamed)).toMatchObject({ document_id, outcome: 'unchanged' });
    expect(await documentRow(document_id)).toEqual(before);
    expect(await auditOf(document_id)).toHaveLength(1);
  });

  test('changed content replaces the chunks', async () => {
    const file_name = `${randomUUID()}.md`;
    const { document_id } = await addDocument(
      db,
      admin,
      [{ content: 'Old one.' }, { content: 'Old two.' }],
      { file_name },
    );
    const replaced = await addDocument(db, admin, [{ content: 'New.' }], { file_name });
    expect(replaced).toEqual({ document_id, outcome: 'replaced', chunk_count: 1 });
    expect(await contents(document_id)).toEqual(['New.']);
  });

  test('the same content in another language is replaced: its words are cut otherwise', async () => {
    const chunks = [{ content: 'Häuser' }];
    const file_name = `${randomUUID()}.md`;
    await addDocument(db, admin, chunks, { file_name });
    const again = await addDocument(db, admin, chunks, { file_name, language: 'de' });
    expect(again.outcome).toBe('replaced');
    const [row] = await db.owner`
      select search_words::text as words from knowledge_chunks
      where document_id = ${String(again.document_id)}`;
    expect(row?.words).toContain("'haus'");
  });

  test('a change to the content of another document is refused', async () => {
    const one = additionOf([{ content: 'One of two.' }], { file_name: 'one.md' });
    await add(one);
    await addDocument(db, admin, [{ content: 'Two of two.' }], { file_name: 'two.md' });
    const twice = { ...one, document: { ...(one.document as object), file_name: 'two.md' } };
    expect(await db.refusal(add(twice))).toMatchObject({
      code: 'PT409',
      message: 'illegal_transition',
    });
  });

  test('two additions of one content at once give one document', async () => {
    const args = additionOf([{ content: 'Once.' }], { file_name: 'once.md' });
    const renamed = { ...args, document: { ...(args.document as object), file_name: 'twice.md' } };
    let second: Promise<Row> | undefined;
    const first = await db.as({ user: admin }, async (sql) => {
      const [row] = await sql`
        select * from admin_add_document(
          ${sql.json(args.document as never)}, ${sql.json(args.chunks as never)}, 'a test')`;
      second = add(renamed);
      await vi.waitFor(async () => {
        const waiting = await db.owner`
          select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        expect(waiting).toHaveLength(1);
      });
      return row;
    });
    expect(first?.outcome).toBe('added');
    expect(await second).toEqual({ ...first, outcome: 'unchanged' });
  });

  test('whoever reads meanwhile sees the old chunks or the new ones, never none', async () => {
    const file_name = `${randomUUID()}.md`;
    const { document_id } = await addDocument(db, admin, [{ content: '0' }], { file_name });
    const progress = { isDone: false };
    const writing = (async () => {
      for (let turn = 1; turn <= 20; turn += 1) {
        await addDocument(db, admin, [{ content: String(turn) }], { file_name });
      }
      progress.isDone = true;
    })();
    while (!progress.isDone) expect(await contents(document_id)).toHaveLength(1);
    await writing;
    expect(await contents(document_id)).toEqual(['20']);
  });

  test('is written to the audit log with what changed and why', async () => {
    const file_name = `${randomUUID()}.md`;
    const { document_id } = await addDocument(db, admin, [{ content: 'Old.' }], { file_name });
    await addDocument(db, admin, [{ content: 'New.' }, { content: 'Newer.' }], { file_name });
    expect(await auditOf(document_id)).toEqual([
      {
        actor_id: admin,
        action: 'admin_add_document',
        before: null,
        after: expect.objectContaining({ file_name, chunk_count: 1 }),
        reason: 'a test',
      },
      {
        actor_id: admin,
        action: 'admin_add_document',
        before: { content_hash: expect.any(String), chunk_count: 1 },
        after: { content_hash: expect.any(String), chunk_count: 2 },
        reason: 'a test',
      },
    ]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no title', { title: ' ' }, ['title']],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, ['title']],
    ['no file name', { file_name: null }, ['file_name']],
    ['another kind of file', { media_type: 'image/png' }, ['media_type']],
    ['no hash', { content_hash: 'abc' }, ['content_hash']],
    ['an unknown spelling of a language', { language: 'English' }, ['language']],
    ['two things wrong', { title: '', media_type: '' }, ['media_type', 'title']],
  ])('a document with %s is invalid_input', async (_, fields, wrong) => {
    const args = additionOf();
    const document = { ...(args.document as object), ...fields };
    const error = await db.refusal(add({ ...args, document }));
    expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    expect(Object.keys(JSON.parse(error.detail ?? '{}')).toSorted()).toEqual(wrong);
  });

  test('every field that is wrong is named at once, the reason among them', async () => {
    const args = additionOf([], { title: '' });
    const error = await db.refusal(add({ ...args, reason: ' ' }));
    const fields = Object.keys(JSON.parse(error.detail ?? '{}')).toSorted();
    expect(fields).toEqual(['chunks', 'reason', 'title']);
  });

  test.each<[string, unknown]>([
    ['no list', { content: 'x' }],
    ['an empty list', []],
    ['a list of 501', Array.from({ length: 501 }, () => ({ content: 'x' }))],
    ['a list of words', ['x']],
    ['blank content', [{ content: ' \n' }]],
    ['content of 8001 characters', [{ content: 'x'.repeat(8001) }]],
    ['a heading of 1001 characters', [{ content: 'x', heading: 'x'.repeat(1001) }]],
    ['an embedding of three numbers', [{ content: 'x', embedding: [1, 2, 3] }]],
  ])('chunks that are %s are invalid_input', async (_, chunks) => {
    const error = await db.refusal(add({ ...additionOf(), chunks }));
    expect(error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    expect(Object.keys(JSON.parse(error.detail ?? '{}'))).toEqual(['chunks']);
  });

  test('a refused addition leaves nothing', async () => {
    const counts = () =>
      db.owner`select (select count(*) from knowledge_documents) as documents,
        (select count(*) from knowledge_chunks) as chunks`;
    const before = await counts();
    await db.refusal(add({ ...additionOf([{ content: 'Unheard of.' }]), reason: ' ' }));
    expect(await counts()).toEqual(before);
  });
});

describe('removing', () => {
  test('takes the text away, keeps the row, and is written to the audit log', async () => {
    const { document_id } = await addDocument(db, admin, [{ content: 'Going.' }]);
    expect(await remove(document_id)).toEqual({ document_id, outcome: 'removed', chunk_count: 0 });
    expect(await contents(document_id)).toEqual([]);
    expect(await documentRow(document_id)).toMatchObject({
      is_active: false,
      chunk_count: 0,
      content_hash: null,
    });
    expect((await auditOf(document_id)).at(-1)).toMatchObject({
      actor_id: admin,
      before: { is_active: true, chunk_count: 1 },
      after: { is_active: false, chunk_count: 0, content_hash: null },
      reason: 'outdated',
    });
  });

  test('a second time changes nothing', async () => {
    const { document_id } = await addDocument(db, admin, [{ content: 'Going once.' }]);
    await remove(document_id);
    expect(await remove(document_id)).toMatchObject({ outcome: 'unchanged' });
    expect(await auditOf(document_id)).toHaveLength(2);
  });

  test('what was removed can be added again, and keeps its id', async () => {
    const args = additionOf([{ content: 'Back again.' }]);
    const { document_id } = await add(args);
    await remove(document_id);
    expect(await add(args)).toEqual({ document_id, outcome: 'added', chunk_count: 1 });
    expect(await contents(document_id)).toEqual(['Back again.']);
  });

  test('an unknown document is not_found', async () => {
    expect(await db.refusal(remove(randomUUID()))).toMatchObject({
      code: 'PT404',
      message: 'not_found',
    });
  });
});

describe('nobody but an admin', () => {
  test.each([
    ['support', () => support],
    ['a customer', () => user],
  ])('%s may neither add nor remove', async (_, caller) => {
    const { document_id } = await addDocument(db, admin, [{ content: `For ${caller()}.` }]);
    const refused = { code: 'PT403', message: 'not_allowed' };
    expect(await db.refusal(add(additionOf(), caller()))).toMatchObject(refused);
    expect(await db.refusal(remove(document_id, caller()))).toMatchObject(refused);
    expect(await contents(document_id)).toHaveLength(1);
  });

  test('the secret key adds nothing either', async () => {
    expect(await db.refusal(db.call('service', 'admin_add_document', additionOf()))).toMatchObject({
      code: '42501',
    });
  });

  test('support and admins read both tables, customers see neither', async () => {
    await addDocument(db, admin, [{ content: 'To be seen.' }]);
    for (const table of ['knowledge_documents', 'knowledge_chunks']) {
      const seen = async (id: string) => {
        const rows = await db.as({ user: id }, (sql) => sql.unsafe(`select from ${table}`));
        return rows.length > 0;
      };
      expect([await seen(admin), await seen(support), await seen(user)]).toEqual([
        true,
        true,
        false,
      ]);
    }
  });
});
