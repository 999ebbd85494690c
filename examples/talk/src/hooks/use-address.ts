import { useSyncExternalStore } from 'react';
import { addressOf, forgetCheckoutReturn } from '../routes.ts';
import type { Address } from '../routes.ts';

const subscribe = (onChange: () => void): (() => void) => {
  const onMove = () => {
    // Whoever follows a link has left the page that the checkout sent them back to.
    forgetCheckoutReturn();
    onChange();
  };
  window.addEventListener('hashchange', onMove);
  window.addEventListener('popstate', onChange);
  return () => {
    window.removeEventListener('hashchange', onMove);
    window.removeEventListener('popstate', onChange);
  };
};

/** Where the person is, and whether a checkout page has just sent them back. */
export const useAddress = (): Address =>
  addressOf(useSyncExternalStore(subscribe, () => window.location.href));
