import { useCallback, useState } from 'react';
import type { AppError, Result } from '../errors.ts';

export interface Action<Args extends unknown[], T> {
  /** Answers undefined when it was refused; the reason is in `error` then. */
  run: (...args: Args) => Promise<T | undefined>;
  isBusy: boolean;
  error: AppError | undefined;
  clear: () => void;
}

/** One thing that a button or a form does, with its waiting and its refusal. */
export const useAction = <Args extends unknown[], T>(
  act: (...args: Args) => Promise<Result<T>>,
): Action<Args, T> => {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const run = useCallback(
    async (...args: Args): Promise<T | undefined> => {
      setIsBusy(true);
      setError(undefined);
      const answer = await act(...args);
      setIsBusy(false);
      setError(answer.error);
      return answer.data;
    },
    [act],
  );
  const clear = useCallback(() => setError(undefined), []);
  return { run, isBusy, error, clear };
};
