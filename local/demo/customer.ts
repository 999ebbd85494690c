import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../../supabase/functions/_shared/database.types.ts';
import type { StackAddress } from './address.ts';

export type Client = SupabaseClient<Database>;

/** A client that nobody is signed in to; with the secret key: the operator's. */
export function connect(stack: StackAddress, key = stack.PUBLISHABLE_KEY): Client {
  return createClient<Database>(stack.API_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** The data of an answer of supabase-js; its error is thrown, in the words for people that the API gave. */
export async function must<T>(
  answer: PromiseLike<{ data: T; error: unknown }>,
): Promise<NonNullable<T>> {
  const { data, error } = await answer;
  if (error || data === null || data === undefined) throw await toError(error);
  return data;
}

async function toError(error: unknown): Promise<Error> {
  // A refusal of an Edge Function keeps its body in `context`.
  if (error instanceof Error && 'context' in error && error.context instanceof Response) {
    return new Error(await error.context.text(), { cause: error });
  }
  if (typeof error === 'object' && error !== null && 'message' in error) {
    return new Error(JSON.stringify(error), { cause: error });
  }
  return new Error('the answer was empty', { cause: error });
}

/** Asks again, a few times a second, until the answer satisfies; throws with what was awaited. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
