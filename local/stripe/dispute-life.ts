import type Stripe from 'stripe';
import { makeTransaction } from './balance.ts';
import type { Double, Origin } from './double.ts';
import { fromPage, idOf } from './double.ts';
import { newId } from './ids.ts';
import { failRefund } from './refund-life.ts';
import { cardByName } from './test-cards.ts';

/**
 * The path of a dispute (https://docs.stripe.com/disputes/how-disputes-work): a chargeback takes the money when it
 * opens and is `won` or `lost`; an inquiry (`warning_…`) takes nothing, and is closed or becomes a chargeback.
 */

/** Every reason that a card's dispute can have, with Visa's code for it. */
export const disputeReasons = {
  bank_cannot_process: '12.5',
  credit_not_processed: '13.7',
  customer_initiated: '13.3',
  duplicate: '12.6.1',
  fraudulent: '10.4',
  general: '13.5',
  noncompliant: '98',
  product_not_received: '13.1',
  product_unacceptable: '13.3',
  subscription_canceled: '13.2',
  unrecognized: '10.4',
} as const;
export type DisputeReason = keyof typeof disputeReasons;

export interface NewDispute {
  amount: number;
  reason: DisputeReason;
  isInquiry: boolean;
}

/** What Stripe takes for a chargeback, in the currency's smallest unit. */
const disputeFee = 1500;
const daysToRespond = 8;
const daySeconds = 24 * 3600;

export function isClosed(dispute: Stripe.Dispute): boolean {
  return ['won', 'lost', 'warning_closed'].includes(dispute.status);
}

export function isInquiry(dispute: Stripe.Dispute): boolean {
  return dispute.status.startsWith('warning_');
}

/** The customer asks the bank for the money back. */
export function openDispute(
  double: Double,
  charge: Stripe.Charge,
  fields: NewDispute,
): Stripe.Dispute {
  const id = newId('du_1', 23);
  const dispute: Stripe.Dispute = {
    id,
    object: 'dispute',
    amount: fields.amount,
    balance_transactions: [],
    charge: charge.id,
    created: double.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: structuredClone(noEvidence),
    evidence_details: {
      // The end of the day, in UTC.
      due_by: (Math.floor(double.now() / daySeconds) + daysToRespond + 1) * daySeconds - 1,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: fields.isInquiry && !charge.refunded,
    livemode: false,
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    payment_method_details: {
      card: {
        brand: charge.payment_method_details?.card?.brand ?? 'visa',
        case_type: fields.isInquiry ? 'inquiry' : 'chargeback',
        network: charge.payment_method_details?.card?.network ?? 'visa',
        network_reason_code: disputeReasons[fields.reason],
      },
      type: 'card',
    },
    reason: fields.reason,
    status: fields.isInquiry ? 'warning_needs_response' : 'needs_response',
  };
  double.store.put('disputes', id, dispute);
  charge.disputed = true;
  double.store.put('charges', charge.id, charge);
  if (!fields.isInquiry) withdraw(double, dispute);
  double.emit('charge.dispute.created', dispute, fromPage);
  if (!fields.isInquiry) double.emit('charge.dispute.funds_withdrawn', dispute, fromPage);
  return dispute;
}

/** The end of a dispute. `won` gives the money back; the fee is kept. */
export function closeDispute(
  double: Double,
  dispute: Stripe.Dispute,
  status: 'won' | 'lost' | 'warning_closed',
  origin: Origin,
): void {
  const before = { status: dispute.status };
  dispute.status = status;
  if (status === 'won') {
    const charge = double.store.get('charges', idOf(dispute.charge) ?? '');
    dispute.is_charge_refundable = charge?.refunded === false;
    dispute.balance_transactions.push(
      makeTransaction(double, {
        type: 'adjustment',
        reporting_category: 'dispute_reversal',
        amount: dispute.amount,
        currency: dispute.currency,
        description: `Chargeback reversal for ${idOf(dispute.charge)}`,
        source: dispute.id,
      }),
    );
  }
  double.store.put('disputes', dispute.id, dispute);
  if (status === 'won') double.emit('charge.dispute.funds_reinstated', dispute, origin);
  double.emit('charge.dispute.closed', dispute, origin, before);
}

/** The bank turns an inquiry into a chargeback. */
export function escalate(double: Double, dispute: Stripe.Dispute, origin: Origin): void {
  const before = { is_charge_refundable: dispute.is_charge_refundable, status: dispute.status };
  const charge = double.store.get('charges', idOf(dispute.charge) ?? '');
  dispute.status = 'needs_response';
  dispute.is_charge_refundable = false;
  const card = dispute.payment_method_details?.card;
  if (card !== undefined) card.case_type = 'chargeback';
  // Nothing is withdrawn for what was refunded in full while the bank asked.
  const takesMoney = charge?.refunded !== true;
  if (takesMoney) withdraw(double, dispute);
  double.store.put('disputes', dispute.id, dispute);
  double.emit('charge.dispute.updated', dispute, origin, before);
  if (takesMoney) double.emit('charge.dispute.funds_withdrawn', dispute, origin);
}

/** The step after a charge on one of the cards for it. */
export function disputeOpens(double: Double, chargeId: string): void {
  const charge = double.store.get('charges', chargeId);
  if (charge === undefined) return;
  const file = double.store.get('cards_on_file', idOf(charge.payment_method) ?? '');
  const wanted = cardByName(file?.name ?? '')?.dispute;
  if (wanted === undefined) return;
  openDispute(double, charge, {
    amount: charge.amount,
    reason: wanted.reason,
    isInquiry: wanted.isInquiry === true,
  });
}

/**
 * The step after evidence was submitted. In test mode the text decides
 * (https://docs.stripe.com/testing#evidence); any other text stays under review.
 */
export function disputeIsDecided(double: Double, id: string): void {
  const dispute = double.store.get('disputes', id);
  if (dispute === undefined || isClosed(dispute)) return;
  const text = dispute.evidence.uncategorized_text;
  if (text === 'escalate_inquiry_evidence' && isInquiry(dispute)) {
    return escalate(double, dispute, fromPage);
  }
  if (text !== 'winning_evidence' && text !== 'losing_evidence') return;
  const chargeback = text === 'winning_evidence' ? 'won' : 'lost';
  closeDispute(double, dispute, isInquiry(dispute) ? 'warning_closed' : chargeback, fromPage);
}

function withdraw(double: Double, dispute: Stripe.Dispute): void {
  for (const refund of double.store.all('refunds').values()) {
    if (refund.charge !== dispute.charge || refund.status !== 'pending') continue;
    failRefund(double, refund, 'charge_for_pending_refund_disputed');
  }
  dispute.balance_transactions.push(
    makeTransaction(double, {
      type: 'adjustment',
      reporting_category: 'dispute',
      amount: -dispute.amount,
      currency: dispute.currency,
      description: `Chargeback withdrawal for ${idOf(dispute.charge)}`,
      source: dispute.id,
      fee: { amount: disputeFee, description: 'Dispute fee' },
    }),
  );
}

const noEvidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
} satisfies Stripe.Dispute['evidence'];

export type EvidenceField = Exclude<keyof typeof noEvidence, 'enhanced_evidence'>;
export const evidenceFields = Object.keys(noEvidence).filter(
  (name): name is EvidenceField => name !== 'enhanced_evidence',
);
