import { useEffect, useState } from 'react';

/** True once `condition` has been true without a break for `ms`. */
export const useHeldFor = (condition: boolean, ms: number): boolean => {
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (!condition) return;
    const timer = window.setTimeout(() => setIsHeld(true), ms);
    return () => {
      window.clearTimeout(timer);
      setIsHeld(false);
    };
  }, [condition, ms]);
  return condition && isHeld;
};
