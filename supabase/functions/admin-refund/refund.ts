import { Stripe } from 'stripe';
import { z } from 'zod';
import { fail, ok } from '../_shared/errors.ts';
import type { Failed, Result } from '../_shared/errors.ts';
import { invalidInput } from '../_shared/http.ts';
import { applyStripeObject } from '../_shared/purchase.ts';
import type { PaymentDeps } from '../_shared/purchase.ts';
import { callStripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { RefundRequest } from './request.ts';

export interface Refunded {
  stripe_refund_id: string;
}

/**
 * Has Stripe make the refund of a request, once however often it is tried.
 *
 * Stripe is asked first what it knows. The refund of a request whose answer was lost is found by its metadata, for
 * as long as there are refunds; an idempotency key is only kept for a day. And a refund that we had not heard of
 * (made in the Dashboard, its webhook lost) stops the request: the admin decided without knowing of it.
 */
export async function refundAtStripe(
  deps: PaymentDeps,
  request: RefundRequest,
): Promise<Result<Refunded>> {
  const earlier = await findRefund(deps.stripe, request);
  if (earlier.error) return earlier;
  const known = await applyCharge(deps, request);
  if (known.error) return known;
  if (earlier.data !== undefined) return finish(deps, request, earlier.data);
  if (known.data === 'refunded') {
    await giveUp(deps, request, 'refunded otherwise meanwhile');
    return fail('illegal_transition', 'This payment was refunded otherwise meanwhile. Look again.');
  }
  const made = await createRefund(deps, request);
  if (made.error) return made;
  const applied = await applyCharge(deps, request);
  if (applied.error) return applied;
  return finish(deps, request, made.data);
}

async function findRefund(
  stripe: Stripe,
  request: RefundRequest,
): Promise<Result<Stripe.Refund | undefined>> {
  const listed = await callStripe(() =>
    stripe.refunds.list({ payment_intent: request.stripe_payment_intent_id, limit: 100 }),
  );
  if (listed.error) return listed;
  return ok(
    listed.data.data.find(
      (refund) => refund.metadata?.['refund_request_id'] === request.refund_request_id,
    ),
  );
}

/** Brings the payment to what its charge says: refunds take back by Stripe's cumulative amount. */
async function applyCharge(deps: PaymentDeps, request: RefundRequest): Promise<Result<string>> {
  const intent = await callStripe(() =>
    deps.stripe.paymentIntents.retrieve(request.stripe_payment_intent_id, {
      expand: ['latest_charge'],
    }),
  );
  if (intent.error) return intent;
  const applied = await applyStripeObject(deps.db, intent.data.latest_charge);
  return applied.error ? applied : ok(applied.data.outcome);
}

async function createRefund(
  deps: PaymentDeps,
  request: RefundRequest,
): Promise<Result<Stripe.Refund>> {
  try {
    return await callStripe(() =>
      deps.stripe.refunds.create(
        {
          payment_intent: request.stripe_payment_intent_id,
          amount: request.amount_cents,
          reason: 'requested_by_customer',
          metadata: {
            payment_id: request.payment_id,
            refund_request_id: request.refund_request_id,
          },
        },
        { idempotencyKey: `refund-${request.refund_request_id}` },
      ),
    );
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    // Final, so that the request does not stand in the way of another one.
    await giveUp(deps, request, error.code ?? error.message);
    return refused(error);
  }
}

function refused(error: InstanceType<typeof Stripe.errors.StripeInvalidRequestError>): Failed {
  const field =
    error.param === 'amount' || error.code === 'charge_already_refunded'
      ? 'amount_cents'
      : 'payment_id';
  return invalidInput({ [field]: [error.message] });
}

async function giveUp(deps: PaymentDeps, request: RefundRequest, failure: string): Promise<void> {
  const given = await callRpc(
    deps.db,
    'finish_refund',
    { refund_request_id: request.refund_request_id, stripe_refund_id: null, failure },
    z.unknown(),
  );
  if (given.error) throw new Error(`finish_refund: ${given.error.code}`);
}

/** @see https://docs.stripe.com/api/refunds/object: a refund is under way or done unless it failed or was canceled */
async function finish(
  deps: PaymentDeps,
  request: RefundRequest,
  refund: Stripe.Refund,
): Promise<Result<Refunded>> {
  if (refund.status === 'failed' || refund.status === 'canceled') {
    const failure = refund.failure_reason ?? refund.status;
    await giveUp(deps, request, failure);
    return invalidInput({ payment_id: [`the refund failed at the bank: ${failure}`] });
  }
  const finished = await callRpc(
    deps.db,
    'finish_refund',
    {
      refund_request_id: request.refund_request_id,
      stripe_refund_id: refund.id,
      failure: null,
    },
    z.unknown(),
  );
  return finished.error ? finished : ok({ stripe_refund_id: refund.id });
}
