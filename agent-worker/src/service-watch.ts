import { CallTimer } from './call-timer.ts';
import type { Clock } from './clock.ts';
import type { MeteredCall } from './metered-call.ts';

/** An answer that takes no longer is an ordinary one. */
const PATIENCE_MS = 4_000;
/** An answer that has not come by then is not coming. */
const ANSWER_LIMIT_MS = 30_000;
/** A customer who does not try again for so long after a failure is not waiting for an answer. */
const TRY_AGAIN_WITHIN_MS = 20_000;
/** So many failures without an answer in between, and the call ends. */
const ANSWERS_MISSED_LIMIT = 3;
/** When speech has failed, whether it works again is tried after so long, then it is given up. */
const SPEAK_AGAIN_AFTER_MS = [2_000, 5_000] as const;
/** Recognition that is down for a moment comes back before anybody notices. */
const DEAF_PATIENCE_MS = 3_000;
/** Over a whole call, so that nobody can provoke free time without end. */
const UNSERVED_LIMIT_MS = 300_000;

export type ServiceFailure = 'cannot_answer' | 'cannot_hear' | 'cannot_speak';

export interface ServiceWatchOptions {
  clock: Clock;
  meter: Pick<MeteredCall, 'doubt' | 'pause' | 'resume'>;
  /**
   * The customer gets no answer, so something else must be said. When speech had failed, it is a while
   * later, to see whether it works again.
   */
  onApologize(failed: 'llm' | 'tts'): void;
  /** The call cannot go on. */
  onGiveUp(failure: ServiceFailure): void;
}

/**
 * Nobody pays for time in which the service could not answer. From the end of the customer's turn (or
 * the start of the call) an answer is awaited. When it fails, or takes longer than 4 s, the clock stands
 * as of the end of that turn, until an answer is heard or the call ends.
 *
 * Bounded, so that free time cannot be provoked: the clock runs again 20 s after a failure when the
 * customer does not try again, and in any case after 5 minutes of a call; the third failure in a row ends
 * the call. Whoever takes the floor again while waiting pays for that time.
 */
export class ServiceWatch {
  readonly #options: ServiceWatchOptions;
  readonly #timers: CallTimer;
  /** Since when an answer is awaited; null: none is. */
  #awaitedSinceMs: number | null = null;
  /** Since when the clock stands for want of an answer; null: it does not. */
  #unservedSinceMs: number | null = null;
  #unservedBeforeMs = 0;
  #hasFailed = false;
  #isDeaf = false;
  #missed = 0;
  #voiceFailed = 0;
  #isApologizing = false;
  #isOver = false;

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
    this.#timers = new CallTimer(options.clock);
  }

  /** Whether the clock stands for want of an answer. */
  get isUnserved(): boolean {
    return this.#unservedSinceMs !== null;
  }

  /** The customer's turn is over (or the call has begun), and it is on the agent to speak. */
  awaitAnswer(sinceMs = this.#options.clock.now()): void {
    if (this.#isOver) return;
    this.#timers.set('limit', ANSWER_LIMIT_MS, () => this.failed('llm'));
    this.#awaitedSinceMs = sinceMs;
    this.#hasFailed = false;
    this.#isApologizing = false;
    for (const name of ['try again', 'speak again']) this.#timers.cancel(name);
    if (this.isUnserved) return;
    this.#options.meter.doubt('no_answer', sinceMs);
    const leftMs = PATIENCE_MS - (this.#options.clock.now() - sinceMs);
    this.#timers.set('patience', leftMs, () => this.#stopCharging());
  }

  /** The agent began to speak. */
  spoke(): void {
    this.#voiceFailed = 0;
    if (this.#isApologizing) {
      // Speech works; an answer is still missing.
      this.#isApologizing = false;
      return;
    }
    this.#missed = 0;
    this.#settle();
  }

  /** The turn is over without an answer and without a failure, or the customer goes on speaking. */
  released(): void {
    if (this.#awaitedSinceMs === null || this.#hasFailed) return;
    this.#settle();
  }

  /** What the agent had to say, or the apology for an earlier failure, could not be thought or spoken. */
  failed(vendor: 'llm' | 'tts'): void {
    if (this.#isOver) return;
    if (vendor === 'tts' && this.#isApologizing) {
      this.#isApologizing = false;
      this.#voiceFailedAgain();
      return;
    }
    if (this.#hasFailed) return;
    this.#awaitedSinceMs ??= this.#options.clock.now();
    this.#hasFailed = true;
    this.#stopCharging();
    this.#timers.cancel('limit');
    if (vendor === 'tts') return this.#voiceFailedAgain();
    this.#missed += 1;
    if (this.#missed >= ANSWERS_MISSED_LIMIT) return this.#giveUp('cannot_answer');
    this.#apologize('llm');
  }

  /** Recognition lost its connection; it tries to get it back. */
  hearingLost(): void {
    if (this.#isDeaf) return;
    this.#isDeaf = true;
    const { clock, meter } = this.#options;
    const sinceMs = clock.now();
    meter.doubt('deaf', sinceMs);
    this.#timers.set('deaf', DEAF_PATIENCE_MS, () => meter.pause('deaf', sinceMs));
  }

  hearingBack(): void {
    this.#isDeaf = false;
    this.#timers.cancel('deaf');
    this.#options.meter.resume('deaf');
  }

  /** Recognition has given up. */
  hearingFailed(): void {
    if (this.#isOver) return;
    if (!this.#isDeaf) this.hearingLost();
    this.#giveUp('cannot_hear');
  }

  /** A goodbye is being said: nothing that fails now counts. The clock stays as it is. */
  stop(): void {
    this.#isOver = true;
    this.#timers.clear();
  }

  /** The goodbye was taken back. */
  goOn(): void {
    this.#isOver = false;
    this.#settle();
  }

  #apologize(failed: 'llm' | 'tts'): void {
    this.#timers.set('try again', TRY_AGAIN_WITHIN_MS, () => this.#settle());
    this.#isApologizing = true;
    this.#options.onApologize(failed);
  }

  #voiceFailedAgain(): void {
    this.#timers.cancel('try again');
    const waitMs = SPEAK_AGAIN_AFTER_MS[this.#voiceFailed];
    this.#voiceFailed += 1;
    if (waitMs === undefined) return this.#giveUp('cannot_speak');
    this.#timers.set('speak again', waitMs, () => this.#apologize('tts'));
  }

  #giveUp(failure: ServiceFailure): void {
    this.stop();
    this.#options.onGiveUp(failure);
  }

  #stopCharging(): void {
    this.#timers.cancel('patience');
    const sinceMs = this.#awaitedSinceMs;
    if (sinceMs === null || this.isUnserved) return;
    const leftMs = UNSERVED_LIMIT_MS - this.#unservedBeforeMs;
    if (leftMs <= 0) {
      this.#options.meter.resume('no_answer');
      return;
    }
    this.#unservedSinceMs = sinceMs;
    this.#options.meter.pause('no_answer', sinceMs);
    const waitedMs = this.#options.clock.now() - sinceMs;
    this.#timers.set('unserved limit', leftMs - waitedMs, () => this.#chargeAgain());
  }

  #chargeAgain(): void {
    this.#timers.cancel('unserved limit');
    if (this.#unservedSinceMs !== null) {
      this.#unservedBeforeMs += this.#options.clock.now() - this.#unservedSinceMs;
      this.#unservedSinceMs = null;
    }
    this.#options.meter.resume('no_answer');
  }

  #settle(): void {
    this.#awaitedSinceMs = null;
    this.#hasFailed = false;
    this.#isApologizing = false;
    for (const name of ['patience', 'limit', 'try again', 'speak again']) this.#timers.cancel(name);
    this.#chargeAgain();
  }
}
