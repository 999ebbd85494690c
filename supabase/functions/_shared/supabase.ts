import { createClient } from '@supabase/supabase-js';
import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import type { Database } from './database.types.ts';
import { ok } from './errors.ts';
import type { Result } from './errors.ts';

export type Db = SupabaseClient<Database>;

type Rpcs = Database['public']['Functions'];

/** The argument names of a database function; what they may hold, null included, is the database's to judge. */
type RpcArgs<Name extends keyof Rpcs> = { [Key in keyof Rpcs[Name]['Args']]: unknown };

const TIMEOUT_MS = 15_000;

/**
 * A client without a session of its own: what it may do is what the key may do, or, given the access token of a
 * user, what that user may do.
 */
export function createDb(url: string, key: string, accessToken?: string): Db {
  return createClient<Database>(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      ...(accessToken !== undefined && { headers: { authorization: `Bearer ${accessToken}` } }),
      fetch: (input, init) =>
        fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS) }),
    },
  });
}

/**
 * Postgres takes no NUL and no half of a surrogate pair, also inside of JSON. What a payer or a caller wrote comes in
 * what vendors tell, and must not keep it from being stored.
 */
function storable(args: object): object {
  const json = JSON.stringify(args, (_key, each: unknown) =>
    typeof each === 'string' ? each.replaceAll('\0', '\ufffd').toWellFormed() : each,
  );
  return JSON.parse(json) as object;
}

/**
 * Calls a database function and parses its answer.
 *
 * An error of the catalogue (sqlstate `PTnnn`) comes back as a failure with the database's own status, code,
 * details and hint. Everything else (unreachable, unknown function, a broken answer) is a bug or an outage.
 * @throws Error on anything that is not in the catalogue
 */
export async function callRpc<Name extends keyof Rpcs, T>(
  db: Db,
  name: Name,
  args: RpcArgs<Name>,
  schema: z.ZodType<T>,
): Promise<Result<T>> {
  const { data, error } = await db.rpc(name, storable(args) as never);
  if (!error) {
    const parsed = schema.safeParse(data as unknown);
    if (parsed.success) return ok(parsed.data);
    throw new Error(`rpc ${name} answered another shape: ${z.prettifyError(parsed.error)}`);
  }
  const status = /^PT([45]\d\d)$/.exec(error.code)?.[1];
  if (status === undefined) {
    throw new Error(`rpc ${name} failed: ${error.code || 'unreachable'} ${error.message}`);
  }
  return {
    data: null,
    error: {
      status: Number(status),
      code: error.message,
      details: jsonObject(error.details as unknown),
      hint: error.hint || null,
      headers: {},
    },
  };
}

// Postgres carries the context as text; callers of functions get it as the object that it is.
function jsonObject(detail: unknown): unknown {
  if (typeof detail !== 'string') return detail ?? null;
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
