import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { createClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { askStatus } from '../../local/demo/address.ts';
import { demoAccounts, isLocalProject } from '../../seed/seed.ts';
import type { Database } from '../../supabase/functions/_shared/database.types.ts';
import type { Client } from './refusal.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Something that whoever runs the command can put right; its message says how. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';
}

const url = z.url({ protocol: /^https?$/, error: 'must begin with http:// or https://' });
const text = z.string().optional();
const variables = z.object({
  SUPABASE_URL: url.optional(),
  SUPABASE_PUBLISHABLE_KEY: text,
  MINDBOT_ADMIN_EMAIL: text,
  MINDBOT_ADMIN_PASSWORD: text,
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: url.optional(),
});

/** What the command was told by its environment. */
export interface KnowledgeEnv {
  project: { apiUrl: string; publishableKey: string } | undefined;
  email: string | undefined;
  password: string | undefined;
  openai: { apiKey: string; baseUrl: string | undefined } | undefined;
}

/** @throws {CommandProblem} naming every bad variable at once; an empty one counts as not given */
export function readKnowledgeEnv(source: Variables): KnowledgeEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value));
  const parsed = variables.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((i) => `${String(i.path[0])}: ${i.message}`);
  if (!given['SUPABASE_URL'] !== !given['SUPABASE_PUBLISHABLE_KEY']) {
    problems.push('SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY: both or neither');
  }
  if (!parsed.success || problems.length > 0) {
    throw new CommandProblem(`The environment is not usable:\n  ${problems.join('\n  ')}`);
  }
  const v = parsed.data;
  return {
    project:
      v.SUPABASE_URL && v.SUPABASE_PUBLISHABLE_KEY
        ? { apiUrl: v.SUPABASE_URL, publishableKey: v.SUPABASE_PUBLISHABLE_KEY }
        : undefined,
    email: v.MINDBOT_ADMIN_EMAIL,
    password: v.MINDBOT_ADMIN_PASSWORD,
    openai: v.OPENAI_API_KEY ? { apiKey: v.OPENAI_API_KEY, baseUrl: v.OPENAI_BASE_URL } : undefined,
  };
}

/** Asks on the terminal; what is typed is not shown if it is secret. */
async function ask(question: string, isSecret: boolean): Promise<string> {
  process.stderr.write(question);
  const output = isSecret
    ? new Writable({ write: (_chunk, _encoding, done) => done() })
    : process.stderr;
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    if (isSecret) process.stderr.write('\n');
  }
}

async function credentials(env: KnowledgeEnv, apiUrl: string) {
  if (env.email && env.password) return { email: env.email, password: env.password };
  const demo = demoAccounts.find(({ role }) => role === 'admin');
  if (demo && isLocalProject(apiUrl) && (!env.email || env.email === demo.email)) {
    return { email: demo.email, password: demo.password };
  }
  if (!process.stdin.isTTY) {
    throw new CommandProblem(
      'Who are you? Set MINDBOT_ADMIN_EMAIL and MINDBOT_ADMIN_PASSWORD, or run this in a terminal.',
    );
  }
  const email = env.email ?? (await ask(`Admin's e-mail at ${new URL(apiUrl).host}: `, false));
  return { email, password: env.password ?? (await ask('Password: ', true)) };
}

/**
 * Signs in as an admin of the project that the environment names, else of the running local stack, where the demo
 * admin will do.
 * @throws {CommandProblem} when there is no project, or it lets nobody in
 */
export async function signInAsAdmin(
  env: KnowledgeEnv,
): Promise<{ client: Client; apiUrl: string; email: string }> {
  const { apiUrl, publishableKey } = env.project ?? (await localProject());
  const client = createClient<Database>(apiUrl, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: true, detectSessionInUrl: false },
  });
  const { email, password } = await credentials(env, apiUrl);
  const { error } = await client.auth.signInWithPassword({ email, password });
  if (error) {
    throw new CommandProblem(`${email} was not signed in at ${apiUrl}: ${error.message}`);
  }
  return { client, apiUrl, email };
}

async function localProject(): Promise<{ apiUrl: string; publishableKey: string }> {
  try {
    const stack = await askStatus();
    return { apiUrl: stack.API_URL, publishableKey: stack.PUBLISHABLE_KEY };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandProblem(
      `${reason}\nFor another project, set SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY.`,
      { cause: error },
    );
  }
}
