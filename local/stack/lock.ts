import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { readFileIfThere } from './files.ts';
import { processBirth } from './processes.ts';
import { hasCode, Problem } from './problem.ts';

const lockSchema = z.object({ pid: z.number(), birth: z.string() });
export type Lock = z.infer<typeof lockSchema>;

/** The supervisor that holds the data folder, or undefined when none that lives does. */
export function lockHolder(path: string): Lock | undefined {
  const content = readFileIfThere(path);
  if (content === undefined) return undefined;
  try {
    const lock = lockSchema.parse(JSON.parse(content));
    return processBirth(lock.pid) === lock.birth ? lock : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes the data folder for this process.
 * @returns a function that gives it back
 * @throws {Problem} when another supervisor that lives has it
 */
export function takeLock(path: string, busy: (holder: Lock) => string): () => void {
  const mine: Lock = { pid: process.pid, birth: processBirth(process.pid) ?? '' };
  const content = JSON.stringify(mine);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // A link appears with its content, so nobody ever sees a lock without its holder.
    const draft = `${path}.draft.${process.pid}`;
    writeFileSync(draft, content, { mode: 0o600 });
    try {
      linkSync(draft, path);
      return () => {
        if (readFileIfThere(path) === content) rmSync(path, { force: true });
      };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = lockHolder(path);
    if (holder) throw new Problem(busy(holder));
    // Renaming lets only one of several late starters clear away a dead supervisor's lock.
    const aside = `${path}.stale.${process.pid}`;
    try {
      renameSync(path, aside);
      rmSync(aside, { force: true });
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  throw new Problem(`Cannot take the lock ${path}: others keep taking it. Try again.`);
}
