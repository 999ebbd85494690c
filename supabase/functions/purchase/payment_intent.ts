import { Stripe } from 'stripe';
import { z } from 'zod';
import { ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { invalidInput } from '../_shared/http.ts';
import { callStripe, isStripeParamError } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import { createForPayer } from './customer.ts';
import type { Payer } from './customer.ts';
import type { PurchaseInput } from './input.ts';
import { attachStripeObjects, stripeMetadata } from './purchase.ts';
import type { Purchase, PurchaseDeps } from './purchase.ts';

export interface StartedPayment {
  status: string;
  client_secret: string | null;
  /** Only when the card was declined: that is an answer, not an error. */
  failure_code?: string | null;
  failure_message?: string | null;
}

/**
 * Creates the payment intent of a purchase, or finds it; with a payment method it is confirmed at once.
 *
 * The intent is tied to the payment before money can move. A charge whose answer and webhook are both lost is
 * then found by asking about the intent, which a charge made along with the intent would not be.
 */
export async function startPaymentIntent(
  deps: PurchaseDeps,
  userId: string,
  purchase: Purchase,
  input: PurchaseInput,
): Promise<Result<StartedPayment>> {
  const attachedId = purchase.stripe_payment_intent_id;
  if (attachedId === null && purchase.status === 'canceled') {
    // Given up before Stripe had it: nobody expects a charge any more.
    return ok({ status: purchase.status, client_secret: null });
  }
  const found = await (attachedId === null
    ? createIntent(deps, userId, purchase, input)
    : callStripe(() => deps.stripe.paymentIntents.retrieve(attachedId)));
  if (found.error) return found;
  const attached = await attachStripeObjects(deps.db, purchase.payment_id, {
    paymentIntentId: found.data.id,
  });
  if (attached.error) return attached;
  const isToBeTried = input.payment_method_id !== undefined && attached.data.status === 'pending';
  const intent =
    isToBeTried && found.data.status === 'requires_confirmation'
      ? await confirmIntent(deps, purchase.payment_id, found.data.id)
      : found;
  if (intent.error) return intent;
  const isNews =
    intent.data.status === 'succeeded' ? attached.data.status !== 'succeeded' : isToBeTried;
  const settled = isNews ? await applyIntent(deps, purchase.payment_id, intent.data) : attached;
  if (settled.error) return settled;
  return ok({
    status: settled.data.status,
    client_secret: intent.data.client_secret,
    ...(settled.data.status === 'failed' && failure(intent.data)),
  });
}

async function createIntent(
  deps: PurchaseDeps,
  userId: string,
  purchase: Purchase,
  input: PurchaseInput,
): Promise<Result<Stripe.PaymentIntent>> {
  try {
    return await createForPayer(deps, userId, purchase, (payer, idempotencyKey) =>
      deps.stripe.paymentIntents.create(intentParams(userId, purchase, input, payer), {
        idempotencyKey,
      }),
    );
  } catch (error) {
    return refusedMethod(error);
  }
}

/** Unknown, spent, or somebody else's: the caller named it, so the caller can name another. */
function refusedMethod(error: unknown) {
  if (!isStripeParamError(error, 'payment_method')) throw error;
  return invalidInput({ payment_method_id: ['cannot be used'] });
}

/** A declined card is thrown by the SDK with the intent inside, which is what we want to know. */
async function confirmIntent(
  deps: PurchaseDeps,
  paymentId: string,
  intentId: string,
): Promise<Result<Stripe.PaymentIntent>> {
  try {
    return await callStripe(() =>
      deps.stripe.paymentIntents.confirm(intentId, {}, { idempotencyKey: `confirm-${paymentId}` }),
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError && error.payment_intent) {
      return ok(error.payment_intent);
    }
    return refusedMethod(error);
  }
}

function intentParams(
  userId: string,
  purchase: Purchase,
  input: PurchaseInput,
  payer: Payer,
): Stripe.PaymentIntentCreateParams {
  return {
    amount: purchase.amount_cents,
    currency: purchase.currency,
    description: purchase.package_name,
    metadata: stripeMetadata(userId, purchase, input.package_id),
    // Confirming on the server leaves no page to come back from: https://docs.stripe.com/api/payment_intents/create
    automatic_payment_methods: {
      enabled: true,
      ...(input.payment_method_id !== undefined && { allow_redirects: 'never' as const }),
    },
    ...(input.payment_method_id !== undefined && { payment_method: input.payment_method_id }),
    ...('customer' in payer && { customer: payer.customer }),
  };
}

const STATUS_AFTER: Record<string, string> = {
  credited: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
};

async function applyIntent(
  deps: PurchaseDeps,
  paymentId: string,
  intent: Stripe.PaymentIntent,
): Promise<Result<{ status: string }>> {
  const applied = await callRpc(
    deps.db,
    'apply_stripe_object',
    { object: intent },
    z.object({ outcome: z.string() }),
  );
  if (applied.error) return applied;
  const status = STATUS_AFTER[applied.data.outcome];
  // Any other outcome means that the webhook was faster or nothing is decided: the row knows.
  return status === undefined
    ? attachStripeObjects(deps.db, paymentId, { paymentIntentId: intent.id })
    : ok({ status });
}

function failure(intent: Stripe.PaymentIntent) {
  const error = intent.last_payment_error;
  return {
    failure_code: error?.decline_code ?? error?.code ?? null,
    failure_message: error?.message ?? null,
  };
}
