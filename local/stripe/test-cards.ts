import type { DisputeReason } from './dispute-life.ts';

/** Stripe's test cards and the names of test payment methods (https://docs.stripe.com/testing). */

export interface Decline {
  code: string;
  decline_code?: string;
  advice_code?: string;
  message: string;
}

export interface TestCard {
  number: string;
  /** The `pm_card_…` and `tok_…` names without their prefix; the first is the usual one. */
  names: readonly string[];
  brand: string;
  funding: 'credit' | 'debit' | 'prepaid';
  country: string;
  decline?: Decline;
  /** Declines do not let a card be attached to a customer, except the card made for that. */
  attachable?: boolean;
  /**
   * All three ask at every on-session payment. Off session `always` is declined, `unless_set_up` is so unless it was
   * saved for that before, and `on_session` never is.
   */
  authentication?: 'always' | 'unless_set_up' | 'on_session';
  /** The customer disputes each payment soon after it. */
  dispute?: { reason: DisputeReason; isInquiry?: true };
  /** Refunds wait a while before they succeed, or succeed and fail a while later. */
  refund?: 'pending' | 'fails';
}

const declined = (decline_code: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  decline_code,
  advice_code: ['lost_card', 'stolen_card', 'fraudulent'].includes(decline_code)
    ? 'do_not_try_again'
    : 'try_again_later',
  message,
});

const insufficientFunds = declined('insufficient_funds', 'Your card has insufficient funds.');

const visa = { brand: 'visa', funding: 'credit', country: 'US' } as const;
const of = (brand: string, funding: TestCard['funding'] = 'credit') =>
  ({ brand, funding, country: 'US' }) as const;

export const testCards: readonly TestCard[] = [
  { ...visa, number: '4242424242424242', names: ['visa', 'us'] },
  { ...of('visa', 'debit'), number: '4000056655665556', names: ['visa_debit'] },
  { ...of('mastercard'), number: '5555555555554444', names: ['mastercard'] },
  { ...of('mastercard', 'debit'), number: '5200828282828210', names: ['mastercard_debit'] },
  { ...of('mastercard', 'prepaid'), number: '5105105105105100', names: ['mastercard_prepaid'] },
  { ...of('amex'), number: '378282246310005', names: ['amex'] },
  { ...of('discover'), number: '6011111111111117', names: ['discover'] },
  { ...of('diners'), number: '3056930009020004', names: ['diners'] },
  { ...of('jcb'), number: '3566002020360505', names: ['jcb'] },
  { ...of('unionpay'), number: '6200000000000005', names: ['unionpay'] },
  {
    ...visa,
    number: '4000000000000002',
    names: ['visa_chargeDeclined', 'chargeDeclined'],
    decline: declined('generic_decline'),
  },
  {
    ...visa,
    number: '4000000000009995',
    names: ['visa_chargeDeclinedInsufficientFunds', 'chargeDeclinedInsufficientFunds'],
    decline: insufficientFunds,
  },
  {
    ...visa,
    number: '4000000000009987',
    names: ['visa_chargeDeclinedLostCard', 'chargeDeclinedLostCard'],
    decline: declined('lost_card'),
  },
  {
    ...visa,
    number: '4000000000009979',
    names: ['visa_chargeDeclinedStolenCard', 'chargeDeclinedStolenCard'],
    decline: declined('stolen_card'),
  },
  {
    ...visa,
    number: '4000000000000069',
    names: ['chargeDeclinedExpiredCard'],
    decline: { code: 'expired_card', message: 'Your card has expired.' },
  },
  {
    ...visa,
    number: '4000000000000127',
    names: ['chargeDeclinedIncorrectCvc'],
    decline: { code: 'incorrect_cvc', message: "Your card's security code is incorrect." },
  },
  {
    ...visa,
    number: '4000000000000119',
    names: ['chargeDeclinedProcessingError'],
    decline: {
      code: 'processing_error',
      advice_code: 'try_again_later',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  {
    ...visa,
    number: '4000000000006975',
    names: ['visa_chargeDeclinedVelocityLimitExceeded', 'chargeDeclinedVelocityLimitExceeded'],
    decline: declined(
      'card_velocity_exceeded',
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    ),
  },
  {
    ...visa,
    number: '4100000000000019',
    names: ['radarBlock', 'chargeDeclinedFraudulent'],
    decline: declined('fraudulent'),
  },
  {
    ...visa,
    number: '4000000000000341',
    names: ['chargeCustomerFail'],
    decline: declined('generic_decline'),
    attachable: true,
  },
  {
    ...visa,
    number: '4000002500003155',
    names: ['authenticationRequiredOnSetup'],
    authentication: 'unless_set_up',
  },
  {
    ...visa,
    number: '4000002760003184',
    names: ['authenticationRequired'],
    authentication: 'always',
  },
  {
    ...visa,
    number: '4000003800000446',
    names: ['authenticationRequiredSetupForOffSession'],
    authentication: 'on_session',
  },
  {
    ...visa,
    number: '4000000000003220',
    names: ['threeDSecure2Required', 'threeDSecureRequired'],
    authentication: 'always',
  },
  {
    ...visa,
    number: '4000008260003178',
    names: ['authenticationRequiredChargeDeclinedInsufficientFunds'],
    authentication: 'unless_set_up',
    decline: insufficientFunds,
    attachable: true,
  },
  {
    ...visa,
    number: '4000000000000259',
    names: ['createDispute', 'visa_createDispute'],
    dispute: { reason: 'fraudulent' },
  },
  {
    ...visa,
    number: '4000000000002685',
    names: ['createDisputeProductNotReceived', 'visa_createDisputeProductNotReceived'],
    dispute: { reason: 'product_not_received' },
  },
  {
    ...visa,
    number: '4000000000001976',
    names: ['createDisputeInquiry', 'visa_createDisputeInquiry'],
    dispute: { reason: 'fraudulent', isInquiry: true },
  },
  { ...visa, number: '4000000000007726', names: ['pendingRefund'], refund: 'pending' },
  { ...visa, number: '4000000000005126', names: ['refundFail'], refund: 'fails' },
];

const byNumber = new Map(testCards.map((card) => [card.number, card]));
const byName = new Map(testCards.flatMap((card) => card.names.map((name) => [name, card])));

export function cardByNumber(number: string): TestCard | undefined {
  return byNumber.get(number);
}

/** Finds `pm_card_visa`, `tok_visa` and the like. */
export function cardByName(name: string): TestCard | undefined {
  return byName.get(name.replace(/^(pm_card_|tok_)/, ''));
}

/** The usual name of a card, which is what is stored instead of its number. */
export function nameOf(card: TestCard): string {
  return card.names[0] ?? card.brand;
}

/** The check digit of a card number (ISO/IEC 7812-1, Annex B). */
export function hasValidCheckDigit(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (const [place, char] of [...number].toReversed().entries()) {
    const digit = Number(char) * (place % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
