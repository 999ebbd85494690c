import { z } from 'zod';
import type { PaymentDeps } from '../_shared/purchase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface PurchaseDeps extends PaymentDeps {
  /** With the publishable key. */
  auth: Db['auth'];
  /** Where a checkout returns to unless the caller names a page; without a slash at the end. */
  appUrl: string;
  allowedOrigins: readonly string[];
}

/** What `create_purchase` answers. */
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
  /** Of a gift, in the first answer only: it is kept as an HMAC. */
  activation_code: z.string().nullish(),
});

export type StartedPurchase = z.infer<typeof purchaseRow>;
