import { loadStackEnv } from './stack/env.ts';
import { lockHolder } from './stack/lock.ts';
import { homePaths, REPOSITORY } from './stack/paths.ts';
import { describe } from './stack/problem.ts';
import { httpProbe } from './stack/probes.ts';
import { readRunFile } from './stack/run-file.ts';
import { formatEnv, formatJson, outputFormat } from './stack/status-format.ts';

/* `npm run --silent status [-- -o json]`: where the running stack is and which keys it takes. */

/** @returns what to print; throws when the stack is not up, saying why in one line. */
async function status(args: readonly string[]): Promise<string> {
  const format = outputFormat(args);
  if (!format) throw new Error('Usage: npm run --silent status [-- -o env|json]');
  const paths = homePaths(loadStackEnv(REPOSITORY).home);
  const holder = lockHolder(paths.lock);
  if (!holder) throw new Error(`MindBot is not running (${paths.home}). Start it with: npm start`);
  const run = readRunFile(paths.run);
  if (run?.pid !== holder.pid) {
    throw new Error(`MindBot is still starting, or stopping (pid ${holder.pid}, ${paths.home}).`);
  }
  const url = run.values['API_URL'] ?? '';
  if (!(await httpProbe(`${url}/health`)())) {
    throw new Error(
      `MindBot is running (pid ${holder.pid}) but ${url} does not answer; see ${paths.logs}.`,
    );
  }
  return format === 'json' ? formatJson(run.values) : formatEnv(run.values);
}

try {
  console.log(await status(process.argv.slice(2)));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
