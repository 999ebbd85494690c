import { Stripe } from 'stripe';
import { createForPayer } from './customer.ts';
import type { Payer } from './customer.ts';
import { ok } from './errors.ts';
import type { Result } from './errors.ts';
import { invalidInput } from './http.ts';
import { applyStripeObject, attachStripeObjects, stripeMetadata } from './purchase.ts';
import type { PaymentDeps, Purchase } from './purchase.ts';
import { callStripe, isStripeMethodRefused, isStripeStateError } from './stripe.ts';

/** How a payment intent is to be made and, with a payment method, confirmed. */
export interface IntentOrder {
  userId: string;
  packageId: string;
  /** Charged at once; without one a browser confirms the intent. */
  paymentMethodId: string | undefined;
  /** Keeps the payment method with the customer, for when nobody is there to enter it again. */
  isMethodSaved: boolean;
  /** Nobody is there to authenticate: a bank that asks for it declines. */
  isOffSession: boolean;
  /** Stripe's idempotency key of the confirmation. */
  confirmKey: string;
}

export interface AdvancedPayment {
  status: string;
  /** Null for a purchase that was given up before Stripe had it. */
  intent: Stripe.PaymentIntent | null;
}

/**
 * Creates the payment intent of a purchase, or finds it; with a payment method it is confirmed at once.
 *
 * The intent is tied to the payment before money can move. A charge whose answer and webhook are both lost is
 * then found by asking about the intent, which a charge made along with the intent would not be. And as every
 * try goes on with that one intent, which Stripe charges once at most, no number of tries charges twice.
 */
export async function advancePaymentIntent(
  deps: PaymentDeps,
  purchase: Purchase,
  order: IntentOrder,
): Promise<Result<AdvancedPayment>> {
  const attachedId = purchase.stripe_payment_intent_id;
  if (attachedId === null && purchase.status === 'canceled') {
    // Given up before Stripe had it: nobody expects a charge any more.
    return ok({ status: purchase.status, intent: null });
  }
  const found = await (attachedId === null
    ? createIntent(deps, purchase, order)
    : callStripe(() => deps.stripe.paymentIntents.retrieve(attachedId)));
  if (found.error) return found;
  const attached = await attachStripeObjects(deps.db, purchase.payment_id, {
    paymentIntentId: found.data.id,
  });
  if (attached.error) return attached;
  const isToBeTried = order.paymentMethodId !== undefined && attached.data.status === 'pending';
  const intent =
    isToBeTried && found.data.status === 'requires_confirmation'
      ? await confirmIntent(deps, found.data.id, order)
      : found;
  if (intent.error) return intent;
  const isNews =
    intent.data.status === 'succeeded' ? attached.data.status !== 'succeeded' : isToBeTried;
  const settled = isNews ? await applyIntent(deps, purchase.payment_id, intent.data) : attached;
  if (settled.error) return settled;
  return ok({ status: settled.data.status, intent: intent.data });
}

async function createIntent(
  deps: PaymentDeps,
  purchase: Purchase,
  order: IntentOrder,
): Promise<Result<Stripe.PaymentIntent>> {
  try {
    return await createForPayer(deps, order.userId, purchase, (payer, idempotencyKey) =>
      deps.stripe.paymentIntents.create(intentParams(purchase, order, payer), { idempotencyKey }),
    );
  } catch (error) {
    return refusedMethod(error);
  }
}

/** Unknown, spent, or somebody else's: the caller named it, so the caller can name another. */
function refusedMethod(error: unknown) {
  if (!isStripeMethodRefused(error)) throw error;
  return invalidInput({ payment_method_id: ['cannot be used'] });
}

/** A declined card is thrown by the SDK with the intent inside, which is what we want to know. */
async function confirmIntent(
  deps: PaymentDeps,
  intentId: string,
  order: IntentOrder,
): Promise<Result<Stripe.PaymentIntent>> {
  try {
    return await callStripe(() =>
      deps.stripe.paymentIntents.confirm(
        intentId,
        order.isOffSession ? { off_session: true } : {},
        { idempotencyKey: order.confirmKey },
      ),
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError && error.payment_intent) {
      return ok(error.payment_intent);
    }
    // Somebody else confirmed or canceled it since it was fetched.
    if (isStripeStateError(error)) {
      return callStripe(() => deps.stripe.paymentIntents.retrieve(intentId));
    }
    return refusedMethod(error);
  }
}

function intentParams(
  purchase: Purchase,
  order: IntentOrder,
  payer: Payer,
): Stripe.PaymentIntentCreateParams {
  return {
    amount: purchase.amount_cents,
    currency: purchase.currency,
    description: purchase.package_name,
    metadata: stripeMetadata(order.userId, purchase, order.packageId),
    // Confirming on the server leaves no page to come back from: https://docs.stripe.com/api/payment_intents/create
    automatic_payment_methods: {
      enabled: true,
      ...(order.paymentMethodId !== undefined && { allow_redirects: 'never' as const }),
    },
    ...(order.paymentMethodId !== undefined && { payment_method: order.paymentMethodId }),
    ...('customer' in payer && {
      customer: payer.customer,
      ...(order.isMethodSaved && { setup_future_usage: 'off_session' as const }),
    }),
  };
}

const STATUS_AFTER: Record<string, string> = {
  credited: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
};

async function applyIntent(
  deps: PaymentDeps,
  paymentId: string,
  intent: Stripe.PaymentIntent,
): Promise<Result<{ status: string }>> {
  const applied = await applyStripeObject(deps.db, intent);
  if (applied.error) return applied;
  const status = STATUS_AFTER[applied.data.outcome];
  // Any other outcome means that the webhook was faster or nothing is decided: the row knows.
  return status === undefined
    ? attachStripeObjects(deps.db, paymentId, { paymentIntentId: intent.id })
    : ok({ status });
}

/** The statuses of an intent that is not paid and never will be unless somebody goes on with it. */
export const UNPAID: readonly string[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];

/** Cancels an intent, or finds what became of it instead. @throws StripeError as the SDK */
export async function cancelIntent(
  stripe: Stripe,
  intentId: string,
  reason?: 'abandoned',
): Promise<Stripe.PaymentIntent> {
  try {
    return await stripe.paymentIntents.cancel(
      intentId,
      reason === undefined ? {} : { cancellation_reason: reason },
    );
  } catch (error) {
    if (!isStripeStateError(error)) throw error;
    return stripe.paymentIntents.retrieve(intentId);
  }
}
