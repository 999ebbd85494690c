/**
 * `npm run bench [-- <part> …] [-- -o json]`: measures what the design promises, each part in a file of its own beside
 * this one. Ratios are of two things done in turn in one run, the median of at least seven rounds;
 * nothing here is a test.
 */
import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Figure, Part } from './harness/part.ts';
import { type PartReport, printJson, printTable } from './harness/report.ts';
import { type BenchServer, startBenchServer } from './harness/server.ts';

const rounds = 9;

/** The parts by name: every file beside this one. */
async function findParts(): Promise<Map<string, string>> {
  const files = await readdir(import.meta.dirname);
  const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').toSorted();
  return new Map(names.map((file) => [file.slice(0, -'.ts'.length), file]));
}

async function loadPart(file: string): Promise<Part> {
  const module = (await import(`./${file}`)) as { part: Part };
  return module.part;
}

function progress(words: string): void {
  process.stderr.write(`${words}\n`);
}

const { values, positionals } = parseArgs({
  options: { output: { type: 'string', short: 'o' } },
  allowPositionals: true,
});
const parts = await findParts();
const wanted = positionals.length > 0 ? positionals : [...parts.keys()];
const unknown = wanted.filter((name) => !parts.has(name));
if (unknown.length > 0 || (values.output !== undefined && values.output !== 'json')) {
  progress(`usage: npm run bench -- [${[...parts.keys()].join(' | ')}] … [-o json]`);
  process.exit(2);
}

let server: Promise<BenchServer> | undefined;
const theServer = (): Promise<BenchServer> => (server ??= startBenchServer(rounds, progress));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void (async () => {
      progress('stopping');
      await (await server)?.stop();
      process.exit(130);
    })();
  });
}

const reports: PartReport[] = [];
try {
  for (const name of wanted) {
    const part = await loadPart(parts.get(name) ?? '');
    const missing = await part.missing?.();
    let figures: Figure[] = [];
    if (missing === undefined) {
      progress(`${name}: ${part.title}`);
      figures = await part.measure((await theServer()).bench);
    }
    reports.push({ name, title: part.title, missing: missing ?? null, figures });
  }
} finally {
  await (await server)?.stop();
}
if (values.output === 'json') printJson(rounds, reports);
else printTable(rounds, reports);
process.exit(0);
