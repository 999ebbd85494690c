import { useEffect, useState } from 'react';

const TICK_MS = 200;

/**
 * Counts down from a value that arrives now and then. `seconds` is right at the moment of its
 * change; between changes the browser's monotonic clock goes on from there.
 */
export const useCountdown = (seconds: number | undefined): number | undefined => {
  const [tick, setTick] = useState({ from: seconds, elapsedSeconds: 0 });
  useEffect(() => {
    if (seconds === undefined) return;
    const since = performance.now();
    const timer = window.setInterval(() => {
      const elapsedSeconds = Math.floor((performance.now() - since) / 1000);
      setTick((last) =>
        last.from === seconds && last.elapsedSeconds === elapsedSeconds
          ? last
          : { from: seconds, elapsedSeconds },
      );
    }, TICK_MS);
    return () => window.clearInterval(timer);
  }, [seconds]);
  if (seconds === undefined) return undefined;
  // A tick of an earlier value says nothing about the one that has just arrived.
  return tick.from === seconds ? Math.max(0, seconds - tick.elapsedSeconds) : seconds;
};
