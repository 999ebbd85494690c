import type { Clock } from './clock.ts';

/** Named one-shot timers: setting a name again replaces its timer. */
export class CallTimer {
  readonly #clock: Clock;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A delay that is already over fires as soon as possible. */
  set(name: string, ms: number, fn: () => void): void {
    this.cancel(name);
    const cancel = this.#clock.after(Math.max(0, ms), () => {
      this.#cancels.delete(name);
      fn();
    });
    this.#cancels.set(name, cancel);
  }

  cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clear(): void {
    for (const name of this.#cancels.keys()) this.cancel(name);
  }
}
