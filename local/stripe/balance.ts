import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Double, Route } from './double.ts';
import { noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { read, text } from './params.ts';

/** What moves the account's balance; amounts in the currency's smallest unit, signed. */
interface Movement {
  type: 'charge' | 'refund' | 'refund_failure' | 'adjustment';
  /** https://docs.stripe.com/reports/reporting-categories */
  reporting_category: 'charge' | 'refund' | 'refund_failure' | 'dispute' | 'dispute_reversal';
  amount: number;
  currency: string;
  description: string | null;
  /** The id of the charge, refund or dispute. */
  source: string;
  fee?: { amount: number; description: string };
}

/** Writes one line of the account's balance. */
export function makeTransaction(double: Double, movement: Movement): Stripe.BalanceTransaction {
  const id = newId('txn_3', 23);
  const { fee, amount, currency } = movement;
  return double.store.put('balance_transactions', id, {
    id,
    object: 'balance_transaction',
    amount,
    available_on: double.now() + (movement.type === 'charge' ? 2 * 24 * 3600 : 0),
    balance_type: 'payments',
    created: double.now(),
    currency,
    description: movement.description,
    exchange_rate: null,
    fee: fee?.amount ?? 0,
    fee_details:
      fee === undefined
        ? []
        : [
            {
              amount: fee.amount,
              application: null,
              currency,
              description: fee.description,
              type: 'stripe_fee',
            },
          ],
    net: amount - (fee?.amount ?? 0),
    reporting_category: movement.reporting_category,
    source: movement.source,
    status: movement.type === 'charge' ? 'pending' : 'available',
    type: movement.type,
  });
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  currency: text.optional(),
  source: text.optional(),
  type: text.optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('balance_transactions').values(),
    want,
    '/v1/balance_transactions',
    (each) =>
      (want.currency === undefined || each.currency === want.currency) &&
      (want.source === undefined || each.source === want.source) &&
      (want.type === undefined || each.type === want.type) &&
      matchesCreated(each.created, want.created),
  );
}

export const balanceRoutes: readonly Route[] = [
  ['GET', '/v1/balance_transactions', list],
  [
    'GET',
    '/v1/balance_transactions/:id',
    ({ double, path }) => {
      const transaction = double.store.get('balance_transactions', path['id'] ?? '');
      if (transaction === undefined) throw noSuch('balance transaction', path['id'] ?? '');
      return transaction;
    },
  ],
];
