import { createDb } from '../supabase.ts';
import type { Db } from '../supabase.ts';
import { startServer } from './server.ts';
import type { Answer } from './server.ts';

export const USER_ID = '6f1c2f80-0000-4000-8000-000000000001';

export type Rpc = (args: Record<string, unknown>) => Answer | Promise<Answer>;

export interface FakeSupabase {
  url: string;
  db: Db;
  /** Database functions by name; tests set those that they need. */
  rpcs: Record<string, Rpc>;
  /** Answer to a select, by table. */
  tables: Record<string, Answer>;
  /** Names of the database functions called, in order. */
  calls: string[];
  /** A token that Auth accepts. */
  userToken: string;
  close: () => Promise<void>;
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token as Supabase Auth issues it on projects with a shared secret; nothing but its shape is real. */
export function makeToken(claims: Record<string, unknown>): string {
  return `${segment({ alg: 'HS256', typ: 'JWT' })}.${segment(claims)}.c2lnbmF0dXJl`;
}

export function claimsOf(userId: string, lifetimeSeconds = 3600): Record<string, unknown> {
  return {
    sub: userId,
    role: 'authenticated',
    aud: 'authenticated',
    exp: Math.floor(Date.now() / 1000) + lifetimeSeconds,
  };
}

/** What PostgREST answers when a database function raises an error of the catalogue. */
export function raised(status: number, code: string, detail: object = {}): Answer {
  return {
    status,
    body: {
      code: `PT${status}`,
      message: code,
      details: JSON.stringify(detail),
      hint: 'A sentence for people.',
    },
  };
}

/** The Data API and Auth in so far as functions use them, for the real supabase-js. */
export async function startFakeSupabase(): Promise<FakeSupabase> {
  const userToken = makeToken(claimsOf(USER_ID));
  const rpcs: Record<string, Rpc> = {};
  const tables: Record<string, Answer> = {};
  const calls: string[] = [];
  const server = await startServer(async ({ path, headers, body }) => {
    const { pathname } = new URL(path, 'http://local');
    if (pathname === '/auth/v1/user') {
      return headers.authorization === `Bearer ${userToken}`
        ? { body: { id: USER_ID, aud: 'authenticated', role: 'authenticated' } }
        : { status: 403, body: { code: 403, error_code: 'bad_jwt', msg: 'invalid JWT' } };
    }
    const rpc = /^\/rest\/v1\/rpc\/(\w+)$/.exec(pathname)?.[1];
    if (rpc !== undefined && rpcs[rpc]) {
      calls.push(rpc);
      return rpcs[rpc](JSON.parse(body));
    }
    const table = /^\/rest\/v1\/(\w+)$/.exec(pathname)?.[1];
    return (
      (table === undefined ? undefined : tables[table]) ?? {
        status: 404,
        body: { code: 'PGRST202', message: `no ${pathname}`, details: null, hint: null },
      }
    );
  });
  const db = createDb(server.url, 'sb_secret_test');
  return { url: server.url, db, rpcs, tables, calls, userToken, close: server.close };
}
