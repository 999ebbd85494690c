import type Stripe from 'stripe';
import { isUsedUp } from './card-file.ts';
import type { Double } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest } from './errors.ts';
import { paymentMethodOf } from './payment-methods.ts';

/**
 * The payment method, or Stripe's error when this customer (null: nobody) may not use it: one that is attached is for
 * its customer only, any other can be used once (https://docs.stripe.com/api/payment_methods).
 */
export function usableMethod(
  double: Double,
  id: string,
  customer: string | null,
  user: 'PaymentIntent' | 'SetupIntent',
): Stripe.PaymentMethod {
  const method = paymentMethodOf(double, id, 'payment_method');
  if (isUsedUp(double, method)) {
    throw invalidRequest(
      'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    );
  }
  const owner = idOf(method.customer);
  if (owner === null || owner === customer) return method;
  throw invalidRequest(
    customer === null
      ? `The \`payment_method\` parameter supplied ${method.id} belongs to the Customer ${owner}. Please include the Customer in the \`customer\` parameter on the ${user}.`
      : `The PaymentMethod ${method.id} does not belong to the Customer you supplied ${customer}. Please use this PaymentMethod with the Customer that it belongs to instead.`,
    { param: 'payment_method' },
  );
}
