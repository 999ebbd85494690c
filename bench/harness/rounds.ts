import type { Figure, Goal } from './part.ts';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

/** Milliseconds that the work takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A thing that is measured: does its work for one round and answers milliseconds for one unit of it. */
export type Contender = () => Promise<number>;

/**
 * Measures contenders in turn, round after round, in alternating order, so that what else the machine
 * does meets all of them. The first round does not count.
 * @returns per contender its milliseconds, round by round
 */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Record<Name, Contender>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const milliseconds = await contenders[name]();
      if (round > 0) samples[name].push(milliseconds);
    }
  }
  return samples;
}

/** The ratio of two contenders, round by round: of their times, or of their throughputs. */
export function compare(
  name: string,
  of: 'time' | 'throughput',
  measured: readonly number[],
  yardstick: readonly number[],
  goal: Goal | null,
  labels: [string, string],
): Figure {
  const ratios = measured.map((value, round) => {
    const other = yardstick[round] ?? Number.NaN;
    return of === 'time' ? value / other : other / value;
  });
  return {
    name,
    ratio: rounded(median(ratios)),
    spread: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    goal,
    detail: {
      [labels[0]]: `${rounded(median(measured))} ms`,
      [labels[1]]: `${rounded(median(yardstick))} ms`,
    },
  };
}

const rounded = (value: number): number => Number(value.toPrecision(3));
