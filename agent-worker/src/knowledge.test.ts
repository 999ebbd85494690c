import { expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { createKnowledge } from './knowledge.ts';
import {
  createEmbedder,
  type Embed,
  embeddingDimensions,
  EmbeddingError,
} from './knowledge-embeddings.ts';

const vector = Array<number>(embeddingDimensions).fill(0.01);
const passage = { title: 'T', heading: 'T', source: 't.md', content: 'c', score: 0.01 };

function knowledge(options: {
  isUsed?: boolean | Error;
  embed?: (texts: readonly string[]) => Promise<number[][]>;
}) {
  const call = vi.fn<(name: string, args: Record<string, unknown>) => unknown>((name) => {
    if (name === 'agent_search_knowledge') return [passage];
    if (options.isUsed instanceof Error) throw options.isUsed;
    return { is_available: true, is_used: options.isUsed ?? false };
  });
  const embed = options.embed ? vi.fn<Embed>(options.embed) : null;
  const rpc = {
    call: async <T>(name: string, args: Record<string, unknown>, answer: z.ZodType<T>) =>
      answer.parse(call(name, args)),
  };
  const warn = vi.fn<(attributes: object, message: string) => void>();
  return { search: createKnowledge({ rpc, embed, log: { warn } }), call, embed, warn };
}

function searched(call: ReturnType<typeof knowledge>['call']) {
  return call.mock.calls.flatMap(([name, args]) =>
    name === 'agent_search_knowledge' ? [args] : [],
  );
}

it('asks by words alone where there is no key', async () => {
  const { search, call } = knowledge({});
  expect(await search(' refunds ')).toEqual([passage]);
  expect(call.mock.calls).toEqual([
    ['agent_search_knowledge', { query: 'refunds', embedding: null, max_results: 4 }],
  ]);
});

it('sends the vector of a question where the knowledge base has vectors, and asks that once', async () => {
  const { search, call, embed } = knowledge({ isUsed: true, embed: async () => [vector] });
  await search('refunds');
  await search('gifts');
  expect(searched(call).map((args) => args['embedding'])).toEqual([vector, vector]);
  expect(call.mock.calls.filter(([name]) => name === 'agent_knowledge_vectors')).toHaveLength(1);
  expect(embed?.mock.calls.map(([texts]) => texts)).toEqual([['refunds'], ['gifts']]);
});

it('pays for no vector where the knowledge base has none', async () => {
  const { search, call, embed } = knowledge({ isUsed: false, embed: async () => [vector] });
  await search('refunds');
  expect(embed).not.toHaveBeenCalled();
  expect(searched(call)).toHaveLength(1);
});

it('looks up the words when the vector cannot be had', async () => {
  const { search, call, warn } = knowledge({
    isUsed: true,
    embed: async () => {
      throw new EmbeddingError(429, 'refused with 429');
    },
  });
  expect(await search('refunds')).toEqual([passage]);
  expect(searched(call)).toMatchObject([{ embedding: null }]);
  expect(JSON.stringify(warn.mock.calls)).not.toContain('refunds');
});

it('looks up the words when it is not known whether there are vectors', async () => {
  const { search, call } = knowledge({ isUsed: new Error('no'), embed: async () => [vector] });
  expect(await search('refunds')).toEqual([passage]);
  expect(searched(call)).toMatchObject([{ embedding: null }]);
});

it('sends what Postgres can take, and nothing for nothing', async () => {
  const { search, call } = knowledge({});
  await search(`a\0b \ud83d ${'x'.repeat(5_000)}`);
  expect(await search(' \0 ')).toEqual([]);
  const [args] = searched(call);
  const query = String(args?.['query']);
  expect(searched(call)).toHaveLength(1);
  expect(query).toHaveLength(1_000);
  expect(query).toMatch(/^a b \ufffd x/);
});

function answering(status: number, body: unknown) {
  const ask = vi.fn<typeof fetch>(async () => Response.json(body, { status }));
  return { ask, embed: createEmbedder({ apiKey: 'sk-1', fetch: ask }) };
}

it('asks OpenAI for vectors of the size that the database keeps, in the order of the texts', async () => {
  const other = vector.map(() => 0.5);
  const { ask, embed } = answering(200, {
    data: [
      { index: 1, embedding: other },
      { index: 0, embedding: vector },
    ],
  });
  expect(await embed(['a', 'b'])).toEqual([vector, other]);
  expect(ask.mock.calls[0]?.[0]).toBe('https://api.openai.com/v1/embeddings');
  expect(JSON.parse(String(ask.mock.calls[0]?.[1]?.body))).toEqual({
    model: 'text-embedding-3-small',
    input: ['a', 'b'],
    dimensions: 1536,
    encoding_format: 'float',
  });
});

it.each([
  ['a refused key', 401, {}, false],
  ['too many requests', 429, {}, true],
  ['a broken service', 500, {}, true],
  ['vectors of another size', 200, { data: [{ index: 0, embedding: [1] }] }, false],
  ['fewer vectors than texts', 200, { data: [] }, false],
])('tells %s apart', async (_, status, body, retryable) => {
  const { embed } = answering(status, body);
  await expect(embed(['a'])).rejects.toMatchObject({ name: 'EmbeddingError', status, retryable });
});

it('a service that does not answer may be asked again', async () => {
  const embed = createEmbedder({
    apiKey: 'sk-1',
    baseUrl: 'http://127.0.0.1:1/v1/',
    fetch: () => Promise.reject(new TypeError('fetch failed')),
  });
  await expect(embed(['a'])).rejects.toMatchObject({ status: 0, retryable: true });
});
