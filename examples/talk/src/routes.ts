/** Every address of the app. Pages live behind `#`, so any static host can serve it. */
export const routes = {
  home: '#/',
  prices: '#/prices',
  history: '#/history',
  signIn: '#/sign-in',
  signUp: '#/sign-up',
} as const;

export type Route = keyof typeof routes;

const routeOf = (hash: string): Route => {
  const found = Object.entries(routes).find(([, href]) => href === hash);
  return found === undefined ? 'home' : (found[0] as Route);
};

/** How the checkout page came back: `?checkout=success&payment_id=…` or `?checkout=cancelled`. */
export type CheckoutReturn =
  | { outcome: 'success'; paymentId: string | undefined }
  | { outcome: 'cancelled' };

const checkoutReturnOf = (search: string): CheckoutReturn | undefined => {
  const query = new URLSearchParams(search);
  const outcome = query.get('checkout');
  if (outcome === 'success') {
    return { outcome, paymentId: query.get('payment_id') ?? undefined };
  }
  return outcome === 'cancelled' ? { outcome } : undefined;
};

export interface Address {
  route: Route;
  checkout: CheckoutReturn | undefined;
}

export const addressOf = (href: string): Address => {
  const { hash, search } = new URL(href);
  return { route: routeOf(hash), checkout: checkoutReturnOf(search) };
};

/** Takes `?checkout=…` out of the address, so that neither a link nor a reload tells the old story again. */
export const forgetCheckoutReturn = (): void => {
  const { hash, pathname, search } = window.location;
  if (search !== '') window.history.replaceState(null, '', pathname + hash);
};
