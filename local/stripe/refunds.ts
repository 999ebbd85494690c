import type Stripe from 'stripe';
import { z } from 'zod';
import { shownAmount } from './amounts.ts';
import type { Call, Double, Route } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest, noSuch } from './errors.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import type { List } from './lists.ts';
import { changedMetadata, metadata, positiveInteger, read, text } from './params.ts';
import { makeRefund, tellOfUpdate } from './refund-life.ts';

const createParams = z.strictObject({
  amount: positiveInteger.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});
const updateParams = z.strictObject({ metadata: metadata.optional() });

function create({ double, params, origin }: Call): object {
  const fields = read(createParams, params);
  const charge = chargeToRefund(double, fields.charge, fields.payment_intent);
  for (const dispute of double.store.all('disputes').values()) {
    if (dispute.charge !== charge.id || dispute.is_charge_refundable || charge.refunded) continue;
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  const left = charge.amount - charge.amount_refunded;
  if (left <= 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  const amount = fields.amount ?? left;
  if (amount > left) {
    const shown = (value: number) => shownAmount(value, charge.currency);
    throw invalidRequest(
      `Refund amount (${shown(amount)}) is greater than unrefunded amount on charge (${shown(left)})`,
      { param: 'amount' },
    );
  }
  return makeRefund(
    double,
    charge,
    { amount, reason: fields.reason ?? null, metadata: changedMetadata({}, fields.metadata) },
    origin,
  );
}

/** The paid charge that is meant, or Stripe's error. */
function chargeToRefund(
  double: Double,
  chargeId: string | undefined,
  intentId: string | undefined,
): Stripe.Charge {
  if (chargeId === undefined && intentId === undefined) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  if (chargeId !== undefined && intentId !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: payment_intent, charge.', {
      code: 'parameters_exclusive',
      param: 'charge',
    });
  }
  if (chargeId !== undefined && double.store.get('charges', chargeId) === undefined) {
    // Of a charge Stripe says 404 here too.
    throw noSuch('charge', chargeId);
  }
  const intent = double.store.get('payment_intents', intentId ?? '');
  if (intentId !== undefined && intent === undefined) {
    throw noSuch('payment_intent', intentId, 'payment_intent');
  }
  const charge = double.store.get('charges', chargeId ?? idOf(intent?.latest_charge) ?? '');
  if (charge?.paid !== true) {
    throw invalidRequest(
      `This PaymentIntent (${intent?.id ?? idOf(charge?.payment_intent)}) does not have a successful charge to refund.`,
      intent === undefined ? {} : { param: 'payment_intent' },
    );
  }
  return charge;
}

function refundOf(double: Double, id: string): Stripe.Refund {
  const refund = double.store.get('refunds', id);
  if (refund === undefined) throw noSuch('refund', id);
  return refund;
}

function update({ double, params, path, origin }: Call): object {
  const refund = refundOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  const before = refund.metadata ?? {};
  const after = changedMetadata(before, fields.metadata);
  if (JSON.stringify(before) === JSON.stringify(after)) return refund;
  refund.metadata = after;
  double.store.put('refunds', refund.id, refund);
  tellOfUpdate(double, refund, origin, { metadata: before });
  return refund;
}

/** Only what waits for the customer can be canceled, and a card's refund never does (https://docs.stripe.com/api/refunds/cancel). */
function cancel({ double, path }: Call): object {
  refundOf(double, path['id'] ?? '');
  throw invalidRequest('Canceling this refund is unsupported.');
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
    double.store.all('refunds').values(),
    want,
    '/v1/refunds',
    (refund) =>
      (want.charge === undefined || refund.charge === want.charge) &&
      (want.payment_intent === undefined || refund.payment_intent === want.payment_intent) &&
      matchesCreated(refund.created, want.created),
  );
}

/** What `expand[]=refunds` shows of a charge: the ten newest. */
export function refundsOfCharge(double: Double, chargeId: string): List<Stripe.Refund> {
  return listOf(
    double.store.all('refunds').values(),
    {},
    `/v1/charges/${chargeId}/refunds`,
    (refund) => refund.charge === chargeId,
  );
}

export const refundRoutes: readonly Route[] = [
  ['POST', '/v1/refunds', create],
  ['GET', '/v1/refunds', list],
  ['GET', '/v1/refunds/:id', ({ double, path }) => refundOf(double, path['id'] ?? '')],
  ['POST', '/v1/refunds/:id', update],
  ['POST', '/v1/refunds/:id/cancel', cancel],
];
