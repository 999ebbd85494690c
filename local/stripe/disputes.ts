import type Stripe from 'stripe';
import { z } from 'zod';
import { closeDispute, evidenceFields, isClosed, isInquiry } from './dispute-life.ts';
import type { Call, Double, Route } from './double.ts';
import { invalidParams, invalidRequest, noSuch } from './errors.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { bool, changedMetadata, emptyable, metadata, read, text } from './params.ts';

const evidenceText = emptyable(z.string().max(20_000)).optional();
/** The most characters of all evidence together. */
const mostEvidence = 150_000;

const updateParams = z.strictObject({
  evidence: z
    .strictObject(Object.fromEntries(evidenceFields.map((name) => [name, evidenceText])))
    .optional(),
  metadata: metadata.optional(),
  submit: bool.optional(),
});

export function disputeOf(double: Double, id: string): Stripe.Dispute {
  const dispute = double.store.get('disputes', id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}

/** The dispute, unless it is over. */
export function openDisputeOf(double: Double, id: string): Stripe.Dispute {
  const dispute = disputeOf(double, id);
  if (isClosed(dispute)) throw invalidRequest('This dispute is already closed');
  return dispute;
}

/** Evidence is kept and, unless `submit` is false, goes to the bank, which `uncategorized_text` decides later. */
function update({ double, params, path, origin }: Call): object {
  const dispute = openDisputeOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  const after = changedMetadata(dispute.metadata, fields.metadata);
  const evidence = { ...dispute.evidence, ...fields.evidence };
  const written = evidenceFields.map((name) => evidence[name]).filter((value) => value !== null);
  if (written.join('').length > mostEvidence) {
    throw invalidParams(
      `The combined character count of all evidence fields is limited to ${mostEvidence}.`,
      { param: 'evidence' },
    );
  }
  const before = {
    evidence: dispute.evidence,
    evidence_details: { ...dispute.evidence_details },
    metadata: dispute.metadata,
    status: dispute.status,
  };
  dispute.metadata = after;
  dispute.evidence = evidence;
  dispute.evidence_details.has_evidence = written.length > 0;
  const isSubmitted =
    fields.submit !== false &&
    written.length > 0 &&
    (fields.evidence !== undefined || fields.submit === true);
  if (isSubmitted) {
    dispute.evidence_details.submission_count += 1;
    dispute.evidence_details.submission_method = 'manual';
    dispute.status = isInquiry(dispute) ? 'warning_under_review' : 'under_review';
  }
  const previous = changedFrom(before, dispute);
  if (previous === undefined) return dispute;
  double.store.put('disputes', dispute.id, dispute);
  double.emit('charge.dispute.updated', dispute, origin, previous);
  if (isSubmitted) double.later.add('dispute_is_decided', dispute.id);
  return dispute;
}

function changedFrom(
  before: Partial<Stripe.Dispute>,
  after: Stripe.Dispute,
): Record<string, unknown> | undefined {
  const changed = Object.entries(before).filter(
    ([name, value]) =>
      JSON.stringify(value) !== JSON.stringify(after[name as keyof Stripe.Dispute]),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** Accepts the loss (https://docs.stripe.com/api/disputes/close); there is nothing to lose in an inquiry. */
function close({ double, path, origin }: Call): object {
  const dispute = openDisputeOf(double, path['id'] ?? '');
  if (isInquiry(dispute)) {
    throw invalidRequest(
      `This dispute cannot be closed because it has a status of ${dispute.status}.`,
    );
  }
  closeDispute(double, dispute, 'lost', origin);
  return dispute;
}

const listParams = z.strictObject({
  ...pageParams,
  charge: text.optional(),
  created: createdParam,
  payment_intent: text.optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('disputes').values(),
    want,
    '/v1/disputes',
    (dispute) =>
      (want.charge === undefined || dispute.charge === want.charge) &&
      (want.payment_intent === undefined || dispute.payment_intent === want.payment_intent) &&
      matchesCreated(dispute.created, want.created),
  );
}

export const disputeRoutes: readonly Route[] = [
  ['GET', '/v1/disputes', list],
  ['GET', '/v1/disputes/:id', ({ double, path }) => disputeOf(double, path['id'] ?? '')],
  ['POST', '/v1/disputes/:id', update],
  ['POST', '/v1/disputes/:id/close', close],
];
