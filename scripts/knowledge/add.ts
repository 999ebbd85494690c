import { setTimeout as delay } from 'node:timers/promises';
import { type Embed, EmbeddingError } from '../../agent-worker/src/knowledge-embeddings.ts';
import type { TextChunk } from './chunks.ts';
import { FileProblem } from './limits.ts';
import { type Client, refusalWords } from './refusal.ts';
import { type KnowledgeDocument, readDocument } from './read-document.ts';

/** What became of a document. */
export interface Addition {
  outcome: 'added' | 'replaced' | 'unchanged';
  chunkCount: number;
}

export interface AddOptions {
  client: Client;
  /** Null where the database keeps no vectors, or there is no key to make them. */
  embed: Embed | null;
  /** ISO 639 code. */
  language: string;
  /** Goes to the audit log. */
  reason: string;
  onProgress?: (words: string) => void;
}

const textsPerRequest = 64;
const attempts = 4;
const requestLimitMs = 60_000;

async function embedPatiently(embed: Embed, texts: string[]): Promise<number[][]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await embed(texts, AbortSignal.timeout(requestLimitMs));
    } catch (error) {
      const mayPass = error instanceof EmbeddingError && error.retryable;
      if (!mayPass || attempt === attempts) throw error;
      await delay(500 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

async function withEmbeddings(chunks: readonly TextChunk[], options: AddOptions) {
  const { embed, onProgress } = options;
  if (!embed) return chunks;
  const vectors: number[][] = [];
  for (let at = 0; at < chunks.length; at += textsPerRequest) {
    onProgress?.(`vectors ${at} of ${chunks.length}`);
    const part = chunks.slice(at, at + textsPerRequest);
    const texts = part.map(({ heading, content }) => `${heading}\n\n${content}`);
    vectors.push(...(await embedPatiently(embed, texts)));
  }
  return chunks.map((chunk, index) => ({ ...chunk, embedding: vectors[index] ?? [] }));
}

/** @throws {FileProblem} with the refusal of the database, in its words */
async function send(document: KnowledgeDocument, options: AddOptions): Promise<Addition> {
  const { title, fileName, mediaType, contentHash, chunks } = document;
  const answer = await options.client.rpc('admin_add_document', {
    document: {
      title,
      file_name: fileName,
      media_type: mediaType,
      content_hash: contentHash,
      language: options.language,
    },
    chunks: (await withEmbeddings(chunks, options)) as never,
    reason: options.reason,
  });
  if (answer.error) {
    throw new FileProblem(`was refused: ${refusalWords(answer.error)}`);
  }
  const { outcome, chunk_count } = answer.data;
  if (outcome !== 'added' && outcome !== 'replaced' && outcome !== 'unchanged') {
    throw new FileProblem(`got an unknown answer: ${String(outcome)}`);
  }
  return { outcome, chunkCount: chunk_count ?? 0 };
}

/** Whether the database has this content with vectors already: then none are bought again. */
async function isEmbedded(document: KnowledgeDocument, options: AddOptions): Promise<boolean> {
  const { data } = await options.client
    .from('knowledge_documents')
    .select('id')
    .eq('content_hash', document.contentHash)
    .eq('language', options.language)
    .maybeSingle();
  if (!data) return false;
  const { count } = await options.client
    .from('knowledge_chunks')
    .select('id', { count: 'exact', head: true })
    .eq('document_id', data.id)
    // The types are made where there is no pgvector, and no such column.
    .is('embedding' as never, null);
  return count === 0;
}

/**
 * Reads a file and puts it into the knowledge base.
 * @throws {FileProblem} saying what is wrong with it, to be put behind its name
 */
export async function addFile(path: string, options: AddOptions): Promise<Addition> {
  options.onProgress?.('reading');
  const document = await readDocument(path);
  options.onProgress?.(`${document.chunks.length} chunks`);
  const isPaidFor = options.embed !== null && (await isEmbedded(document, options));
  return send(document, isPaidFor ? { ...options, embed: null } : options);
}
