import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { z } from 'zod';
import { readFileIfThere, writeFileAtomic } from './files.ts';
import type { HomePaths } from './paths.ts';
import { describe, Problem } from './problem.ts';

/** Raised when older data folders can no longer be used as they are. */
const FORMAT = 1;
export const POSTGRES_MAJOR = 17;

const stampSchema = z.object({
  what: z.literal('MindBot local stack: data folder'),
  format: z.number(),
  postgres: z.number(),
  createdAt: z.string(),
  /** When the seed was first planted; until then every start tries it. */
  seededAt: z.string().nullable(),
});
export type Stamp = z.infer<typeof stampSchema>;

/** The stamp of a data folder; undefined when there is none that can be read. */
export function readStamp(paths: HomePaths): Stamp | undefined {
  const content = readFileIfThere(paths.stamp);
  if (content === undefined) return undefined;
  try {
    return stampSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

export function writeStamp(paths: HomePaths, stamp: Stamp): void {
  writeFileAtomic(paths.stamp, `${JSON.stringify(stamp, null, 2)}\n`);
}

/** @throws {Problem} when there is no such folder and it cannot be made */
export function makeHomeFolder(paths: HomePaths): void {
  try {
    // Postgres may run as another user, who must be able to walk through; the secrets inside are 0600.
    const isNew = mkdirSync(paths.home, { recursive: true, mode: 0o711 }) !== undefined;
    // The umask may have taken that right away.
    if (isNew) chmodSync(paths.home, 0o711);
  } catch (error) {
    throw new Problem(`Cannot make the data folder ${paths.home}: ${describe(error)}`);
  }
}

/**
 * Opens the data folder; an empty one gets its stamp. Nothing in it is ever deleted here.
 * @throws {Problem} when it is not ours, damaged, or of another version
 */
export function openHome(paths: HomePaths): Stamp {
  const stamp = readStamp(paths);
  if (stamp) {
    if (stamp.format !== FORMAT || stamp.postgres !== POSTGRES_MAJOR) {
      throw new Problem(
        `The data folder ${paths.home} was made by another version of MindBot ` +
          `(format ${stamp.format}, Postgres ${stamp.postgres}; this one needs format ${FORMAT}, Postgres ${POSTGRES_MAJOR}).\n` +
          'Delete it and start afresh with: npm run reset',
      );
    }
    checkPostgresFolder(paths);
    return stamp;
  }
  if (existsSync(paths.stamp)) {
    throw new Problem(
      `The data folder ${paths.home} is damaged: ${paths.stamp} cannot be read.\n` +
        'Delete it and start afresh with: npm run reset',
    );
  }
  const strangers = readdirSync(paths.home).filter((name) => !name.startsWith('lock'));
  if (strangers.length > 0) {
    throw new Problem(
      `${paths.home} is not empty and is not a data folder of MindBot (it holds ${strangers.slice(0, 3).join(', ')}).\n` +
        'Set MINDBOT_HOME to an empty or new folder.',
    );
  }
  const fresh: Stamp = {
    what: 'MindBot local stack: data folder',
    format: FORMAT,
    postgres: POSTGRES_MAJOR,
    createdAt: new Date().toISOString(),
    seededAt: null,
  };
  writeStamp(paths, fresh);
  return fresh;
}

/** The database folder is either not there yet or complete: it only gets its name when it is. */
function checkPostgresFolder(paths: HomePaths): void {
  if (!existsSync(paths.postgres)) return;
  const version = readFileIfThere(`${paths.postgres}/PG_VERSION`)?.trim();
  if (version === String(POSTGRES_MAJOR) && existsSync(`${paths.postgres}/global/pg_control`))
    return;
  throw new Problem(
    `The database in ${paths.postgres} is damaged` +
      `${version && version !== String(POSTGRES_MAJOR) ? ` or of another version (Postgres ${version})` : ''}.\n` +
      'Delete the data folder and start afresh with: npm run reset',
  );
}
