/** Every address of the app. Pages live behind `#`, so any static host can serve it. */
export const routes = {
  home: '#/',
  prices: '#/prices',
  redeem: '#/redeem',
  history: '#/history',
  account: '#/account',
  signIn: '#/sign-in',
  signUp: '#/sign-up',
  forgotPassword: '#/forgot-password',
} as const;

export type Route = keyof typeof routes;

const isRoute = (name: string | null): name is Route =>
  name !== null && Object.hasOwn(routes, name);

const routeOf = (hash: string): Route => {
  const [page] = hash.split('?');
  const found = Object.entries(routes).find(([, href]) => href === page);
  return found !== undefined && isRoute(found[0]) ? found[0] : 'home';
};

/** A page to sign in or up on, and where to go from there. */
export const via = (page: 'signIn' | 'signUp', after: Route): string =>
  after === 'home' ? routes[page] : `${routes[page]}?after=${after}`;

const afterOf = (hash: string): Route => {
  const after = new URLSearchParams(hash.split('?')[1]).get('after');
  return isRoute(after) ? after : 'home';
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
  /** Where to go once signed in. */
  after: Route;
  checkout: CheckoutReturn | undefined;
}

export const addressOf = (href: string): Address => {
  const { hash, search } = new URL(href);
  return { route: routeOf(hash), after: afterOf(hash), checkout: checkoutReturnOf(search) };
};

/** Takes `?checkout=…` out of the address, so that neither a link nor a reload tells the old story again. */
export const forgetCheckoutReturn = (): void => {
  const { hash, pathname, search } = window.location;
  if (search !== '') window.history.replaceState(null, '', pathname + hash);
};

/** Goes to the page that waits for a payment, as a checkout page that sends somebody back does. */
export const showPayment = (paymentId: string): void => {
  const search = new URLSearchParams({ checkout: 'success', payment_id: paymentId });
  // Without a hash, as the checkout page does it: a link to any page, home too, is a change of it then.
  window.history.pushState(null, '', `${window.location.pathname}?${search}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
};

/** Where the links of mails, checkouts and printed gift cards lead to. */
export const appAddress = (): string => window.location.origin + window.location.pathname;

/** How somebody comes back from a link in a mail; Auth puts it into the hash. */
export type MailReturn = { kind: 'new_password' } | { kind: 'refused'; code: string };

export const mailReturnOf = (hash: string): MailReturn | undefined => {
  const answer = new URLSearchParams(hash.replace(/^#/, ''));
  const code = answer.get('error_code') ?? answer.get('error');
  if (code !== null) return { kind: 'refused', code };
  const isRecovery = answer.get('type') === 'recovery' && answer.has('access_token');
  return isRecovery ? { kind: 'new_password' } : undefined;
};
