import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { loadStackEnv } from './stack/env.ts';
import { lockHolder } from './stack/lock.ts';
import { homePaths, REPOSITORY } from './stack/paths.ts';
import { describe } from './stack/problem.ts';

/* `npm run reset [-- --yes]`: deletes the data folder, so that the next start begins afresh. */

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Error('Nobody is there to confirm; say it with: npm run reset -- --yes');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

async function reset(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--yes' && arg !== '-y');
  if (unknown) throw new Error(`Unknown argument ${unknown}. Usage: npm run reset [-- --yes]`);
  const paths = homePaths(loadStackEnv(REPOSITORY).home);
  const holder = lockHolder(paths.lock);
  if (holder) throw new Error(`MindBot is running (pid ${holder.pid}). Stop it first (Ctrl-C).`);
  if (!existsSync(paths.home)) {
    console.log(`There is nothing to delete: ${paths.home} does not exist.`);
    return;
  }
  const content = readdirSync(paths.home);
  // MINDBOT_HOME may be mistyped; only a folder that the stack has made may go.
  if (content.length > 0 && !existsSync(paths.stamp)) {
    throw new Error(
      `${paths.home} is not a data folder of MindBot (no mindbot.json in it); left alone.`,
    );
  }
  console.log(`This deletes ${paths.home}: ${content.join(', ') || 'empty'}.`);
  console.log('Accounts, time cards, payments and keys of the local stack are gone after that.');
  if (args.length === 0 && !(await confirmed('Delete it?'))) {
    console.log('Nothing was deleted.');
    return;
  }
  rmSync(paths.home, { recursive: true, force: true });
  console.log('Deleted. The next `npm start` begins afresh.');
}

try {
  await reset(process.argv.slice(2));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
