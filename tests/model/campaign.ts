/** Plays many sequences that fast-check makes, and tells where the database and the model part. */
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { type Command, sequences } from './commands.ts';
import { type Divergence, Game } from './game.ts';
import { smallest } from './smallest.ts';

/** At most so many commands in a sequence; at least half of it. */
const length = 40;
/** So many sequences are made from one seed; the next ones from the seed after it. */
const perSeed = 50;
/** After so many divergences there is something to mend before more are worth looking for. */
const enough = 5;

export interface Finding {
  seed: number;
  commands: readonly Command[];
  divergence: Divergence;
}

export interface Tally {
  sequences: number;
  commands: number;
  findings: Finding[];
}

/**
 * Plays so many sequences in as many databases at once as there are workers.
 * @param seed of the first sequences; the same seed makes the same sequences.
 */
export async function campaign(options: {
  serverUrl: string;
  sequences: number;
  seed: number;
  workers: number;
  onProgress?: (tally: Tally) => void;
}): Promise<Tally> {
  const tally: Tally = { sequences: 0, commands: 0, findings: [] };
  const rounds = Array.from({ length: Math.ceil(options.sequences / perSeed) }, (_, index) => ({
    seed: options.seed + index,
    runs: Math.min(perSeed, options.sequences - index * perSeed),
  }));
  const worker = async () => {
    const game = await Game.open(options.serverUrl);
    try {
      for (let round = rounds.shift(); round; round = rounds.shift()) {
        await playRound(game, round, tally, () => options.onProgress?.(tally));
        if (tally.findings.length >= enough) break;
      }
    } finally {
      await game.close();
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  return tally;
}

async function playRound(
  game: Game,
  round: { seed: number; runs: number },
  tally: Tally,
  onProgress: () => void,
): Promise<void> {
  const property = fc.asyncProperty(sequences(length), async (commands) => {
    const divergence = await game.sequence(commands);
    tally.sequences += 1;
    tally.commands += commands.length;
    onProgress();
    return divergence === null;
  });
  const { counterexample } = await fc.check(property, {
    seed: round.seed,
    numRuns: round.runs,
    endOnFailure: true,
  });
  if (!counterexample) return;
  tally.findings.push({ seed: round.seed, ...(await reduce(game, counterexample[0])) });
}

/** The shortest sequence that parts at the same kind of command in the same way. */
async function reduce(game: Game, whole: readonly Command[]): Promise<Omit<Finding, 'seed'>> {
  const first = await game.sequence(whole);
  const isSame = (other: Divergence | null) =>
    other !== null && other.what === first?.what && other.after.op === first.after.op;
  const commands = await smallest(whole, async (some) => isSame(await game.sequence(some)));
  const divergence = await game.sequence(commands);
  if (!divergence) throw new Error('a divergence that does not repeat: something is left over');
  return { commands, divergence };
}

/** A finding as people read it: what to do, and where the two part. */
export function describeFinding({ seed, commands, divergence }: Finding): string {
  const { what, model, database } = divergence;
  const show = (value: unknown) => inspect(value, { depth: 9, breakLength: 120 });
  return [
    `The ${what} differs (seed ${seed}) after`,
    ...commands.map((command) => `  ${JSON.stringify(command)}`),
    `by the model: ${show(model)}`,
    `by the database: ${show(database)}`,
  ].join('\n');
}

/** The number in an environment variable, or what is said instead. */
export function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`${name} must be a whole number`);
  return number;
}
