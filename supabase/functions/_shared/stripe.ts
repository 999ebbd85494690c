import { Stripe } from 'stripe';
import type { Env } from './env.ts';
import { fail, ok } from './errors.ts';
import type { Failed, Result } from './errors.ts';

export type { Stripe } from 'stripe';

/** The vendor's SDK on web APIs, so that it behaves alike under Deno and Node. */
export function createStripe({ secretKey, apiBase }: Env['stripe']): Stripe {
  return new Stripe(secretKey, {
    maxNetworkRetries: 2,
    timeout: 10_000,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(),
    ...(apiBase && {
      host: apiBase.hostname,
      port: apiBase.port || (apiBase.protocol === 'https:' ? 443 : 80),
      protocol: apiBase.protocol === 'https:' ? 'https' : 'http',
    }),
  });
}

/**
 * True for what may pass when tried again, and for refused credentials, which a caller cannot mend either:
 * no connection, 401, 403, 409 (the same key is in flight), 429, 5xx. https://docs.stripe.com/api/errors
 */
export function isStripeUnavailable(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  if (error instanceof Stripe.errors.StripeConnectionError) return true;
  const status = error.statusCode ?? 0;
  return status >= 500 || [401, 403, 409, 429].includes(status);
}

function stripeUnavailable(cause: unknown): Failed {
  return fail(
    'payment_provider_unavailable',
    'The payment provider cannot be reached just now. Please try again with the same Idempotency-Key.',
    { cause },
  );
}

/** Runs one call of the SDK. @throws StripeError on everything but unavailability */
export async function callStripe<T>(call: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await call());
  } catch (error) {
    if (isStripeUnavailable(error)) return stripeUnavailable(error);
    throw error;
  }
}

/** True when Stripe does not know the object, as after a move to another Stripe account. */
export function isStripeMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.code === 'resource_missing';
}

/** True when a payment intent is not in the state any more in which it could be confirmed or canceled. */
export function isStripeStateError(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeError && error.code === 'payment_intent_unexpected_state'
  );
}

/** True when Stripe refused a request because of one parameter (https://docs.stripe.com/api/errors#errors-param). */
export function isStripeParamError(error: unknown, param: string): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.param === param;
}

/**
 * True when Stripe refused the payment method that was named: unknown, somebody else's, or used up. Of one that was
 * used without a customer or detached from one, Stripe names neither a parameter nor a code, only words.
 */
export function isStripeMethodRefused(error: unknown): boolean {
  return (
    isStripeParamError(error, 'payment_method') ||
    (error instanceof Stripe.errors.StripeInvalidRequestError &&
      error.param === undefined &&
      /may not be used again/i.test(error.message))
  );
}

/** The customer that a payment method is saved with; null when it is with nobody, or unknown. */
export async function customerOf(stripe: Stripe, methodId: string): Promise<Result<string | null>> {
  try {
    const method = await callStripe(() => stripe.paymentMethods.retrieve(methodId));
    if (method.error) return method;
    const { customer } = method.data;
    return ok(typeof customer === 'string' ? customer : (customer?.id ?? null));
  } catch (error) {
    if (isStripeMissing(error)) return ok(null);
    throw error;
  }
}
