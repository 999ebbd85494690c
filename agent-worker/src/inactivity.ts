import type { Clock } from './clock.ts';

/** How long the customer has to answer when asked whether they are still there. */
const ANSWER_SECONDS = 20;

export interface InactivityOptions {
  clock: Clock;
  timeoutSeconds: number;
  onAsk(): void;
  onGone(): void;
}

/** Watches for a customer who has neither spoken nor typed: asks once, then gives them up. */
export class InactivityWatch {
  readonly #options: InactivityOptions;
  #cancel: () => void = () => {};

  constructor(options: InactivityOptions) {
    this.#options = options;
    this.touch();
  }

  /** The customer has spoken or typed. */
  touch(): void {
    const { clock, onAsk, onGone, timeoutSeconds } = this.#options;
    this.#cancel();
    this.#cancel = clock.after(timeoutSeconds * 1000, () => {
      this.#cancel = clock.after(ANSWER_SECONDS * 1000, onGone);
      onAsk();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
