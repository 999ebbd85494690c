/** Time as the worker sees it, so that tests can own it. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Calls `fn` once after `ms`; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** `performance.now()` does not jump when the wall clock is set. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    // Node rounds delays down and counts from the start of its loop, so a timer can be early.
    const timer = setTimeout(fn, Math.ceil(ms) + 1);
    return () => clearTimeout(timer);
  },
};

const TICK_MS = 500;
/** A process that did nothing for so long was not slow: it was stopped, or its machine slept. */
const FROZEN_FROM_MS = 3_000;

/**
 * Leaves out the time in which this process could not serve anybody, so that nobody pays for it.
 * Time stands still meanwhile: what was to happen after so many milliseconds happens so much later.
 */
export class AwakeClock implements Clock {
  readonly #source: Clock;
  #seenAtMs: number;
  #lostMs = 0;

  constructor(source: Clock) {
    this.#source = source;
    this.#seenAtMs = source.now();
    this.#tick();
  }

  now(): number {
    const now = this.#source.now();
    const gapMs = now - this.#seenAtMs;
    if (gapMs >= FROZEN_FROM_MS) this.#lostMs += gapMs - TICK_MS;
    this.#seenAtMs = now;
    return now - this.#lostMs;
  }

  after(ms: number, fn: () => void): () => void {
    const dueMs = this.now() + ms;
    let cancel = () => {};
    const arm = (leftMs: number) => {
      cancel = this.#source.after(leftMs, () => {
        const stillMs = dueMs - this.now();
        if (stillMs > 0) arm(stillMs);
        else fn();
      });
    };
    arm(ms);
    return () => cancel();
  }

  #tick(): void {
    this.#source.after(TICK_MS, () => {
      this.now();
      this.#tick();
    });
  }
}

/** Settles with `promise`, or with `undefined` after `ms`, whichever is first. Never rejects. */
export async function settledWithin<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(ms, () => late.resolve(undefined));
  const quiet = promise.catch(() => undefined);
  try {
    return await Promise.race([quiet, late.promise]);
  } finally {
    cancel();
  }
}
