import { z } from 'zod';
import type { Retryable } from './resilience.ts';

/** OpenAI's model whose vectors the database keeps, 1536 numbers each. */
export const embeddingModel = 'text-embedding-3-small';
export const embeddingDimensions = 1536;

/** Texts to vectors, in their order. Rejects with an {@link EmbeddingError}. */
export type Embed = (texts: readonly string[], signal?: AbortSignal) => Promise<number[][]>;

/** OpenAI refused or did not answer; `status` is 0 when nothing came. Its message quotes no text. */
export class EmbeddingError extends Error implements Retryable {
  override readonly name = 'EmbeddingError';
  readonly code = 'embedding_failed';
  readonly status: number;
  readonly retryable: boolean;

  constructor(status: number, reason: string, cause?: unknown) {
    super(`OpenAI made no embeddings: ${reason}`, { cause });
    this.status = status;
    this.retryable = status === 0 || status === 408 || status === 429 || status >= 500;
  }
}

const answerSchema = z.object({
  data: z.array(
    z.object({
      index: z.number().int().nonnegative(),
      embedding: z.array(z.number()).length(embeddingDimensions),
    }),
  ),
});

export interface EmbedderOptions {
  apiKey: string;
  /** Of a compatible service, with its version: `https://api.openai.com/v1`. */
  baseUrl?: string | undefined;
  fetch?: typeof fetch;
}

/**
 * Asks for embeddings (platform.openai.com/docs/api-reference/embeddings). One request for all texts, no
 * retries: whoever calls it knows how long it may take.
 */
export function createEmbedder(options: EmbedderOptions): Embed {
  const address = `${(options.baseUrl || 'https://api.openai.com/v1').replace(/\/+$/, '')}/embeddings`;
  const ask = options.fetch ?? fetch;
  return async (texts, signal) => {
    let status = 0;
    let body: unknown;
    try {
      const response = await ask(address, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${options.apiKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          model: embeddingModel,
          input: texts,
          dimensions: embeddingDimensions,
          encoding_format: 'float',
        }),
        ...(signal ? { signal } : {}),
      });
      status = response.status;
      body = await response.json();
    } catch (error) {
      throw new EmbeddingError(status, status === 0 ? 'no answer' : `answer ${status}`, error);
    }
    if (status !== 200) throw new EmbeddingError(status, `refused with ${status}`);
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success || parsed.data.data.length !== texts.length) {
      throw new EmbeddingError(status, 'an answer of another shape');
    }
    return parsed.data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  };
}
