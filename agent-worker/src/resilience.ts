import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  ExponentialBackoff,
  TaskCancelledError,
  TimeoutStrategy,
  circuitBreaker,
  handleWhen,
  retry,
  timeout,
  wrap,
} from 'cockatiel';

/** Something that runs a call with retries and time-outs; `signal` aborts the attempt under way. */
export interface Guard {
  execute<T>(call: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface BillingGuards {
  start: Guard;
  beat: Guard;
  end: Guard;
  /** What an agent asks or does on the customer's behalf in the middle of a turn. */
  tool: Guard;
}

/** A failure says of itself whether another attempt can help. */
export interface Retryable {
  readonly retryable: boolean;
}

function canBeRetried(error: unknown): boolean {
  if (error instanceof TaskCancelledError) return true;
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

const transient = handleWhen(canBeRetried);

/** cockatiel's default generator adds decorrelated jitter, so that workers do not retry in step. */
function backoff(initialDelay: number, maxDelay: number): ExponentialBackoff<unknown> {
  return new ExponentialBackoff({ initialDelay, maxDelay });
}

function attemptTimeout(ms: number) {
  return timeout(ms, TimeoutStrategy.Aggressive);
}

function guard(policy: {
  execute<T>(
    fn: (context: { signal: AbortSignal }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}): Guard {
  return {
    execute: (call, signal) => policy.execute((context) => call(context.signal), signal),
  };
}

/**
 * How each step at the database is protected. One set per call, so that the breaker knows one
 * database.
 *
 * - start: the user waits in silence for it, so it gives up after about 15 s;
 * - beat: two quick retries, then the meter's own rhythm; the breaker spares a database that is down;
 * - end: the settlement should get through, so it tries for 30 s, without a breaker;
 * - tool: the customer waits for the answer, so it gives up after 4 s.
 */
export function createBillingGuards(): BillingGuards {
  const start = wrap(
    attemptTimeout(15_000),
    retry(transient, { maxAttempts: 4, backoff: backoff(200, 2_000) }),
    attemptTimeout(4_000),
  );
  const beat = wrap(
    retry(transient, { maxAttempts: 2, backoff: backoff(150, 1_000) }),
    circuitBreaker(transient, { halfOpenAfter: 5_000, breaker: new ConsecutiveBreaker(6) }),
    attemptTimeout(3_000),
  );
  const end = wrap(
    attemptTimeout(30_000),
    retry(transient, { maxAttempts: 20, backoff: backoff(200, 4_000) }),
    attemptTimeout(5_000),
  );
  const tool = wrap(
    attemptTimeout(4_000),
    retry(transient, { maxAttempts: 1, backoff: backoff(150, 500) }),
    attemptTimeout(2_500),
  );
  return { start: guard(start), beat: guard(beat), end: guard(end), tool: guard(tool) };
}

/** The services that a call hears, thinks and speaks with. */
export type Vendor = 'stt' | 'llm' | 'tts';

/** How often a service failed in this call: kept with the session, so that metrics can add it up. */
export interface VendorCounts {
  /** Attempts that failed, those that a retry made good included. */
  failures: number;
  timeouts: number;
  /** How often the breaker opened. */
  breaks: number;
}

export interface VendorLog {
  warn(attributes: object, message: string): void;
}

export interface VendorLimits {
  /** One attempt may take so long until its first answer; twice it is tried again. */
  attemptMs: number;
  /** All attempts of one request together: nobody waits longer for an answer. */
  requestMs: number;
}

const usualLimits: VendorLimits = { attemptMs: 6_000, requestMs: 12_000 };
const VENDOR_RETRIES = 2;
/** So many failed attempts in a row open the breaker: then it fails at once, for so long. */
const BREAK_AFTER = 6;
const HALF_OPEN_AFTER_MS = 2_000;

/** Counts of all three services of one call, and the guards of the two that answer requests. */
export class VendorGuards {
  readonly counts: Record<Vendor, VendorCounts> = {
    stt: { failures: 0, timeouts: 0, breaks: 0 },
    llm: { failures: 0, timeouts: 0, breaks: 0 },
    tts: { failures: 0, timeouts: 0, breaks: 0 },
  };
  readonly #log: VendorLog;
  readonly #limits: VendorLimits;

  constructor(log: VendorLog, limits = usualLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * A guard for one provider of a service: retries what may pass with back-off and jitter, bounds
   * every attempt and all of them together, and stops asking a provider that keeps failing.
   *
   * @param provider for the log, e.g. `fallback`
   */
  guard(vendor: 'llm' | 'tts', provider: string): Guard {
    const counts = this.counts[vendor];
    const retries = retry(transient, { maxAttempts: VENDOR_RETRIES, backoff: backoff(150, 1_500) });
    const breaker = circuitBreaker(transient, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(BREAK_AFTER),
    });
    breaker.onBreak(() => {
      counts.breaks += 1;
      this.#log.warn({ vendor, provider }, 'voice provider keeps failing, it is left alone');
    });
    const attempt = attemptTimeout(this.#limits.attemptMs);
    attempt.onTimeout(() => (counts.timeouts += 1));
    breaker.onFailure(({ reason }) => {
      const error = 'error' in reason && reason.error instanceof Error ? reason.error : undefined;
      if (error instanceof BrokenCircuitError) return;
      counts.failures += 1;
      this.#log.warn({ vendor, provider, ...describe(error) }, 'voice provider failed an attempt');
    });
    return guard(wrap(attemptTimeout(this.#limits.requestMs), retries, breaker, attempt));
  }
}

/** What of a provider's error may be logged: its message can quote what was said. */
function describe(error: Error | undefined): object {
  if (!error) return {};
  const statusCode = 'statusCode' in error ? error.statusCode : undefined;
  return { name: error.name, statusCode };
}
