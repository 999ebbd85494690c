import type { Double } from './double.ts';
import { newId } from './ids.ts';
import type { Store } from './store.ts';

/** What Stripe does by itself, some time after the call that led to it. */
export type StepKind =
  | 'dispute_opens'
  | 'dispute_is_decided'
  | 'refund_fails'
  | 'refund_succeeds'
  | 'refund_reaches_the_bank';

/** One such step, kept over a restart. `at`: when, in ms since 1970. */
export interface Step {
  id: string;
  kind: StepKind;
  /** The charge, dispute or refund it is about. */
  object_id: string;
  at: number;
}

export type Steps = Record<StepKind, (double: Double, id: string) => void>;

/** The most steps that one `runAll` takes: a step may lead to another, and none leads on for ever. */
const maxSteps = 10_000;

/** Does each step when its time has come, the earliest first. */
export class Later {
  /** How long each step from now on waits, in ms. */
  delayMs: number;
  readonly #store: Store;
  readonly #nowMs: () => number;
  readonly #run: (step: Step) => void;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: {
    store: Store;
    nowMs: () => number;
    delayMs: number;
    run: (step: Step) => void;
  }) {
    this.#store = options.store;
    this.#nowMs = options.nowMs;
    this.#run = options.run;
    this.delayMs = options.delayMs;
  }

  add(kind: StepKind, objectId: string): void {
    const id = newId('step_');
    this.#store.put('steps', id, {
      id,
      kind,
      object_id: objectId,
      at: this.#nowMs() + this.delayMs,
    });
    this.#wait();
  }

  /** Goes on with what an earlier run left. */
  start(): void {
    this.#wait();
  }

  /** Does at once all that is waiting, and what follows from it. */
  runAll(): void {
    for (let done = 0; done < maxSteps; done += 1) {
      const step = this.#next();
      if (step === undefined) break;
      this.#take(step);
    }
    // The timer was for a step that is done now.
    this.#wait();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #next(): Step | undefined {
    const steps = [...this.#store.all('steps').values()];
    return steps.toSorted((a, b) => a.at - b.at)[0];
  }

  #take(step: Step): void {
    this.#store.delete('steps', step.id);
    this.#run(step);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (this.#isClosed || next === undefined) return;
    const ms = Math.max(0, next.at - this.#nowMs());
    this.#timer = setTimeout(() => {
      if (next.at <= this.#nowMs()) this.#take(next);
      this.#wait();
    }, ms);
  }
}
