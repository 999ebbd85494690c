import { createHash, randomUUID } from 'node:crypto';
import type { TestDatabase } from '../support/database.ts';

/** A piece of a document as admin_add_document takes it. */
export interface Chunk {
  heading?: string;
  content: string;
  embedding?: number[];
}

/** What a document is called in these tests, and its text if it is of one piece. */
export interface TestDocument {
  file_name?: string;
  title?: string;
  language?: string;
  media_type?: string;
  content_hash?: string;
}

/** The arguments of admin_add_document for these chunks; what is not given is made up. */
export function additionOf(
  chunks: Chunk[] = [{ content: 'A sentence that nobody asks for.' }],
  fields: TestDocument = {},
): Record<string, unknown> {
  const name = fields.file_name ?? `${randomUUID()}.md`;
  const content_hash = createHash('sha256').update(JSON.stringify(chunks)).digest('hex');
  return {
    document: {
      title: name.replace(/\.\w+$/, ''),
      file_name: name,
      media_type: 'text/markdown',
      content_hash,
      ...fields,
    },
    chunks,
    reason: 'a test',
  };
}

/** Adds a document as an admin; answers what admin_add_document answers. */
export function addDocument(
  db: TestDatabase,
  admin: string,
  chunks?: Chunk[],
  fields?: TestDocument,
) {
  return db.call({ user: admin }, 'admin_add_document', additionOf(chunks, fields));
}
