import type Stripe from 'stripe';
import { z } from 'zod';
import { closeDispute, disputeReasons, escalate, isInquiry, openDispute } from './dispute-life.ts';
import type { DisputeReason } from './dispute-life.ts';
import { openDisputeOf } from './disputes.ts';
import type { Double } from './double.ts';
import { fromPage, idOf } from './double.ts';
import { invalidRequest, noSuch } from './errors.ts';
import { parsed } from './json-body.ts';
import { failRefund } from './refund-life.ts';
import { setupIntentOf } from './setup-intent.ts';
import { finishSetup } from './setup-life.ts';

/** Switches for what the customer's bank does: disputes, refunds that it does not accept, cards that are to be saved. */

const disputeBody = z.strictObject({
  /** Default: what was not refunded, or all when nothing is left. */
  amount: z.int().min(1).max(99_999_999).optional(),
  reason: z.enum(Object.keys(disputeReasons) as [DisputeReason]).default('fraudulent'),
  inquiry: z.boolean().default(false),
});
const closeBody = z.strictObject({ status: z.enum(['won', 'lost', 'warning_closed']) });
const outcomeBody = z.strictObject({ outcome: z.enum(['approve', 'refuse']) });
const failBody = z.strictObject({
  reason: z
    .enum([
      'charge_for_pending_refund_disputed',
      'declined',
      'expired_or_canceled_card',
      'insufficient_funds',
      'lost_or_stolen_card',
      'merchant_request',
      'unknown',
    ])
    .default('expired_or_canceled_card'),
});

/** By the part of the path after `/_double/`; each answers with the object that it changed. */
export const bankSwitches: readonly (readonly [
  string,
  (double: Double, id: string, body: string) => object,
])[] = [
  ['charges/:id/dispute', disputeCharge],
  ['disputes/:id/close', close],
  ['disputes/:id/escalate', escalateInquiry],
  ['refunds/:id/fail', fail],
  ['setup_intents/:id/authenticate', authenticateSetup],
];

function disputeCharge(double: Double, id: string, body: string): Stripe.Dispute {
  const charge = paidCharge(double, id);
  const { amount, reason, inquiry } = parsed(disputeBody, body);
  const left = charge.amount - charge.amount_refunded;
  return openDispute(double, charge, {
    amount: amount ?? (left > 0 ? left : charge.amount),
    reason,
    isInquiry: inquiry,
  });
}

/** The charge that was paid, by its own id or by that of its payment intent. */
function paidCharge(double: Double, id: string): Stripe.Charge {
  const intent = double.store.get('payment_intents', id);
  const charge = double.store.get('charges', idOf(intent?.latest_charge) ?? id);
  if (charge === undefined) throw noSuch('charge', id);
  if (!charge.paid) throw invalidRequest(`Charge ${charge.id} was not paid.`);
  return charge;
}

function close(double: Double, id: string, body: string): Stripe.Dispute {
  const dispute = openDisputeOf(double, id);
  const { status } = parsed(closeBody, body);
  if (isInquiry(dispute) !== (status === 'warning_closed')) {
    throw invalidRequest(`A dispute with a status of ${dispute.status} cannot become ${status}.`);
  }
  closeDispute(double, dispute, status, fromPage);
  return dispute;
}

function escalateInquiry(double: Double, id: string): Stripe.Dispute {
  const dispute = openDisputeOf(double, id);
  if (!isInquiry(dispute)) throw invalidRequest('This dispute is no inquiry.');
  escalate(double, dispute, fromPage);
  return dispute;
}

function fail(double: Double, id: string, body: string): Stripe.Refund {
  const refund = double.store.get('refunds', id);
  if (refund === undefined) throw noSuch('refund', id);
  if (refund.status === 'failed') throw invalidRequest('This refund has failed already.');
  failRefund(double, refund, parsed(failBody, body).reason);
  return refund;
}

function authenticateSetup(double: Double, id: string, body: string): Stripe.SetupIntent {
  const intent = setupIntentOf(double, id);
  const { outcome } = parsed(outcomeBody, body);
  if (intent.status !== 'requires_action') {
    throw invalidRequest('This card is not waiting for authentication.', {
      code: 'setup_intent_unexpected_state',
    });
  }
  finishSetup(double, intent, outcome === 'approve', fromPage);
  return intent;
}
