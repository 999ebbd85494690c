import {
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
 * How each charging step is protected. One set per call, so that the breaker knows one database.
 *
 * - start: the user waits in silence for it, so it gives up after about 15 s;
 * - beat: two quick retries, then the meter's own rhythm; the breaker spares a database that is down;
 * - end: the settlement should get through, so it tries for 30 s, without a breaker.
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
  return { start: guard(start), beat: guard(beat), end: guard(end) };
}
