import { ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { advancePaymentIntent } from '../_shared/payment_intent.ts';
import type { Stripe } from '../_shared/stripe.ts';
import type { PurchaseInput } from './input.ts';
import type { PurchaseDeps, StartedPurchase } from './purchase.ts';

export interface StartedPayment {
  status: string;
  client_secret: string | null;
  /** Only when the card was declined: that is an answer, not an error. */
  failure_code?: string | null;
  failure_message?: string | null;
}

/** The payment intent of a purchase, for the browser to confirm; with a payment method it is charged at once. */
export async function startPaymentIntent(
  deps: PurchaseDeps,
  userId: string,
  purchase: StartedPurchase,
  input: PurchaseInput,
): Promise<Result<StartedPayment>> {
  const advanced = await advancePaymentIntent(deps, purchase, {
    userId,
    packageId: input.package_id,
    paymentMethodId: input.payment_method_id,
    isMethodSaved: input.save_payment_method,
    isOffSession: false,
    // Another one each time: for a day Stripe answers a key as it did at first, a 500 included.
    confirmKey: `confirm-${purchase.payment_id}-${crypto.randomUUID()}`,
  });
  if (advanced.error) return advanced;
  const { status, intent } = advanced.data;
  return ok({
    status,
    client_secret: intent?.client_secret ?? null,
    ...(status === 'failed' && intent !== null && failure(intent)),
  });
}

function failure(intent: Stripe.PaymentIntent) {
  const error = intent.last_payment_error;
  return {
    failure_code: error?.decline_code ?? error?.code ?? null,
    failure_message: error?.message ?? null,
  };
}
