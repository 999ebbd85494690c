import { useCallback, useEffect, useRef, useState } from 'react';
import type { AppError, Result } from '../errors.ts';

export interface Loaded<T> {
  data: T | undefined;
  error: AppError | undefined;
  reload: () => void;
}

/** Loads on mount and whenever `load` changes (keep it stable). The last question wins. */
export const useLoad = <T>(load: () => Promise<Result<T>>): Loaded<T> => {
  const [result, setResult] = useState<Result<T>>();
  const latest = useRef(0);
  const ask = useCallback(async () => {
    latest.current += 1;
    const mine = latest.current;
    const next = await load();
    if (mine === latest.current) setResult(next);
  }, [load]);
  const reload = useCallback(() => void ask(), [ask]);
  useEffect(() => {
    reload();
    return () => {
      latest.current += 1;
    };
  }, [reload]);
  return { data: result?.data, error: result?.error, reload };
};
