import type { Figure, Goal } from './part.ts';

export interface PartReport {
  name: string;
  title: string;
  /** Why it was not measured. */
  missing: string | null;
  figures: Figure[];
}

/** Whether a figure reaches its goal; null when it has none. */
export function isReached({ ratio, goal }: Figure): boolean | null {
  if (goal === null) return null;
  return ratio >= (goal.atLeast ?? -Infinity) && ratio <= (goal.atMost ?? Infinity);
}

export function printJson(rounds: number, reports: PartReport[]): void {
  const parts = reports.map((report) => ({
    ...report,
    figures: report.figures.map((figure) => ({ ...figure, isReached: isReached(figure) })),
  }));
  console.log(JSON.stringify({ rounds, parts }, null, 2));
}

function words(goal: Goal | null): string {
  if (goal?.atLeast !== undefined) return `at least ${goal.atLeast}`;
  if (goal?.atMost !== undefined) return `at most ${Number(goal.atMost.toPrecision(3))}`;
  return '';
}

export function printTable(rounds: number, reports: PartReport[]): void {
  console.log(`Ratios, median of ${rounds} rounds (smallest to largest).`);
  for (const { name, title, missing, figures } of reports) {
    console.log(`\n${name}: ${title}`);
    if (missing !== null) console.log(`  not measured: ${missing}`);
    for (const figure of figures) {
      const verdict = { true: 'reached', false: 'MISSED', null: '' }[String(isReached(figure))];
      const [low, high] = figure.spread;
      console.log(
        `  ${figure.name.padEnd(52)} ${String(figure.ratio).padStart(7)} (${low} to ${high})`.padEnd(
          84,
        ),
        `${words(figure.goal).padEnd(16)} ${verdict}`,
      );
      const detail = Object.entries(figure.detail).map(([label, value]) => `${label} ${value}`);
      if (detail.length > 0) console.log(`      ${detail.join(' · ')}`);
    }
  }
}
