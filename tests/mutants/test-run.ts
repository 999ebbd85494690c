/** Runs tests of the repository in a process of their own and tells the first that failed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
/** Longer than the whole project takes on a slow machine; a run that is not over then has hung. */
const longestMs = 20 * 60_000;

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** `passed`; `failed` by a test; or `broken`: no test ran, or the run did not end. */
export type Verdict =
  | { status: 'passed' }
  | { status: 'failed'; test: string }
  | { status: 'broken'; problem: string };

/**
 * Runs the test files of projects of vitest.config.ts up to the first failure.
 * @param files parts of paths; none: all of them.
 * @param workdir whose supabase/ folder the databases are made of.
 * @param workers how many files run at once.
 */
export async function runTests(
  projects: readonly string[],
  files: readonly string[],
  workdir: string,
  workers = 1,
): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-mutant-report-'));
  const report = join(folder, 'report.json');
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--bail',
    '1',
    '--maxWorkers',
    String(workers),
  ];
  args.push('--reporter', 'json', '--outputFile', report, ...files);
  const output = await new Promise<string>((resolve) => {
    const env = { ...process.env, MINDBOT_TEST_WORKDIR: workdir, MODEL_SEQUENCES: '100' };
    execFile(
      process.execPath,
      [vitest, ...args],
      { cwd: repository, env, timeout: longestMs, maxBuffer: 64 * 2 ** 20 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    );
  });
  try {
    return verdict(await readFile(report, 'utf8'));
  } catch {
    return { status: 'broken', problem: output.slice(-2000) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function verdict(report: string): Verdict {
  const { testResults } = reportSchema.parse(JSON.parse(report));
  const files = testResults.map((one) => ({ ...one, file: basename(one.name, '.test.ts') }));
  for (const { file, assertionResults } of files) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) return { status: 'failed', test: `${file}: ${failed.fullName}` };
  }
  // A file can also fail as a whole, in what it sets up; after that, others are cut short without a message.
  for (const { file, status, message } of files) {
    if (status === 'failed' && message) return { status: 'failed', test: `${file}: ${message}` };
  }
  const hasRun = testResults.some(({ assertionResults }) =>
    assertionResults.some(({ status }) => status === 'passed'),
  );
  return hasRun ? { status: 'passed' } : { status: 'broken', problem: 'no test ran' };
}
