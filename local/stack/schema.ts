import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { z } from 'zod';
import { createDataApi } from '../gateway/data-api.ts';
import { readFileIfThere, writeFileAtomic } from './files.ts';
import type { Logs } from './logs.ts';
import { inheritedEnv } from './child-env.ts';
import type { HomePaths } from './paths.ts';
import { Problem } from './problem.ts';

const PUSH_WITHIN_MS = 120_000;

/**
 * What a Supabase project has before its first migration: the API roles and the `auth` schema.
 * Both are made only where missing, so every start may do it.
 */
export async function prepareDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const api = createDataApi({ databaseUrl: url, poolSize: 1 });
  try {
    await sql.unsafe(`
      do $$ begin
        if to_regrole('anon') is null then create role anon nologin noinherit; end if;
        if to_regrole('authenticated') is null then create role authenticated nologin noinherit; end if;
        if to_regrole('service_role') is null then create role service_role nologin noinherit bypassrls; end if;
      end $$;
      grant usage on schema public to anon, authenticated, service_role;`);
    await api.ensureSystemSchema();
    await sql.unsafe(`
      grant usage on schema auth to anon, authenticated, service_role;
      grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt()
        to anon, authenticated, service_role;`);
  } finally {
    await api.close();
    await sql.end({ timeout: 5 });
  }
}

/** A migration file: its version is the number before the first underscore, as the CLI has it. */
export interface Migration {
  readonly version: string;
  readonly file: string;
  readonly hash: string;
}

export function listMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d+_.*\.sql$/.test(file))
    .toSorted()
    .map((file) => ({
      version: file.slice(0, file.indexOf('_')),
      file,
      hash: createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    }));
}

async function appliedVersions(url: string): Promise<Set<string>> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const [table] =
      await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as there`;
    if (!table?.['there']) return new Set();
    const rows = await sql`select version from supabase_migrations.schema_migrations`;
    return new Set(rows.map((row) => String(row['version'])));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const hashes = z.record(z.string(), z.string());

function rememberedHashes(path: string): Record<string, string> {
  try {
    return hashes.parse(JSON.parse(readFileIfThere(path) ?? '{}'));
  } catch {
    return {};
  }
}

/** Migrations whose file is no longer what was applied: the database does not have their changes. */
export function changedSince(
  migrations: readonly Migration[],
  applied: ReadonlySet<string>,
  remembered: Readonly<Record<string, string>>,
): string[] {
  return migrations
    .filter(({ version, hash }) => {
      const then = remembered[version];
      return applied.has(version) && then !== undefined && then !== hash;
    })
    .map(({ file }) => file);
}

/**
 * Brings the database up to the migrations in `folder` with the Supabase CLI. When its table of applied
 * versions shows nothing to do, the CLI (about a second) is not started.
 * @returns what happened, in words, and warnings
 */
export async function applyMigrations(options: {
  url: string;
  repository: string;
  paths: HomePaths;
  logs: Logs;
  signal: AbortSignal;
}): Promise<{ summary: string; warnings: string[] }> {
  const migrations = listMigrations(join(options.repository, 'supabase', 'migrations'));
  const before = await appliedVersions(options.url);
  const remembered = rememberedHashes(options.paths.migrations);
  const changed = changedSince(migrations, before, remembered);
  const warnings =
    changed.length > 0
      ? [
          `Changed since they were applied: ${changed.slice(0, 3).join(', ')}` +
            `${changed.length > 3 ? ` and ${changed.length - 3} more` : ''}. ` +
            'The database still has the old ones; npm run reset makes a new one.',
        ]
      : [];
  const missing = migrations.filter(({ version }) => !before.has(version));
  const known = new Set(migrations.map(({ version }) => version));
  const unknown = [...before].filter((version) => !known.has(version));
  if (unknown.length > 0) {
    throw new Problem(
      `The database has migrations that this version of MindBot does not know (${unknown.slice(0, 3).join(', ')}).\n` +
        `Use the newer version, or delete ${options.paths.home} and start afresh with: npm run reset`,
    );
  }
  if (missing.length > 0) await push(options);
  const applied = missing.length > 0 ? await appliedVersions(options.url) : before;
  const kept = migrations
    .filter(({ version }) => applied.has(version))
    .map(({ version, hash }) => [
      version,
      before.has(version) ? (remembered[version] ?? hash) : hash,
    ]);
  writeFileAtomic(options.paths.migrations, JSON.stringify(Object.fromEntries(kept)));
  const summary =
    missing.length > 0 ? `${missing.length} applied` : `${applied.size} there, none to apply`;
  return { summary, warnings };
}

async function push(options: {
  url: string;
  repository: string;
  logs: Logs;
  signal: AbortSignal;
}): Promise<void> {
  const log = options.logs.open('migrations', { fresh: true });
  const cli = join(options.repository, 'node_modules', '.bin', 'supabase');
  // A command line can be read by everybody on the machine, the environment by its owner only.
  const remote = new URL(options.url);
  const { password } = remote;
  remote.password = '';
  const child = spawn(cli, ['db', 'push', `--remote=${remote}`, '--yes', '--include-all'], {
    cwd: options.repository,
    env: {
      ...inheritedEnv(process.env),
      PGPASSWORD: password,
      SUPABASE_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', log, log],
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(PUSH_WITHIN_MS)]),
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) {
    const words = options.logs.tail('migrations', 20).map((line) => `\n    ${line}`);
    throw new Problem(
      `The migrations could not be applied (supabase db push, exit code ${code}):${words.join('')}`,
    );
  }
}
