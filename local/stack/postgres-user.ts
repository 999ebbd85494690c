import { execFileSync, spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { userInfo } from 'node:os';
import { Problem } from './problem.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Stands for the user `postgres` where there is none yet: someone without rights of their own. */
const NOBODY: SystemUser = { uid: 65_534, gid: 65_534 };

/** The system user `postgres`, whom `initdb` makes where there is none. */
function systemUserPostgres(): SystemUser | undefined {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(
        execFileSync('id', [flag, 'postgres'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ),
    );
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

/** Postgres refuses to run as root; then it runs as the system user `postgres`. */
export function postgresUser(): SystemUser | undefined {
  return userInfo().uid === 0 ? systemUserPostgres() : undefined;
}

/** The outermost folder above the path, or the path itself, that the user may not enter. */
export function firstImpassable(path: string, user: SystemUser): string | undefined {
  const folders: string[] = [];
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    folders.push(folder);
  // Asked of the system itself, as that user, because access lists count too.
  return folders
    .toReversed()
    .find(
      (folder) =>
        spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { ...user, cwd: '/' }).status !== 0,
    );
}

/**
 * Makes sure that Postgres gets through to its programs and its data. As root, who often works below a
 * folder that is closed to all others, it does not run as ourselves.
 * @throws {Problem} naming the closed folder and what to do
 */
export function requirePostgresAccess(paths: readonly string[]): void {
  if (userInfo().uid !== 0) return;
  const user = systemUserPostgres() ?? NOBODY;
  for (const path of paths) {
    const closed = firstImpassable(path, user);
    if (closed === undefined) continue;
    throw new Problem(
      `Postgres refuses to run as root, so it runs as the user postgres, who may not enter ${closed},\n` +
        `where it needs ${path}.\n` +
        'Do one of these: move the repository to a folder that others may enter (/srv, /opt, /tmp);\n' +
        `start as an ordinary user who owns the repository; or let others pass: chmod o+x ${closed}`,
    );
  }
}
