import { useEffect } from 'react';
import type { Result } from '../errors.ts';
import { useLoad } from './use-load.ts';
import type { Loaded } from './use-load.ts';

/** Like `useLoad`, and again whenever somebody comes back to this tab: another one may have changed it. */
export const useFreshLoad = <T>(load: () => Promise<Result<T>>): Loaded<T> => {
  const loaded = useLoad(load);
  const { reload } = loaded;
  useEffect(() => {
    const onShow = () => {
      if (document.visibilityState === 'visible') reload();
    };
    document.addEventListener('visibilitychange', onShow);
    window.addEventListener('focus', onShow);
    return () => {
      document.removeEventListener('visibilitychange', onShow);
      window.removeEventListener('focus', onShow);
    };
  }, [reload]);
  return loaded;
};
