import { expect, inject, test } from 'vitest';
import { campaign, describeFinding, numberFrom } from './campaign.ts';

/** MODEL_SEED plays others; the sequences of one seed are always the same. */
const seed = numberFrom('MODEL_SEED', 20_261_124);
const sequences = numberFrom('MODEL_SEQUENCES', 240);

test('the database and the reference model agree after every command', async () => {
  const tally = await campaign({
    serverUrl: inject('databaseServerUrl'),
    sequences,
    seed,
    workers: 2,
  });
  console.log(`${tally.sequences} sequences, ${tally.commands} commands, MODEL_SEED=${seed}`);
  expect(tally.findings.map(describeFinding).join('\n\n')).toBe('');
}, 300_000);
