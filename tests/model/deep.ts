/**
 * `npm run test:deep`: as the project `model` of `npm test`, but 10,000 sequences (MODEL_SEQUENCES) from a fresh seed
 * (MODEL_SEED plays one again). Ends with 1 when the database and the model parted anywhere.
 */
import { startDatabaseServer } from '../support/database-server.ts';
import { campaign, describeFinding, numberFrom, type Tally } from './campaign.ts';

const progressEveryMs = 10_000;
const wanted = numberFrom('MODEL_SEQUENCES', 10_000);
const seed = numberFrom('MODEL_SEED', Math.floor(Date.now() / 1000));
const workers = numberFrom('MODEL_WORKERS', 2);

const startedAt = Date.now();
let toldAt = startedAt;

function tell(tally: Tally): void {
  if (Date.now() - toldAt < progressEveryMs) return;
  toldAt = Date.now();
  const seconds = Math.round((toldAt - startedAt) / 1000);
  console.log(`${seconds} s: ${counts(tally)}`);
}

function counts({ sequences, commands, findings }: Tally): string {
  return `${sequences} of ${wanted} sequences, ${commands} commands, ${findings.length} divergences`;
}

console.log(`MODEL_SEED=${seed}`);
const server = await startDatabaseServer();
process.once('SIGINT', () => {
  void server.stop().finally(() => process.exit(130));
});
try {
  const tally = await campaign({
    serverUrl: server.url,
    sequences: wanted,
    seed,
    workers,
    onProgress: tell,
  });
  for (const finding of tally.findings) console.log(`\n${describeFinding(finding)}`);
  console.log(`${counts(tally)} (MODEL_SEED=${seed})`);
  if (tally.findings.length > 0) process.exitCode = 1;
} finally {
  await server.stop();
}
