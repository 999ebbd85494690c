import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Double } from './double.ts';
import { StripeApiError, invalidRequest, noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { changedMetadata, emptyable, integer, metadata, text } from './params.ts';
import { cardByName, cardByNumber, hasValidCheckDigit, nameOf } from './test-cards.ts';
import type { TestCard } from './test-cards.ts';

/** From what a customer enters to a payment method. */

export const billingDetails = z.strictObject({
  address: z.record(z.string(), z.string()).optional(),
  email: emptyable(text).optional(),
  name: emptyable(text).optional(),
  phone: emptyable(text).optional(),
});

const cardParams = z.strictObject({
  number: text.optional(),
  exp_month: integer.optional(),
  exp_year: integer.optional(),
  cvc: z.string().optional(),
  token: text.optional(),
});

export const paymentMethodData = z.strictObject({
  type: z.enum(['card']),
  card: cardParams.optional(),
  billing_details: billingDetails.optional(),
  metadata: metadata.optional(),
  allow_redisplay: z.enum(['always', 'limited', 'unspecified']).optional(),
});
export type PaymentMethodData = z.infer<typeof paymentMethodData>;

/** A 402 about the card itself, before any charge. `param` is the field of the card at fault. */
export function cardError(code: string, message: string, param: string): StripeApiError {
  return new StripeApiError(402, 'card_error', message, { code, param });
}

/** Finds the test card that a number and date stand for, or throws what Stripe says of a wrong one. */
export function checkedCard(
  double: Double,
  number: string,
  expiry: { month: number; year: number },
  cvc: string | undefined,
): TestCard {
  const digits = number.replaceAll(/[\s-]/g, '');
  if (!hasValidCheckDigit(digits)) {
    throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  }
  const { month } = expiry;
  if (!Number.isInteger(month) || month < 1 || month > 12) {
    throw cardError(
      'invalid_expiry_month',
      "Your card's expiration month is invalid.",
      'exp_month',
    );
  }
  const year = expiry.year < 100 ? expiry.year + 2000 : expiry.year;
  const now = new Date(double.now() * 1000);
  const months = (year - now.getUTCFullYear()) * 12 + month - 1 - now.getUTCMonth();
  if (!(months >= 0 && months <= 50 * 12)) {
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  const card = cardByNumber(digits);
  if (card === undefined) {
    throw new StripeApiError(
      402,
      'card_error',
      'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
      { code: 'card_declined', decline_code: 'test_mode_live_card', param: 'number' },
    );
  }
  const cvcDigits = card.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (cvc !== undefined && !cvcDigits.test(cvc)) {
    throw cardError('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
  return card;
}

/** Makes a payment method of a test card; only the card's name is kept, not its number. */
export function makePaymentMethod(
  double: Double,
  card: TestCard,
  details: {
    expMonth?: number;
    expYear?: number;
    hasCvc?: boolean;
    billing?: z.infer<typeof billingDetails> | undefined;
    metadata?: Record<string, string>;
    allowRedisplay?: 'always' | 'limited' | 'unspecified' | undefined;
  } = {},
): Stripe.PaymentMethod {
  const id = newId('pm_1', 23);
  const year = details.expYear ?? new Date(double.now() * 1000).getUTCFullYear() + 1;
  const method: Stripe.PaymentMethod = {
    id,
    object: 'payment_method',
    allow_redisplay: details.allowRedisplay ?? 'unspecified',
    billing_details: {
      address: {
        city: null,
        country: null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
        ...details.billing?.address,
      },
      email: details.billing?.email ?? null,
      name: details.billing?.name ?? null,
      phone: details.billing?.phone ?? null,
      tax_id: null,
    },
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: details.hasCvc === true ? 'pass' : null,
      },
      country: card.country,
      display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
      exp_month: details.expMonth ?? 12,
      exp_year: year < 100 ? year + 2000 : year,
      fingerprint: createHash('sha256').update(nameOf(card)).digest('hex').slice(0, 16),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: double.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: details.metadata ?? {},
    type: 'card',
  };
  double.store.put('cards_on_file', id, { name: nameOf(card), is_set_up: false });
  return double.store.put('payment_methods', id, method);
}

/** From `payment_method_data` or the body of a create call. */
export function paymentMethodFrom(double: Double, data: PaymentMethodData): Stripe.PaymentMethod {
  const { card } = data;
  const details = {
    billing: data.billing_details,
    metadata: changedMetadata({}, data.metadata),
    allowRedisplay: data.allow_redisplay,
  };
  if (card?.token !== undefined) {
    const known = card.token.startsWith('tok_') ? cardByName(card.token) : undefined;
    if (known === undefined) throw noSuch('token', card.token, 'card[token]');
    return makePaymentMethod(double, known, details);
  }
  for (const field of ['number', 'exp_month', 'exp_year'] as const) {
    if (card?.[field] === undefined) {
      throw invalidRequest(`Missing required param: card[${field}].`, {
        code: 'parameter_missing',
        param: `card[${field}]`,
      });
    }
  }
  const month = card?.exp_month ?? 0;
  const year = card?.exp_year ?? 0;
  const found = checkedCard(double, card?.number ?? '', { month, year }, card?.cvc);
  return makePaymentMethod(double, found, {
    ...details,
    expMonth: month,
    expYear: year,
    hasCvc: card?.cvc !== undefined,
  });
}
