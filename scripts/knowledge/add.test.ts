import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type Embed,
  embeddingDimensions,
  EmbeddingError,
} from '../../agent-worker/src/knowledge-embeddings.ts';
import { addFile } from './add.ts';
import type { Client } from './refusal.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindbot-add-'));
  path = join(folder, 'many.md');
  const sections = Array.from({ length: 70 }, (_, index) => `## Part ${index}\nText ${index}.\n`);
  await writeFile(path, `# Many\n${sections.join('\n')}`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const vector = Array<number>(embeddingDimensions).fill(0.1);
const vectors: Embed = async (texts) => texts.map(() => vector);

/** A database that keeps what it is sent; `bare` chunks without vectors are there of the same content, or none is. */
function database(options: { error?: object; bare?: number } = {}) {
  const sent = vi.fn<(name: string, args: { document: object; chunks: object[] }) => void>();
  const answer = (result: object) => {
    const query = {
      select: () => query,
      eq: () => query,
      is: () => Promise.resolve(result),
      maybeSingle: () => Promise.resolve(result),
    };
    return query;
  };
  const client = {
    rpc: async (name: string, args: { document: object; chunks: object[] }) => {
      sent(name, args);
      if (options.error) return { data: null, error: options.error };
      return { data: { outcome: 'added', chunk_count: args.chunks.length }, error: null };
    },
    from: (table: string) =>
      table === 'knowledge_documents'
        ? answer({ data: options.bare === undefined ? null : { id: 'x' } })
        : answer({ count: options.bare }),
  };
  return { client: client as unknown as Client, sent };
}

function add(client: Client, embed: Embed | null) {
  return addFile(path, { client, embed, language: 'en', reason: 'a test' });
}

it('sends a document with its chunks and why it comes', async () => {
  const { client, sent } = database();
  expect(await add(client, null)).toEqual({ outcome: 'added', chunkCount: 70 });
  expect(sent.mock.calls[0]).toEqual([
    'admin_add_document',
    {
      document: {
        title: 'Many',
        file_name: 'many.md',
        media_type: 'text/markdown',
        content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        language: 'en',
      },
      chunks: expect.arrayContaining([{ heading: 'Many › Part 7', content: 'Text 7.' }]),
      reason: 'a test',
    },
  ]);
});

it('asks for vectors of the heading and the text, 64 at a time', async () => {
  const { client, sent } = database();
  const embed = vi.fn<Embed>(vectors);
  await add(client, embed);
  expect(embed.mock.calls.map(([texts]) => texts.length)).toEqual([64, 6]);
  expect(embed.mock.calls[1]?.[0][5]).toBe('Many › Part 69\n\nText 69.');
  expect(sent.mock.calls[0]?.[1].chunks).toHaveLength(70);
  expect(sent.mock.calls[0]?.[1].chunks.every((chunk) => 'embedding' in chunk)).toBe(true);
});

it('buys no vectors for what has them already, and does for what lacks them', async () => {
  const embed = vi.fn<Embed>(vectors);
  await add(database({ bare: 0 }).client, embed);
  expect(embed).not.toHaveBeenCalled();
  await add(database({ bare: 70 }).client, embed);
  expect(embed).toHaveBeenCalledTimes(2);
});

it('asks for vectors again when that may help, and not when it cannot', async () => {
  const busy = vi.fn<Embed>(vectors).mockRejectedValueOnce(new EmbeddingError(429, 'busy'));
  await expect(add(database().client, busy)).resolves.toMatchObject({ outcome: 'added' });
  expect(busy).toHaveBeenCalledTimes(3);

  const refused = vi.fn<Embed>().mockRejectedValue(new EmbeddingError(401, 'refused with 401'));
  const { client, sent } = database();
  await expect(add(client, refused)).rejects.toThrow('refused with 401');
  expect(refused).toHaveBeenCalledTimes(1);
  expect(sent).not.toHaveBeenCalled();
});

it('tells the refusal of the database in its own words', async () => {
  const { client } = database({
    error: { code: 'PT403', message: 'not_allowed', hint: 'Only an admin may do this.' },
  });
  await expect(add(client, null)).rejects.toThrow('was refused: Only an admin may do this.');
});
