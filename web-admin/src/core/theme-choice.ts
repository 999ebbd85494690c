import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';

/** In this browser; not in the store of react-admin, which signing out empties. */
const KEY = 'mindbot-admin-colours';

const listeners = new Set<() => void>();

const read = (): ThemeChoice => {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
};

/** The colours that somebody wants, in all tabs. */
export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, read);

export const chooseTheme = (choice: ThemeChoice): void => {
  localStorage.setItem(KEY, choice);
  for (const listener of listeners) listener();
};
