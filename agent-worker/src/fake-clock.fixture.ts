import type { Clock } from './clock.ts';

const TURNS_OF_THE_LOOP = 5;

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; fn: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Time goes by while the process is stopped: what became due fires with the next {@link advance}. */
  freeze(ms: number): void {
    this.#now += ms;
  }

  /** Moves on, firing what is due in its order; promises settle between the timers. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until);
      const next = due.toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await settle();
    }
    this.#now = until;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_OF_THE_LOOP; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
