import { createForPayer } from '../_shared/customer.ts';
import type { Payer } from '../_shared/customer.ts';
import { ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { attachStripeObjects, stripeMetadata } from '../_shared/purchase.ts';
import { callStripe } from '../_shared/stripe.ts';
import type { Stripe } from '../_shared/stripe.ts';
import type { PurchaseInput } from './input.ts';
import type { PurchaseDeps, StartedPurchase } from './purchase.ts';

export interface OpenedCheckout {
  status: string;
  /** Null once the session is paid or has expired, and for a purchase that was given up before it had one. */
  checkout_url: string | null;
}

/** Opens a hosted Checkout Session for a purchase, or finds the one that is open already. */
export async function openCheckout(
  deps: PurchaseDeps,
  userId: string,
  purchase: StartedPurchase,
  input: PurchaseInput,
): Promise<Result<OpenedCheckout>> {
  const attachedId = purchase.stripe_checkout_session_id;
  if (attachedId !== null) {
    const session = await callStripe(() => deps.stripe.checkout.sessions.retrieve(attachedId));
    if (session.error) return session;
    return ok({ status: purchase.status, checkout_url: session.data.url });
  }
  if (purchase.status === 'canceled') return ok({ status: purchase.status, checkout_url: null });
  const session = await createForPayer(deps, userId, purchase, (payer, idempotencyKey) =>
    deps.stripe.checkout.sessions.create(
      sessionParams(deps.appUrl, userId, purchase, input, payer),
      { idempotencyKey },
    ),
  );
  if (session.error) return session;
  const attached = await attachStripeObjects(deps.db, purchase.payment_id, {
    checkoutSessionId: session.data.id,
  });
  if (attached.error) return attached;
  return ok({ status: attached.data.status, checkout_url: session.data.url });
}

function sessionParams(
  appUrl: string,
  userId: string,
  purchase: StartedPurchase,
  input: PurchaseInput,
  payer: Payer,
): Stripe.Checkout.SessionCreateParams {
  const metadata = stripeMetadata(userId, purchase, input.package_id);
  const back = (outcome: string) =>
    `${appUrl}/?checkout=${outcome}&payment_id=${purchase.payment_id}`;
  return {
    mode: 'payment',
    ui_mode: 'hosted_page',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: purchase.currency,
          unit_amount: purchase.amount_cents,
          product_data: { name: purchase.package_name },
        },
      },
    ],
    client_reference_id: purchase.payment_id,
    metadata,
    payment_intent_data: {
      metadata,
      // Kept with the customer, so only where there is one.
      ...(input.save_payment_method &&
        'customer' in payer && { setup_future_usage: 'off_session' as const }),
    },
    success_url: input.success_url ?? back('success'),
    cancel_url: input.cancel_url ?? back('cancelled'),
    ...('customer' in payer
      ? { customer: payer.customer }
      : payer.email !== null && { customer_email: payer.email }),
  };
}
