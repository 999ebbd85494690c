import type { voice } from '@livekit/agents';
import { goodbye, goodbyeWithdrawn } from './agents/lines.ts';
import { settledWithin } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logging.ts';
import type { GoodbyeCause } from './metered-call.ts';

/** A warning waits so long for a pause in the conversation. */
const WAIT_FOR_PAUSE_MS = 8_000;
/** Interrupting is done when the framework says so; it must not eat the time of the goodbye. */
const INTERRUPT_LIMIT_MS = 700;

/** What is said besides the conversation itself. A failure to speak never fails the call. */
export class Speech {
  readonly #session: voice.AgentSession;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(session: voice.AgentSession, clock: Clock, log: Logger) {
    this.#session = session;
    this.#clock = clock;
    this.#log = log;
  }

  /** Says a line at once; the customer may interrupt it. */
  say(line: string): void {
    try {
      this.#session.say(line, { allowInterruptions: true });
    } catch (error) {
      this.#log.warn({ error }, 'line was not spoken');
    }
  }

  /** Says a line in the next pause, unless `isStillTrue` no longer holds by then. */
  async sayInPause(line: string, isStillTrue: () => boolean): Promise<void> {
    await settledWithin(this.#clock, WAIT_FOR_PAUSE_MS, this.#session.waitForIdle());
    if (isStillTrue()) this.say(line);
  }

  /** Takes the floor, says goodbye and settles when it has been played out. */
  async sayGoodbye(cause: GoodbyeCause, seconds: number): Promise<void> {
    try {
      this.#session.input.setAudioEnabled(false);
      // Not by force: then what is cut short is still being cleared away when the goodbye begins, and
      // takes it along.
      const interrupted = this.#session.interrupt();
      await settledWithin(this.#clock, INTERRUPT_LIMIT_MS, interrupted.await);
      const handle = this.#session.say(goodbye(cause, seconds), { allowInterruptions: false });
      await handle.waitForPlayout();
    } catch (error) {
      this.#log.warn({ error, cause }, 'goodbye was not spoken');
    }
  }

  resume(): void {
    this.#session.input.setAudioEnabled(true);
    this.say(goodbyeWithdrawn);
  }
}
