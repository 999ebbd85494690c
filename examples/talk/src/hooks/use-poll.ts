import { useCallback, useEffect, useState } from 'react';
import type { AppError, Result } from '../errors.ts';

export interface Poll<T> {
  /** The last answer, whether it was the awaited one or not. */
  data: T | undefined;
  error: AppError | undefined;
  /** `late`: the awaited answer did not come within the bound; `retry` waits once more. */
  state: 'waiting' | 'done' | 'late';
  retry: () => void;
}

const INTERVAL_MS = 1000;
const TIMEOUT_MS = 60_000;

/** Asks about once a second, for at most a minute, until `isDone`. Keep both functions stable. */
export const usePoll = <T>(
  load: () => Promise<Result<T>>,
  isDone: (data: T) => boolean,
): Poll<T> => {
  const [since, setSince] = useState(Date.now);
  const [data, setData] = useState<T>();
  const [error, setError] = useState<AppError>();
  const [state, setState] = useState<Poll<T>['state']>('waiting');

  useEffect(() => {
    let timer: number | undefined;
    let isOver = false;
    const givesUpAt = since + TIMEOUT_MS;
    const ask = async (): Promise<void> => {
      const answer = await load();
      if (isOver) return;
      setError(answer.error);
      if (answer.error === undefined) {
        setData(answer.data);
        if (isDone(answer.data)) return setState('done');
      }
      if (Date.now() >= givesUpAt) return setState('late');
      timer = window.setTimeout(() => void ask(), INTERVAL_MS);
    };
    void ask();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [load, isDone, since]);

  const retry = useCallback(() => {
    setState('waiting');
    setSince(Date.now());
  }, []);
  return { data, error, state, retry };
};
