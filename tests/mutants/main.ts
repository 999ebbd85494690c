/**
 * `npm run test:mutants`: seeds each fault into a copy of the migrations and runs the database's tests on it. Every fault
 * must be caught, else it ends with 1. MUTANTS picks those whose name or migration has that text.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { accessFaults } from './access-faults.ts';
import { adminFaults } from './admin-faults.ts';
import { chargingFaults } from './charging-faults.ts';
import { codeFaults } from './code-faults.ts';
import type { Fault } from './fault.ts';
import { misfit, seeded } from './fault.ts';
import { moneyFaults } from './money-faults.ts';
import { runTests, type Verdict } from './test-run.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const wanted = process.env.MUTANTS ?? '';
const atOnce = Math.max(1, Math.min(2, availableParallelism()));
const faults = [
  ...chargingFaults,
  ...moneyFaults,
  ...codeFaults,
  ...adminFaults,
  ...accessFaults,
].filter(({ name, migration }) => `${migration} ${name}`.includes(wanted));

/** Those of the reference model; all others are the database's. */
const modelFiles = ['boundaries'];

/** Runs test files by their names, in the projects that they belong to. */
function runFiles(files: readonly string[], workdir: string, workers = 1): Promise<Verdict> {
  const projectOf = (file: string) => (modelFiles.includes(file) ? 'model' : 'db');
  const projects = [...new Set(files.map(projectOf))];
  const paths = files.map((file) => `tests/${projectOf(file)}/${file}.test.ts`);
  return runTests(projects, paths, workdir, workers);
}

/** The likely tests first, then all of the database's, then random commands beside the reference model. */
async function hunt(fault: Fault): Promise<Verdict> {
  const { workdir, remove } = await seeded(fault);
  try {
    const likely = await runFiles(fault.likely, workdir);
    if (likely.status !== 'passed') return likely;
    const all = await runTests(['db'], [], workdir);
    if (all.status !== 'passed') return all;
    return await runTests(['model'], [], workdir);
  } finally {
    await remove();
  }
}

/** Takes one after another, so many at once. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** All the tests that are to catch something must pass without any fault, or their failing would say nothing. */
async function checkSoundness(): Promise<void> {
  const misfits = await Promise.all(
    faults.map(async (fault) => ({ fault, problem: await misfit(fault) })),
  );
  const wrong = misfits.filter(({ problem }) => problem !== null);
  for (const { fault, problem } of wrong) console.error(`${fault.name}: ${problem}`);
  if (wrong.length > 0)
    throw new Error(`${wrong.length} faults do not fit the migrations any more`);

  const files = [...new Set(faults.flatMap(({ likely }) => likely))];
  console.log(`Without a fault: ${files.length} test files …`);
  const sound = await runFiles(files, repository, atOnce);
  if (sound.status !== 'passed') {
    throw new Error(`the tests fail without any fault: ${JSON.stringify(sound)}`);
  }
}

async function main(): Promise<void> {
  if (faults.length === 0) throw new Error(`no fault has "${wanted}" in its name`);
  await checkSoundness();
  const results: { fault: Fault; result: Verdict }[] = [];
  await eachOf(faults, async (fault) => {
    const startedAt = Date.now();
    const result = await hunt(fault);
    results.push({ fault, result });
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`${results.length}/${faults.length} ${row(fault, result)} (${seconds} s)`);
  });

  console.log('\nfault → caught by');
  for (const fault of faults) {
    const found = results.find((one) => one.fault === fault);
    if (found) console.log(row(fault, found.result));
  }
  const caught = results.filter(({ result }) => result.status === 'failed').length;
  console.log(`\n${caught} of ${faults.length} faults are caught.`);
  if (caught < faults.length) process.exitCode = 1;
}

function row(fault: Fault, result: Verdict): string {
  if (result.status === 'failed') return `${fault.name} → ${result.test}`;
  if (result.status === 'passed') return `${fault.name} → NOT CAUGHT`;
  return `${fault.name} → NO TEST RAN: ${result.problem}`;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
