import { loadStackEnv, type StackEnv } from './stack/env.ts';
import { lockHolder } from './stack/lock.ts';
import { homePaths, REPOSITORY } from './stack/paths.ts';
import { describe } from './stack/problem.ts';
import { readRunFile } from './stack/run-file.ts';
import { seedTarget } from './stack/seed-target.ts';
import { seedProject, seedStack } from './stack/seeding.ts';

/* `npm run seed`: plants the seed once more into the stack that is running, or into another project. */

async function plant(env: StackEnv, log: (line: string) => void): Promise<void> {
  // Only from the process's own environment: a file would redirect every later seed without a word.
  const target = seedTarget(process.env);
  if (target) {
    log(`project: ${target.apiUrl}`);
    return seedProject(env, target, log);
  }
  const paths = homePaths(env.home);
  const run = readRunFile(paths.run);
  if (!run || !lockHolder(paths.lock)) {
    throw new Error(`MindBot is not running (${paths.home}). Start it with: npm start`);
  }
  return seedStack(env, run.values, log);
}

try {
  await plant(loadStackEnv(REPOSITORY), (line) => console.log(line));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
