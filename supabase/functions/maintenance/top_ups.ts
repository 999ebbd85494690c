import { z } from 'zod';
import { fail, ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { safeErrorText } from '../_shared/log.ts';
import { advancePaymentIntent, cancelIntent, UNPAID } from '../_shared/payment_intent.ts';
import { applyStripeObject } from '../_shared/purchase.ts';
import type { PaymentDeps } from '../_shared/purchase.ts';
import { callStripe, customerOf } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { forEachBounded } from './bounded.ts';
import type { StepContext } from './handler.ts';

/** What `begin_auto_top_up` answers. */
const topUps = z.array(
  z.object({
    action: z.enum(['charge', 'give_up']),
    run: z.int(),
    user_id: z.guid(),
    payment_id: z.guid(),
    status: z.string(),
    amount_cents: z.int(),
    currency: z.string(),
    package_id: z.string(),
    package_name: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    stripe_customer_id: z.string().nullable(),
    stripe_payment_intent_id: z.string().nullable(),
    payment_method_id: z.string(),
  }),
);

type TopUp = z.infer<typeof topUps>[number];

/** What came of one try; `refused`: the database knows, and the intent is still to be canceled. */
type Outcome = 'paid' | 'refused' | 'given_up' | 'waits';

export interface TopUpCounts {
  auto_top_ups: number;
  failed_auto_top_ups: number;
}

export const NO_TOP_UPS: TopUpCounts = { auto_top_ups: 0, failed_auto_top_ups: 0 };

/**
 * Buys for those who asked for it when their time runs low, with their saved cards, while they are not there.
 *
 * The database decides who, makes the payment before Stripe is asked, and hands each to one run at a time. One that
 * is refused is switched off there, by whichever news of it comes first; here its intent is canceled, so that it
 * cannot succeed later. When Stripe cannot be reached the payment is put back, and the next run goes on with it.
 */
export async function topUp(deps: PaymentDeps, context: StepContext): Promise<TopUpCounts> {
  const due = await callRpc(
    deps.db,
    'list_due_auto_top_ups',
    {},
    z.array(z.object({ user_id: z.guid() })),
  );
  if (due.error) throw new Error(`list_due_auto_top_ups: ${due.error.code}`);
  const counts = { ...NO_TOP_UPS };
  await forEachBounded(due.data, context.limits, async ({ user_id }) => {
    // Twice: one that is refused is taken in hand again, to be given up.
    for (let tries = 0; tries < 2; tries += 1) {
      const begun = await callRpc(deps.db, 'begin_auto_top_up', { user_id }, topUps);
      if (begun.error) {
        context.problem({ step: 'top_up', code: begun.error.code });
        return 'go on';
      }
      const [next] = begun.data;
      if (next === undefined) return 'go on';
      const done = await handle(deps, next, context);
      if (done.error) return done.error.code === 'payment_provider_unavailable' ? 'stop' : 'go on';
      if (done.data === 'paid') counts.auto_top_ups += 1;
      if (done.data === 'refused') counts.failed_auto_top_ups += 1;
      if (done.data !== 'refused') return 'go on';
    }
    return 'go on';
  });
  return counts;
}

/** One top-up, with whatever goes wrong reported and the payment put back for the next run. */
async function handle(
  deps: PaymentDeps,
  topUpInHand: TopUp,
  context: StepContext,
): Promise<Result<Outcome>> {
  const { payment_id } = topUpInHand;
  const done = await (topUpInHand.action === 'charge' ? charge : giveUp)(deps, topUpInHand).catch(
    (error: unknown) => fail('internal_error', 'See the log.', { cause: error }),
  );
  if (done.error) {
    const { code, cause } = done.error;
    context.log.error('auto top-up not finished', {
      payment_id,
      code,
      error: safeErrorText(cause),
    });
    context.problem({ step: 'top_up', code, payment_id });
    await report(deps.db, payment_id, 'put_back');
  } else {
    context.log.info('auto top-up', { payment_id, outcome: done.data });
  }
  return done;
}

async function charge(deps: PaymentDeps, topUpInHand: TopUp): Promise<Result<Outcome>> {
  const { payment_id, payment_method_id } = topUpInHand;
  const usable = await isChargeable(deps, topUpInHand);
  if (usable.error) return usable;
  if (!usable.data) return refuse(deps.db, payment_id, 'payment_method_gone');
  const advanced = await advancePaymentIntent(deps, topUpInHand, {
    userId: topUpInHand.user_id,
    packageId: topUpInHand.package_id,
    paymentMethodId: payment_method_id,
    isMethodSaved: false,
    isOffSession: true,
    confirmKey: `confirm-${payment_id}-${topUpInHand.run}`,
  });
  if (advanced.error?.code === 'invalid_input') {
    return refuse(deps.db, payment_id, 'payment_method_gone');
  }
  if (advanced.error) return advanced;
  const { status, intent } = advanced.data;
  if (status === 'succeeded') return ok('paid');
  if (status === 'failed') return refuse(deps.db, payment_id, 'put_back');
  if (intent?.status === 'requires_action') {
    return refuse(deps.db, payment_id, 'authentication_required');
  }
  return ok('waits');
}

/**
 * Whether the card is still saved with the customer; of an intent that was confirmed already it does not matter.
 *
 * Asked, not read off a refusal: what Stripe says of a card that was removed names no parameter. And only a card
 * that was saved with this customer was meant to be charged in their absence.
 */
async function isChargeable(deps: PaymentDeps, topUpInHand: TopUp): Promise<Result<boolean>> {
  const intentId = topUpInHand.stripe_payment_intent_id;
  if (intentId !== null) {
    const found = await callStripe(() => deps.stripe.paymentIntents.retrieve(intentId));
    if (found.error) return found;
    if (found.data.status !== 'requires_confirmation') return ok(true);
  }
  const owner = await customerOf(deps.stripe, topUpInHand.payment_method_id);
  if (owner.error) return owner;
  return ok(owner.data !== null && owner.data === topUpInHand.stripe_customer_id);
}

/** Sees to it that the intent cannot succeed any more, or finds that it has. */
async function giveUp(deps: PaymentDeps, topUpInHand: TopUp): Promise<Result<Outcome>> {
  const intentId = topUpInHand.stripe_payment_intent_id;
  if (intentId === null) throw new Error('a top-up that Stripe does not have cannot be canceled');
  const found = await callStripe(() => deps.stripe.paymentIntents.retrieve(intentId));
  if (found.error) return found;
  const last = UNPAID.includes(found.data.status)
    ? await callStripe(() => cancelIntent(deps.stripe, intentId))
    : found;
  if (last.error) return last;
  const applied = await applyStripeObject(deps.db, last.data);
  if (applied.error) return applied;
  if (applied.data.outcome === 'credited') return ok('paid');
  return ok(last.data.status === 'canceled' ? 'given_up' : 'waits');
}

async function refuse(
  db: Db,
  paymentId: string,
  outcome: 'put_back' | 'payment_method_gone' | 'authentication_required',
): Promise<Result<Outcome>> {
  const reported = await report(db, paymentId, outcome);
  return reported.error ? reported : ok('refused');
}

function report(db: Db, paymentId: string, outcome: string): Promise<Result<unknown>> {
  return callRpc(db, 'report_auto_top_up', { payment_id: paymentId, outcome }, z.unknown());
}
