import { useLogoutIfAccessDenied } from 'ra-core';
import { useEffect, useEffectEvent, useState } from 'react';
import { shownError } from './error-texts.ts';
import type { AppError, Result } from './errors.ts';

export interface Answer<T> {
  /** Of the latest question; undefined until it is there. */
  data: T | undefined;
  error: AppError | undefined;
  ask: () => void;
}

/**
 * Asks the database something that is no list and no row, again whenever `key` changes. The last question wins.
 * @param key says everything that the question depends on
 */
export const useAnswer = <T>(key: string, load: () => Promise<Result<T>>): Answer<T> => {
  const [turn, setTurn] = useState(0);
  const question = `${turn} ${key}`;
  const [known, setKnown] = useState<{ question: string; result: Result<T> }>();
  const logoutIfAccessDenied = useLogoutIfAccessDenied();
  const answer = useEffectEvent(load);
  const leave = useEffectEvent((error: AppError) => void logoutIfAccessDenied(shownError(error)));
  useEffect(() => {
    let isLast = true;
    const ask = async () => {
      const result = await answer();
      if (!isLast) return;
      setKnown({ question, result });
      if (result.error?.status === 401) leave(result.error);
    };
    void ask();
    return () => {
      isLast = false;
    };
  }, [question]);
  const result = known?.question === question ? known.result : undefined;
  return { data: result?.data, error: result?.error, ask: () => setTurn((now) => now + 1) };
};
