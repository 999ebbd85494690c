import { z } from 'zod';
import { ok } from './errors.ts';
import type { Result } from './errors.ts';
import { callStripe, isStripeParamError } from './stripe.ts';
import { callRpc } from './supabase.ts';
import type { Purchase, PaymentDeps } from './purchase.ts';

/** Stripe parameters that say who pays. */
export type Payer = { customer: string } | { email: string | null };

/**
 * The user's Stripe customer, made on the first purchase. Of two made at once the first one wins.
 *
 * The idempotency key is of the payment, not of the user: Stripe answers a key for a day as it did at first, a 500
 * and a refusal of changed parameters (the user has a new name) included, and that must not stop every purchase.
 */
async function ensureCustomer(
  deps: PaymentDeps,
  userId: string,
  purchase: Purchase,
): Promise<Result<string>> {
  if (purchase.stripe_customer_id !== null) return ok(purchase.stripe_customer_id);
  const created = await callStripe(() =>
    deps.stripe.customers.create(
      {
        ...(purchase.email !== null && { email: purchase.email }),
        ...(purchase.full_name !== null && { name: purchase.full_name }),
        metadata: { user_id: userId },
      },
      { idempotencyKey: `customer-${purchase.payment_id}` },
    ),
  );
  if (created.error) return created;
  const kept = await callRpc(
    deps.db,
    'set_stripe_customer',
    { user_id: userId, stripe_customer_id: created.data.id },
    z.object({ stripe_customer_id: z.string() }),
  );
  return kept.error ? kept : ok(kept.data.stripe_customer_id);
}

/**
 * Creates a Stripe object for a purchase, once per payment however often it is tried.
 *
 * A customer that Stripe does not know (the project was moved to another Stripe account, or from the local
 * double to the real one) must not keep the user from buying: then the payment goes without a customer.
 */
export async function createForPayer<T>(
  deps: PaymentDeps,
  userId: string,
  purchase: Purchase,
  create: (payer: Payer, idempotencyKey: string) => Promise<T>,
): Promise<Result<T>> {
  const customer = await ensureCustomer(deps, userId, purchase);
  if (customer.error) return customer;
  const idempotencyKey = `purchase-${purchase.payment_id}`;
  try {
    return await callStripe(() => create({ customer: customer.data }, idempotencyKey));
  } catch (error) {
    if (!isStripeParamError(error, 'customer')) throw error;
    return callStripe(() => create({ email: purchase.email }, `${idempotencyKey}-no-customer`));
  }
}
