import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = 0;

/** Tells all clocks of the page what time it is, between two seconds too. */
export const tick = (): void => {
  now = performance.now();
  for (const each of listeners) each();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** The moment by the monotonic clock, in milliseconds; renders its component every second, all at once. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
