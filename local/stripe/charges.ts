import type Stripe from 'stripe';
import { z } from 'zod';
import { makeTransaction } from './balance.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { idOf } from './double.ts';
import { noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { read, text } from './params.ts';
import type { Decline } from './test-cards.ts';

/** Records an attempt to take the money of a payment intent, and tells of it. */
export function makeCharge(
  double: Double,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
  isAuthenticated: boolean,
  origin: Origin,
): Stripe.Charge {
  const id = newId('ch_3', 23);
  const isPaid = decline === undefined;
  const charge: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isPaid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: isPaid ? receive(double, id, intent).id : null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: 'MINDBOT',
    captured: isPaid,
    created: double.now(),
    currency: intent.currency,
    customer: idOf(intent.customer),
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: decline?.advice_code ?? null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: isPaid ? 'approved_by_network' : 'declined_by_network',
      reason: decline === undefined ? null : (decline.decline_code ?? decline.code),
      risk_level: 'normal',
      risk_score: 20,
      seller_message: isPaid ? 'Payment complete.' : 'The bank did not accept the payment.',
      type: isPaid ? 'authorized' : 'issuer_declined',
    },
    paid: isPaid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(intent.amount, method, isPaid, isAuthenticated),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: isPaid ? `${double.baseUrl}/c/receipt/${id}` : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
  double.store.put('charges', id, charge);
  double.emit(isPaid ? 'charge.succeeded' : 'charge.failed', charge, origin);
  return charge;
}

function cardDetails(
  amount: number,
  { card }: Stripe.PaymentMethod,
  isPaid: boolean,
  isAuthenticated: boolean,
): Stripe.Charge.PaymentMethodDetails {
  if (card === undefined) return { type: 'card' };
  return {
    card: {
      amount_authorized: isPaid ? amount : null,
      authorization_code: isPaid ? newId('', 6).toUpperCase() : null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: isAuthenticated ? '05' : null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: isAuthenticated
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: null,
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  };
}

/** Fees as on Stripe's US price list: 2.9 % and 30 cents. */
function receive(
  double: Double,
  chargeId: string,
  intent: Stripe.PaymentIntent,
): Stripe.BalanceTransaction {
  return makeTransaction(double, {
    type: 'charge',
    reporting_category: 'charge',
    amount: intent.amount,
    currency: intent.currency,
    description: intent.description,
    source: chargeId,
    fee: {
      amount: Math.min(intent.amount, Math.round((intent.amount * 29) / 1000) + 30),
      description: 'Stripe processing fees',
    },
  });
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  customer: text.optional(),
  payment_intent: text.optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('charges').values(),
    want,
    '/v1/charges',
    (charge) =>
      (want.customer === undefined || charge.customer === want.customer) &&
      (want.payment_intent === undefined || charge.payment_intent === want.payment_intent) &&
      matchesCreated(charge.created, want.created),
  );
}

export const chargeRoutes: readonly Route[] = [
  ['GET', '/v1/charges', list],
  [
    'GET',
    '/v1/charges/:id',
    ({ double, path }) => {
      const charge = double.store.get('charges', path['id'] ?? '');
      if (charge === undefined) throw noSuch('charge', path['id'] ?? '');
      return charge;
    },
  ],
];
