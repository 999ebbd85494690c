/**
 * Fills a project with what the business needs to run: price list, agent types, first settings, and, on a
 * local project, demo accounts and demo knowledge. Speaks to the API with supabase-js, so it works on every
 * kind of project, any number of times: what is there already stays as it is.
 */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import agentPrompts from './agent-prompts.json' with { type: 'json' };
import agentTypes from './agent-types.json' with { type: 'json' };
import { plantKnowledge } from './demo-knowledge.ts';
import packages from './packages.json' with { type: 'json' };

export interface SeedOptions {
  apiUrl: string;
  publishableKey: string;
  secretKey: string;
  /** Allows a project that is not on this machine; such a project gets no demo accounts. */
  allowRemote?: boolean;
  /** Values for the row of settings; applied by the first seed only, after that the row rules. */
  settings?: Record<string, number>;
  /** E-mail addresses of accounts that become admins, if they have signed up. */
  adminEmails?: string[];
  log?: (line: string) => void;
}

export const demoAccounts = [
  { email: 'demo@mindbot.local', password: 'Demo1234', fullName: 'Demo User', role: null },
  { email: 'admin@mindbot.local', password: 'Admin1234', fullName: 'Demo Admin', role: 'admin' },
] as const;

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a project is on this machine. */
export function isLocalProject(apiUrl: string): boolean {
  return loopbackHosts.has(new URL(apiUrl).hostname);
}

/** Seeds the project; throws with what failed. */
export async function seed(options: SeedOptions): Promise<void> {
  const log = options.log ?? (() => {});
  const isLocal = isLocalProject(options.apiUrl);
  if (!isLocal && !options.allowRemote) {
    throw new Error(
      `${options.apiUrl} is not a local project. Set SEED_ALLOW_REMOTE=yes to seed it all the same.`,
    );
  }
  const operator = client(options.apiUrl, options.secretKey);

  const { count } = await must(
    operator.from('packages').select('id', { count: 'exact', head: true }),
  );
  await keepExisting(operator, 'packages', packages);
  await keepExisting(operator, 'agent_types', agentTypes);
  await keepExisting(operator, 'agent_prompts', agentPrompts, 'agent_type_id');
  log(`price list: ${packages.length} packages, ${agentTypes.length} agent types`);

  const isFirstSeed = count === 0;
  if (isFirstSeed && options.settings && Object.keys(options.settings).length > 0) {
    await must(operator.from('settings').update(options.settings).eq('id', true));
    log(`settings: ${Object.keys(options.settings).join(', ')} from the environment`);
  }

  const adminEmails = new Set(options.adminEmails?.map((email) => email.toLowerCase()));
  if (isLocal) {
    for (const account of demoAccounts) {
      await signUp(client(options.apiUrl, options.publishableKey), account);
      if (account.role) adminEmails.add(account.email);
    }
    log(`demo accounts: ${demoAccounts.map(({ email }) => email).join(', ')}`);
  }
  for (const email of adminEmails) await makeAdmin(operator, email, log);
  // Documents are added by an admin, like any other; only a local project has one whose password is known.
  if (isLocal) await plantAsDemoAdmin(client(options.apiUrl, options.publishableKey), log);
}

async function plantAsDemoAdmin(visitor: SupabaseClient, log: (line: string) => void) {
  const [, { email, password }] = demoAccounts;
  const { error } = await visitor.auth.signInWithPassword({ email, password });
  if (error) {
    log('demo knowledge: left as it is, the demo admin has another password');
    return;
  }
  const planted = await plantKnowledge(visitor);
  log(`demo knowledge: ${planted === 0 ? 'there already' : `${planted} documents`}`);
}

function client(url: string, key: string): SupabaseClient {
  return createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

async function keepExisting(
  operator: SupabaseClient,
  table: string,
  rows: object[],
  onConflict = 'id',
) {
  await must(operator.from(table).upsert(rows, { onConflict, ignoreDuplicates: true }));
}

async function signUp(visitor: SupabaseClient, account: (typeof demoAccounts)[number]) {
  const { error } = await visitor.auth.signUp({
    email: account.email,
    password: account.password,
    options: { data: { full_name: account.fullName } },
  });
  if (error && error.code !== 'user_already_exists') throw error;
}

async function makeAdmin(operator: SupabaseClient, email: string, log: (line: string) => void) {
  const { data } = await must(
    operator.from('profiles').select('id').eq('email', email).maybeSingle(),
  );
  const profile = z.object({ id: z.string() }).nullable().parse(data);
  if (!profile) {
    log(`admin ${email}: has not signed up yet, run the seed again afterwards`);
    return;
  }
  await must(
    operator
      .from('admins')
      .upsert(
        { user_id: profile.id, role: 'admin' },
        { onConflict: 'user_id', ignoreDuplicates: true },
      ),
  );
}

async function must<T extends { error: { message: string } | null }>(
  answer: PromiseLike<T>,
): Promise<T> {
  const result = await answer;
  if (result.error) throw new Error(`seeding failed: ${result.error.message}`);
  return result;
}
