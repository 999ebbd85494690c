/** A call of `maintenance` may take this long; the next tick waits for it. */
const TICK_WITHIN_MS = 60_000;

export interface ClockOptions {
  readonly url: string;
  readonly secretKey: string;
  readonly everyMs: number;
  readonly log: (line: string) => void;
  readonly fetch: typeof fetch;
}

/**
 * Calls the `maintenance` function at fixed times, as pg_cron does in a hosted project. A tick that comes
 * while the one before is under way is skipped.
 * @returns a function that stops it and resolves when nothing is under way any more
 */
export function startClock(options: ClockOptions): () => Promise<void> {
  const stopping = new AbortController();
  let underWay: Promise<void> | undefined;

  const tick = async () => {
    try {
      const response = await options.fetch(options.url, {
        method: 'POST',
        headers: { apikey: options.secretKey, 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TICK_WITHIN_MS)]),
      });
      const body = await response.text();
      if (!response.ok)
        options.log(`maintenance answered ${response.status}: ${body.slice(0, 500)}`);
    } catch (error) {
      if (!stopping.signal.aborted) options.log(`maintenance failed: ${String(error)}`);
    }
  };

  const timer = setInterval(() => {
    underWay ??= tick().finally(() => {
      underWay = undefined;
    });
  }, options.everyMs);

  return async () => {
    clearInterval(timer);
    stopping.abort();
    await underWay;
  };
}
