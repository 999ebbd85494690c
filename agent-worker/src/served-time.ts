import type { Clock } from './clock.ts';

/** The stop-watch of a call: how long it was served, and how long it could not be. */
export class ServedTime {
  readonly #clock: Clock;
  #startedMs: number | null = null;
  #endedMs: number | null = null;
  #initialMs = 0;
  /** What had been served when the watch last began to run, and since when it runs; null: it stands. */
  #baseMs = 0;
  #runsSinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param servedMs what an earlier worker of the same call has served */
  start(servedMs: number): void {
    this.#startedMs = this.#clock.now();
    this.#initialMs = servedMs;
    this.#baseMs = servedMs;
    this.#runsSinceMs = this.#startedMs;
  }

  /** Milliseconds served up to a moment since the watch last began to run; now, if not told. */
  servedMs(atMs = this.#clock.now()): number {
    if (this.#runsSinceMs === null) return this.#baseMs;
    return this.#baseMs + Math.max(0, atMs - this.#runsSinceMs);
  }

  /** Milliseconds since the start that were not served. */
  unservedMs(): number {
    if (this.#startedMs === null) return 0;
    const openMs = (this.#endedMs ?? this.#clock.now()) - this.#startedMs;
    return Math.max(0, openMs - (this.servedMs() - this.#initialMs));
  }

  /** Stands still, as of a moment that may be past. */
  stop(sinceMs: number): void {
    this.#baseMs = this.servedMs(sinceMs);
    this.#runsSinceMs = null;
  }

  run(): void {
    this.#runsSinceMs ??= this.#clock.now();
  }

  /** Counts time as served that had been left out, at most all of it. */
  charge(ms: number): void {
    this.#baseMs += Math.min(ms, this.unservedMs());
  }

  /** Nothing is counted any more. */
  close(): void {
    this.#endedMs ??= this.#clock.now();
  }
}
