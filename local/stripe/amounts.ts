import { invalidRequest } from './errors.ts';

/** Stripe's least charge per currency (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
const leastCharge: Record<string, number> = {
  usd: 50,
  eur: 50,
  gbp: 30,
  cad: 50,
  aud: 50,
  chf: 50,
  jpy: 50,
  sek: 300,
  nok: 300,
  dkk: 250,
  mxn: 1000,
  inr: 50,
};
const mostCharge = 99_999_999;

/** An amount in the currency's smallest unit, for people: `$9.99`. */
export function shownAmount(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
  });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Throws `amount_too_small` or `amount_too_large`. */
export function checkAmount(
  amount: number,
  currency: string,
  param: string,
  what = 'Amount',
): void {
  const least = leastCharge[currency] ?? 50;
  if (amount < least) {
    throw invalidRequest(`${what} must be at least ${shownAmount(least, currency)} ${currency}`, {
      code: 'amount_too_small',
      param,
    });
  }
  if (amount > mostCharge) {
    throw invalidRequest(`${what} must be no more than ${shownAmount(mostCharge, currency)}`, {
      code: 'amount_too_large',
      param,
    });
  }
}
