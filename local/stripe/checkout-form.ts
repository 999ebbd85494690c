import type { FieldErrors, FieldValues } from './checkout-page.ts';
import type { Double } from './double.ts';
import { StripeApiError } from './errors.ts';
import { checkedCard } from './card-entry.ts';
import type { TestCard } from './test-cards.ts';

/** What the customer typed, trimmed. */
export function valuesOf(form: Record<string, unknown>): FieldValues {
  const values: FieldValues = {};
  for (const name of ['email', 'number', 'expiry', 'cvc', 'name'] as const) {
    const value = form[name];
    if (typeof value === 'string') values[name] = value.trim().slice(0, 200);
  }
  return values;
}

type Checked = { card: TestCard; month: number; year: number } | { errors: FieldErrors };

/** Finds the test card that was typed in, or says by field what is wrong, in the order of the page. */
export function checkFields(double: Double, values: FieldValues, asksEmail: boolean): Checked {
  const errors: FieldErrors = {};
  if (asksEmail && !/^[^\s@]+@[^\s@]+$/.test(values.email ?? '')) {
    errors.email = 'Enter your email address.';
  }
  const [month, year] = (/^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(values.expiry ?? '') ?? [])
    .slice(1)
    .map(Number);
  if (month === undefined || year === undefined) {
    errors.expiry = 'Enter the expiry date as month and year, for example 12 / 34.';
  }
  if ((values.cvc ?? '') === '') errors.cvc = 'Enter the CVC, the digits on the back of the card.';
  if ((values.name ?? '') === '') errors.name = 'Enter the name on the card.';
  if ((values.number ?? '') === '') errors.number = 'Enter the card number.';
  let card: TestCard | undefined;
  if (errors.number === undefined) {
    const date = month === undefined || year === undefined ? undefined : { month, year };
    try {
      card = checkedCard(
        double,
        values.number ?? '',
        date ?? { month: 12, year: nextYear(double) },
        values.cvc || undefined,
      );
    } catch (error) {
      if (!(error instanceof StripeApiError)) throw error;
      const field = error.details.param?.startsWith('exp_') ? 'expiry' : error.details.param;
      if (field === 'number' || field === 'cvc' || field === 'expiry') {
        errors[field] ??= error.message;
      }
    }
  }
  if (
    card === undefined ||
    month === undefined ||
    year === undefined ||
    Object.keys(errors).length > 0
  ) {
    const order = ['email', 'number', 'expiry', 'cvc', 'name'] as const;
    const inOrder = order.flatMap((name) =>
      errors[name] === undefined ? [] : [[name, errors[name]]],
    );
    return { errors: Object.fromEntries(inOrder) as FieldErrors };
  }
  return { card, month, year };
}

function nextYear(double: Double): number {
  return new Date(double.now() * 1000).getUTCFullYear() + 1;
}
