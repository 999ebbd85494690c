import type { Sql } from 'postgres';

/** What a figure has to reach. */
export interface Goal {
  atLeast?: number;
  atMost?: number;
}

/** One measured ratio, of two things done in turn in one run. */
export interface Figure {
  name: string;
  /** Median over the rounds of the ratio within a round; no unit. */
  ratio: number;
  /** The smallest and the largest ratio of a round. */
  spread: [number, number];
  goal: Goal | null;
  /** The two things themselves, for people: what, with its unit. */
  detail: Record<string, string>;
}

/** What a part is given to work with. */
export interface Bench {
  /** Rounds that count; one more before them warms everything up. */
  rounds: number;
  /** Says what goes on, on standard error. */
  progress(words: string): void;
  /** A migrated, empty database of the part's own. */
  emptyDatabase(): Promise<BenchDatabase>;
  /** A database with a history of so many sessions and cards; made once and shared by the parts. */
  filledDatabase(sessions: number): Promise<BenchDatabase>;
}

export interface BenchDatabase {
  url: string;
  /** A connection of the owner. */
  owner: Sql;
  /** So many connections of their own, warm; closed with the benchmark. */
  connect(count: number): Promise<Sql[]>;
}

/** A file `bench/<name>.ts` exports one as `part`; it is run as `npm run bench -- <name>`. */
export interface Part {
  title: string;
  /** Why it cannot be measured here, if so: such as a stack that is not running. */
  missing?(): Promise<string | undefined>;
  measure(bench: Bench): Promise<Figure[]>;
}
