import { z } from 'zod';
import type { Embed } from './knowledge-embeddings.ts';
import type { SessionRpc } from './session-rpc.ts';
import { storableText } from './storable.ts';

const passage = z.object({
  title: z.string(),
  /** From the title down: `Refunds › How to ask for one`. */
  heading: z.string(),
  /** The name of the file. */
  source: z.string(),
  content: z.string(),
  score: z.number(),
});

const vectors = z.object({ is_available: z.boolean(), is_used: z.boolean() });

/** A piece of a document that may answer a question. */
export type Passage = z.infer<typeof passage>;

/** Looks a question up. Rejects with a BillingError when the database does not answer. */
export type SearchKnowledge = (question: string) => Promise<Passage[]>;

export interface KnowledgeOptions {
  rpc: SessionRpc;
  /** Turns questions into vectors; null where there is no key for it. */
  embed: Embed | null;
  log: { warn(attributes: object, message: string): void };
}

/** So many passages are read to the language model: the best one alone may lack the exception to the rule. */
const MAX_PASSAGES = 4;
const MAX_QUESTION_CHARACTERS = 1_000;
/** The customer waits for it; without it the words still find something. */
const EMBEDDING_LIMIT_MS = 1_500;

function asText(question: string): string {
  return storableText(question.slice(0, MAX_QUESTION_CHARACTERS)).trim();
}

/** The knowledge base as the agent of one session may use it. */
export function createKnowledge({ rpc, embed, log }: KnowledgeOptions): SearchKnowledge {
  let wanted: Promise<boolean> | null = null;

  /** Asked once in a call, and only where a vector could be had. */
  function wantsVectors(): Promise<boolean> {
    if (!embed) return Promise.resolve(false);
    wanted ??= rpc
      .call('agent_knowledge_vectors', {}, vectors)
      .then(({ is_used }) => is_used)
      .catch((error: unknown) => {
        wanted = null;
        log.warn({ error }, 'not known whether the knowledge base has vectors');
        return false;
      });
    return wanted;
  }

  async function vectorOf(text: string): Promise<number[] | null> {
    if (!embed || !(await wantsVectors())) return null;
    try {
      const [vector] = await embed([text], AbortSignal.timeout(EMBEDDING_LIMIT_MS));
      return vector ?? null;
    } catch (error) {
      log.warn({ error }, 'question has no embedding, it is looked up by its words');
      return null;
    }
  }

  return async (question) => {
    const query = asText(question);
    if (query === '') return [];
    return rpc.call(
      'agent_search_knowledge',
      { query, embedding: await vectorOf(query), max_results: MAX_PASSAGES },
      z.array(passage),
    );
  };
}
