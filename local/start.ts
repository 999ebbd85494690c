import { loadStackEnv } from './stack/env.ts';
import { homePaths, REPOSITORY } from './stack/paths.ts';
import { describe, Problem } from './stack/problem.ts';
import { Screen } from './stack/screen.ts';
import { Stack } from './stack/stack.ts';
import { summary } from './stack/summary.ts';

/* `npm start`: brings the local stack up and keeps it up until Ctrl-C, SIGTERM or SIGHUP. */

const screen = new Screen(process.stdout);
process.stderr.on('error', () => undefined);
const hurry = new AbortController();
/** Two signals so close together are one. */
const SAME_SIGNAL_MS = 400;
const PARENT_CHECK_MS = 300;
let firstSignalAt = 0;
let ending: Promise<void> | undefined;
let stack: Stack | undefined;

/** Brings everything down once; whoever asks later waits for the same. */
function end(exitCode: number, why: string): Promise<void> {
  process.exitCode ||= exitCode;
  ending ??= (async () => {
    screen.settle();
    const hasParts = stack?.hasParts ?? false;
    if (hasParts) screen.line(why);
    await stack?.down(hurry.signal);
    if (hasParts) screen.line('Stopped.');
  })().catch((error: unknown) => {
    console.error('Could not end everything:', error);
    process.exitCode = 1;
  });
  return ending.finally(() => process.exit());
}

function fail(error: unknown): Promise<void> {
  screen.settle();
  // A bug deserves its stack; what a person can act on is told plainly.
  if (error instanceof Problem) console.error(`\n${describe(error)}\n`);
  else console.error(error);
  return end(1, 'Bringing the rest down.');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) {
      // npm passes on the signal that the terminal has sent to everyone already.
      if (performance.now() - firstSignalAt < SAME_SIGNAL_MS) return;
      screen.line('Hurrying.');
      hurry.abort();
      return;
    }
    firstSignalAt = performance.now();
    void end(0, `\nStopping (${signal}): the worker first, the database last. Once more hurries.`);
  });
}

/*
 * `npm start` runs us under a shell, and npm passes SIGTERM on to the shell only, which dies of it. So,
 * under npm, a new parent means that we were told to stop.
 */
if (process.env['npm_lifecycle_event'] !== undefined) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && !ending) void end(0, '\nStopping: npm has ended.');
  }, PARENT_CHECK_MS).unref();
}

try {
  const env = loadStackEnv(REPOSITORY);
  const paths = homePaths(env.home);
  screen.line(`MindBot local stack, data in ${paths.home}\n`);
  stack = new Stack({
    env,
    paths,
    repository: REPOSITORY,
    screen,
    onFailure: (problem) => void fail(problem),
  });
  const { values, notes } = await stack.up();
  if (!ending) screen.line(summary(values, { elapsedSeconds: screen.elapsedSeconds, notes }));
} catch (error) {
  // A start that was called off fails in many places; that is no news.
  if (!ending) await fail(error);
}
