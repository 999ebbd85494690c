import type Stripe from 'stripe';
import { makeTransaction } from './balance.ts';
import type { Double, Origin } from './double.ts';
import { fromPage, idOf } from './double.ts';
import { newId } from './ids.ts';
import { cardByName } from './test-cards.ts';

/**
 * The path of a refund (https://docs.stripe.com/refunds): a card's refund is `succeeded` at once, or `pending` first;
 * it can still turn out `failed` long afterwards. The charge counts it until then.
 */

export interface NewRefund {
  amount: number;
  reason: Stripe.Refund['reason'];
  metadata: Record<string, string>;
}

/** Gives money of a charge back and tells of it. What may be refused has been checked. */
export function makeRefund(
  double: Double,
  charge: Stripe.Charge,
  fields: NewRefund,
  origin: Origin,
): Stripe.Refund {
  const id = newId('re_3', 23);
  const before = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  const wayOfCard = refundWay(double, charge);
  const refund: Stripe.Refund = {
    id,
    object: 'refund',
    amount: fields.amount,
    balance_transaction: makeTransaction(double, {
      type: 'refund',
      reporting_category: 'refund',
      amount: -fields.amount,
      currency: charge.currency,
      description: `REFUND FOR CHARGE${charge.description === null ? '' : ` (${charge.description})`}`,
      source: id,
    }).id,
    charge: charge.id,
    created: double.now(),
    currency: charge.currency,
    customer: idOf(charge.customer),
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata: fields.metadata,
    payment_intent: idOf(charge.payment_intent),
    payment_method: idOf(charge.payment_method),
    reason: fields.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: wayOfCard === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
    ...(wayOfCard === 'pending' ? { pending_reason: 'processing' } : {}),
  };
  double.store.put('refunds', id, refund);
  count(double, charge, fields.amount);
  double.emit('refund.created', refund, origin);
  double.emit('charge.refunded', charge, origin, before);
  double.later.add(
    wayOfCard === 'pending'
      ? 'refund_succeeds'
      : wayOfCard === 'fails'
        ? 'refund_fails'
        : 'refund_reaches_the_bank',
    id,
  );
  return refund;
}

/** Takes a refund back that the customer's bank did not accept; the charge counts it no longer. */
export function failRefund(
  double: Double,
  refund: Stripe.Refund,
  reason = 'expired_or_canceled_card',
): void {
  if (refund.status !== 'pending' && refund.status !== 'succeeded') return;
  const before = { status: refund.status };
  refund.status = 'failed';
  refund.failure_reason = reason;
  refund.failure_balance_transaction = makeTransaction(double, {
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    amount: refund.amount,
    currency: refund.currency,
    description: 'REFUND FAILURE',
    source: refund.id,
  }).id;
  delete refund.pending_reason;
  double.store.put('refunds', refund.id, refund);
  const charge = double.store.get('charges', idOf(refund.charge) ?? '');
  if (charge !== undefined) count(double, charge, -refund.amount);
  double.emit('refund.failed', refund, fromPage);
  tellOfUpdate(double, refund, fromPage, before);
}

/** The step after a pending refund. */
export function refundSucceeds(double: Double, id: string): void {
  const refund = double.store.get('refunds', id);
  if (refund?.status !== 'pending') return;
  const before = { status: 'pending', pending_reason: refund.pending_reason ?? null };
  refund.status = 'succeeded';
  delete refund.pending_reason;
  double.store.put('refunds', id, refund);
  tellOfUpdate(double, refund, fromPage, before);
}

/** The step after any other refund: the number with which the bank finds it becomes known. */
export function refundReachesTheBank(double: Double, id: string): void {
  const refund = double.store.get('refunds', id);
  const card = refund?.destination_details?.card;
  if (refund?.status !== 'succeeded' || card === undefined) return;
  card.reference = newId('', 23);
  card.reference_status = 'available';
  double.store.put('refunds', id, refund);
  tellOfUpdate(double, refund, fromPage, {
    destination_details: { card: { reference: null, reference_status: 'pending' } },
  });
}

export function refundFails(double: Double, id: string): void {
  const refund = double.store.get('refunds', id);
  if (refund !== undefined) failRefund(double, refund);
}

/** Both names of one event; Stripe sends them together for a card's refund. */
export function tellOfUpdate(
  double: Double,
  refund: Stripe.Refund,
  origin: Origin,
  previous: Record<string, unknown>,
): void {
  double.emit('refund.updated', refund, origin, previous);
  double.emit('charge.refund.updated', refund, origin, previous);
}

/** Keeps the charge's total, and what its disputes say of it. */
function count(double: Double, charge: Stripe.Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded >= charge.amount;
  double.store.put('charges', charge.id, charge);
  for (const dispute of double.store.all('disputes').values()) {
    if (dispute.charge !== charge.id) continue;
    if (dispute.status !== 'won' && !dispute.status.startsWith('warning_')) continue;
    dispute.is_charge_refundable = !charge.refunded;
    double.store.put('disputes', dispute.id, dispute);
  }
}

function refundWay(double: Double, charge: Stripe.Charge): 'pending' | 'fails' | undefined {
  const file = double.store.get('cards_on_file', idOf(charge.payment_method) ?? '');
  return cardByName(file?.name ?? '')?.refund;
}
