import { z } from 'zod';
import type { Result } from './errors.ts';
import type { Stripe } from './stripe.ts';
import { callRpc } from './supabase.ts';
import type { Db } from './supabase.ts';

export interface PaymentDeps {
  /** With the secret key. */
  db: Db;
  stripe: Stripe;
}

/** A payment and its payer, as Stripe has to be told of them; amounts are from the price list. */
export interface Purchase {
  payment_id: string;
  status: string;
  amount_cents: number;
  currency: string;
  package_name: string;
  email: string | null;
  full_name: string | null;
  stripe_customer_id: string | null;
  stripe_payment_intent_id: string | null;
}

/** How payments are found again from whatever Stripe reports. */
export function stripeMetadata(userId: string, purchase: Purchase, packageId: string) {
  return { payment_id: purchase.payment_id, user_id: userId, package_id: packageId };
}

/** Ties the payment to its Stripe object. @returns the payment as it stands then */
export function attachStripeObjects(
  db: Db,
  paymentId: string,
  ids: { checkoutSessionId?: string; paymentIntentId?: string },
): Promise<Result<{ status: string }>> {
  return callRpc(
    db,
    'attach_stripe_objects',
    {
      payment_id: paymentId,
      stripe_checkout_session_id: ids.checkoutSessionId ?? null,
      stripe_payment_intent_id: ids.paymentIntentId ?? null,
    },
    z.object({ status: z.string() }),
  );
}

/** Has the database apply an object that was fetched from Stripe, as its webhook would. */
export function applyStripeObject(db: Db, object: unknown): Promise<Result<{ outcome: string }>> {
  return callRpc(db, 'apply_stripe_object', { object }, z.object({ outcome: z.string() }));
}
