import type { Clock } from './clock.ts';
import { settledWithin } from './clock.ts';

/** An answer takes milliseconds; whoever asks how old the last one is waits so long for a new one. */
const ANSWERS_WITHIN_MS = 600;

export interface EchoOptions {
  clock: Clock;
  /** Asks the other side for a sign of life; true when one came. */
  ask(): Promise<boolean>;
}

/** How long somebody has been out of reach who sends nothing by themselves. */
export class Echo {
  readonly #options: EchoOptions;
  #question: Promise<void> | null = null;
  /** When they last answered; before that, when they were first asked. */
  #sinceMs: number | null = null;

  constructor(options: EchoOptions) {
    this.#options = options;
  }

  /** Asks, one question at a time. */
  async ageMs(): Promise<number> {
    const { clock } = this.#options;
    this.#sinceMs ??= clock.now();
    this.#question ??= this.#askOnce().finally(() => (this.#question = null));
    await settledWithin(clock, ANSWERS_WITHIN_MS, this.#question);
    return clock.now() - (this.#sinceMs ?? clock.now());
  }

  /** The age of the last answer counts for nothing any more. */
  forget(): void {
    this.#sinceMs = null;
  }

  async #askOnce(): Promise<void> {
    const { ask, clock } = this.#options;
    if (await ask()) this.#sinceMs = clock.now();
  }
}
