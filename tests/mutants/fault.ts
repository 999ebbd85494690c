/** A seeded fault: a small, realistic mistake in a migration that some test must catch. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Fault {
  /** The mistake in words. */
  name: string;
  /** The migration's name without its date: "1100_card_movements" for …1100_card_movements.sql. */
  migration: string;
  /** Occurs exactly once in it. */
  find: string;
  replace: string;
  /** The test files of tests/db/ or tests/model/ that most likely catch it, by name: they are run first. */
  likely: readonly string[];
}

const repository = fileURLToPath(new URL('../..', import.meta.url));
const day = '20261124';

function fileOf(fault: Fault): string {
  return `supabase/migrations/${day}00${fault.migration}.sql`;
}

/** Why a fault cannot be seeded any more, or null. */
export async function misfit(fault: Fault): Promise<string | null> {
  const text = await readFile(join(repository, fileOf(fault)), 'utf8').catch(() => null);
  if (text === null) return `${fileOf(fault)} does not exist`;
  const times = text.split(fault.find).length - 1;
  if (times !== 1) return `what it replaces occurs ${times} times in ${fileOf(fault)}`;
  return fault.find === fault.replace ? 'it changes nothing' : null;
}

/** A folder with a copy of supabase/ that has the fault, and what removes the folder. */
export async function seeded(
  fault: Fault,
): Promise<{ workdir: string; remove: () => Promise<void> }> {
  const workdir = await mkdtemp(join(tmpdir(), 'mindbot-mutant-'));
  for (const part of ['config.toml', 'migrations']) {
    await cp(join(repository, 'supabase', part), join(workdir, 'supabase', part), {
      recursive: true,
    });
  }
  const path = join(workdir, fileOf(fault));
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.split(fault.find).join(fault.replace));
  return { workdir, remove: () => rm(workdir, { recursive: true, force: true }) };
}
