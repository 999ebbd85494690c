import { z } from 'zod';
import type { Result } from '../_shared/errors.ts';
import type { Stripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface PurchaseDeps {
  /** With the publishable key. */
  auth: Db['auth'];
  /** With the secret key. */
  db: Db;
  stripe: Stripe;
  /** Where a checkout returns to unless the caller names a page; without a slash at the end. */
  appUrl: string;
  allowedOrigins: readonly string[];
}

/** What `create_purchase` answers; amounts are from the price list. */
export const purchaseRow = z.object({
  payment_id: z.guid(),
  time_card_id: z.guid().nullable(),
  status: z.string(),
  amount_cents: z.int(),
  currency: z.string(),
  package_name: z.string(),
  email: z.string().nullable(),
  full_name: z.string().nullable(),
  stripe_customer_id: z.string().nullable(),
  stripe_checkout_session_id: z.string().nullable(),
  stripe_payment_intent_id: z.string().nullable(),
  is_replay: z.boolean(),
});

export type Purchase = z.infer<typeof purchaseRow>;

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
