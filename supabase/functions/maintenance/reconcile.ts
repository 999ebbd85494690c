import { z } from 'zod';
import { safeErrorText } from '../_shared/log.ts';
import { cancelIntent, UNPAID } from '../_shared/payment_intent.ts';
import { applyStripeObject } from '../_shared/purchase.ts';
import { isStripeMissing, isStripeUnavailable } from '../_shared/stripe.ts';
import type { Stripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { forEachBounded } from './bounded.ts';
import type { StepContext } from './handler.ts';

const payments = z.array(
  z.object({
    payment_id: z.guid(),
    stripe_checkout_session_id: z.string().nullable(),
    stripe_payment_intent_id: z.string().nullable(),
  }),
);

type PendingPayment = z.infer<typeof payments>[number];

// Not `failed`: the same intent can still succeed, so it is asked about again, and fails again, every time.
const DECIDED = ['credited', 'canceled'];

// A checkout session that nobody pays expires by itself after a day. An intent would wait, and be asked about, for ever.
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** Asks Stripe about every payment that stays pending and applies what it says. @returns how many were decided */
export async function reconcilePayments(
  deps: { db: Db; stripe: Stripe },
  context: StepContext,
): Promise<number> {
  const { db, stripe } = deps;
  const pending = await callRpc(db, 'list_payments_to_reconcile', {}, payments);
  if (pending.error) throw new Error(`list_payments_to_reconcile: ${pending.error.code}`);
  let decided = 0;
  const report = (payment: PendingPayment, code: string) =>
    context.problem({ step: 'reconcile_payments', code, payment_id: payment.payment_id });
  await forEachBounded(pending.data, context.limits, async (payment) => {
    try {
      const object = await fetchStripeObject(stripe, payment, context.limits.now());
      if (object === null) return 'go on';
      const applied = await applyStripeObject(db, object);
      if (applied.error) report(payment, applied.error.code);
      else if (applied.data.outcome === 'flagged') report(payment, 'flagged');
      else if (DECIDED.includes(applied.data.outcome)) decided += 1;
      return 'go on';
    } catch (error) {
      const isDown = isStripeUnavailable(error);
      const code = isDown
        ? 'payment_provider_unavailable'
        : isStripeMissing(error)
          ? 'not_found'
          : 'internal_error';
      context.log.error('payment not reconciled', {
        payment_id: payment.payment_id,
        code,
        error: safeErrorText(error),
      });
      report(payment, code);
      // One is enough: the others would only wait for the same time-out.
      return isDown ? 'stop' : 'go on';
    }
  });
  return decided;
}

async function fetchStripeObject(stripe: Stripe, payment: PendingPayment, now: number) {
  if (payment.stripe_checkout_session_id !== null) {
    return stripe.checkout.sessions.retrieve(payment.stripe_checkout_session_id, {
      expand: ['payment_intent.latest_charge'],
    });
  }
  if (payment.stripe_payment_intent_id === null) return null;
  const intent = await stripe.paymentIntents.retrieve(payment.stripe_payment_intent_id);
  return UNPAID.includes(intent.status) && intent.created * 1000 < now - ABANDONED_AFTER_MS
    ? cancelIntent(stripe, intent.id, 'abandoned')
    : intent;
}
