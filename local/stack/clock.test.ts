import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startClock } from './clock.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function clockOver(answer: () => Promise<Response>) {
  const fetch = vi.fn<typeof globalThis.fetch>(answer);
  const log = vi.fn<(line: string) => void>();
  const stop = startClock({
    url: 'http://x/m',
    secretKey: 'sb_secret_x',
    everyMs: 1000,
    log,
    fetch,
  });
  return { fetch, log, stop };
}

describe('the clock', () => {
  it('calls maintenance with the secret key at every tick', async () => {
    const { fetch, stop } = clockOver(async () => Response.json({}));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(fetch).toHaveBeenCalledTimes(3);
    expect(fetch.mock.calls[0]?.[1]?.headers).toMatchObject({ apikey: 'sb_secret_x' });
    await stop();
  });

  it('skips a tick while the call before is under way', async () => {
    let finish: (response: Response) => void = () => undefined;
    const slow = new Promise<Response>((resolve) => {
      finish = resolve;
    });
    const { fetch, stop } = clockOver(() => slow);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    finish(Response.json({}));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fetch).toHaveBeenCalledTimes(2);
    await stop();
  });

  it('logs a refusal and a failure, and goes on', async () => {
    const answers = [
      async () => new Response('no', { status: 503 }),
      () => Promise.reject(new Error('down')),
    ];
    const { log, stop } = clockOver(
      () => answers.shift()?.() ?? Promise.resolve(Response.json({})),
    );
    await vi.advanceTimersByTimeAsync(3_000);
    expect(log.mock.calls.map(([line]) => line)).toEqual([
      'maintenance answered 503: no',
      'maintenance failed: Error: down',
    ]);
    await stop();
  });

  it('calls no more once stopped', async () => {
    const { fetch, stop } = clockOver(async () => Response.json({}));
    await stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(fetch).not.toHaveBeenCalled();
  });
});
