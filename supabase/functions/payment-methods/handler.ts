import { z } from 'zod';
import { requireUser } from '../_shared/auth.ts';
import { fail, ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { readJson, reply } from '../_shared/http.ts';
import type { Handler, Reply } from '../_shared/http.ts';
import type { PaymentDeps } from '../_shared/purchase.ts';
import { callStripe, customerOf, isStripeMissing } from '../_shared/stripe.ts';
import type { Stripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface PaymentMethodsDeps extends PaymentDeps {
  /** With the publishable key. */
  auth: Db['auth'];
}

const removal = z.object({
  payment_method_id: z.string().regex(/^\w{1,255}$/, 'is not the id of a payment method'),
});

/** The saved cards of the caller: `GET` lists them, `DELETE {payment_method_id}` removes one. */
export function createPaymentMethodsHandler(deps: PaymentMethodsDeps): Handler {
  return async (call) => {
    const user = await requireUser(call.request, deps.auth);
    if (user.error) return user;
    const customer = await stripeCustomer(deps.db, user.data.id);
    if (call.request.method !== 'DELETE') return list(deps.stripe, customer);
    const input = await readJson(call.request, removal);
    if (input.error) return input;
    return remove(deps, user.data.id, customer, input.data.payment_method_id);
  };
}

/** @throws Error when the profile cannot be read: that is not a customer without cards */
async function stripeCustomer(db: Db, userId: string): Promise<string | null> {
  const { data, error } = await db
    .from('profiles')
    .select('stripe_customer_id')
    .eq('id', userId)
    .maybeSingle();
  if (error) throw new Error(`profiles cannot be read: ${error.code}`);
  return data?.stripe_customer_id ?? null;
}

async function list(stripe: Stripe, customer: string | null): Promise<Result<Reply>> {
  if (customer === null) return reply(200, { payment_methods: [] });
  try {
    const listed = await callStripe(() =>
      stripe.customers.listPaymentMethods(customer, { type: 'card', limit: 100 }),
    );
    if (listed.error) return listed;
    return reply(200, { payment_methods: listed.data.data.map(shown) });
  } catch (error) {
    // A customer of another Stripe account has no cards in this one.
    if (!isStripeMissing(error)) throw error;
    return reply(200, { payment_methods: [] });
  }
}

function shown({ id, card }: Stripe.PaymentMethod) {
  return {
    id,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? null,
    exp_month: card?.exp_month ?? null,
    exp_year: card?.exp_year ?? null,
  };
}

async function remove(
  deps: PaymentMethodsDeps,
  userId: string,
  customer: string | null,
  methodId: string,
): Promise<Result<Reply>> {
  const isOwn = await belongsTo(deps.stripe, customer, methodId);
  if (isOwn.error) return isOwn;
  if (!isOwn.data) return fail('not_found', 'You have no such payment method.');
  // First the database, so that no auto top-up begins with a card that is about to go.
  const forgotten = await callRpc(
    deps.db,
    'forget_payment_method',
    { user_id: userId, payment_method_id: methodId },
    z.object({ is_auto_top_up_switched_off: z.boolean() }),
  );
  if (forgotten.error) return forgotten;
  const detached = await callStripe(() => deps.stripe.paymentMethods.detach(methodId));
  if (detached.error) return detached;
  return reply(200, { payment_method_id: methodId, ...forgotten.data });
}

/** Unknown and foreign ones are alike: nobody learns which ids exist. */
async function belongsTo(
  stripe: Stripe,
  customer: string | null,
  methodId: string,
): Promise<Result<boolean>> {
  if (customer === null) return ok(false);
  const owner = await customerOf(stripe, methodId);
  return owner.error ? owner : ok(owner.data === customer);
}
