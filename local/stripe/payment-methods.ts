import type Stripe from 'stripe';
import { z } from 'zod';
import {
  billingDetails,
  makePaymentMethod,
  paymentMethodData,
  paymentMethodFrom,
} from './card-entry.ts';
import { isUsedUp, useUp } from './card-file.ts';
import { customerOf } from './customers.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { idOf } from './double.ts';
import { StripeApiError, invalidRequest, noSuch } from './errors.ts';
import { listOf, pageParams } from './lists.ts';
import { changedMetadata, metadata, read, text } from './params.ts';
import { cardByName } from './test-cards.ts';
import type { TestCard } from './test-cards.ts';

const updateParams = z.strictObject({
  billing_details: billingDetails.optional(),
  metadata: metadata.optional(),
  allow_redisplay: z.enum(['always', 'limited', 'unspecified']).optional(),
});

/** A stored payment method, or a new one for a test name such as `pm_card_visa`. */
export function paymentMethodOf(double: Double, id: string, param?: string): Stripe.PaymentMethod {
  const stored = double.store.get('payment_methods', id);
  if (stored !== undefined) return stored;
  const card = id.startsWith('pm_card_') ? cardByName(id) : undefined;
  if (card === undefined) throw noSuch('PaymentMethod', id, param);
  return makePaymentMethod(double, card);
}

export function cardOf(double: Double, method: Stripe.PaymentMethod): TestCard {
  const card = cardByName(double.store.get('cards_on_file', method.id)?.name ?? '');
  if (card === undefined) throw noSuch('PaymentMethod', method.id, 'payment_method');
  return card;
}

/** Attaches without asking the card; used after a payment that saves its card. */
export function attachTo(
  double: Double,
  method: Stripe.PaymentMethod,
  customerId: string,
  origin: Origin,
): void {
  if (method.customer === customerId) return;
  method.customer = customerId;
  double.store.put('payment_methods', method.id, method);
  double.emit('payment_method.attached', method, origin);
}

function attach({ double, params, path, origin }: Call): object {
  const { customer: customerId } = read(z.strictObject({ customer: text }), params);
  const customer = customerOf(double, customerId, 'customer');
  const method = paymentMethodOf(double, path['id'] ?? '');
  if (method.customer !== null && method.customer !== customer.id) {
    throw invalidRequest(
      'The payment method you provided has already been attached to a customer.',
      { code: 'payment_method_unexpected_state', param: 'payment_method' },
    );
  }
  if (isUsedUp(double, method)) {
    throw invalidRequest(
      'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    );
  }
  const card = cardOf(double, method);
  if (card.decline !== undefined && card.attachable !== true) {
    const { message, ...details } = card.decline;
    throw new StripeApiError(402, 'card_error', message, details);
  }
  attachTo(double, method, customer.id, origin);
  return method;
}

function detach({ double, path, origin }: Call): object {
  const method = paymentMethodOf(double, path['id'] ?? '');
  if (method.customer === null) {
    throw invalidRequest(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      { code: 'payment_method_unexpected_state', param: 'payment_method' },
    );
  }
  const previous = { customer: method.customer };
  forgetDefault(double, method);
  method.customer = null;
  useUp(double, method);
  double.store.put('payment_methods', method.id, method);
  double.emit('payment_method.detached', method, origin, previous);
  return method;
}

/** A customer's default cannot be a method that was detached. */
function forgetDefault(double: Double, method: Stripe.PaymentMethod): void {
  const customer = double.store.get('customers', idOf(method.customer) ?? '');
  if (customer?.invoice_settings?.default_payment_method !== method.id) return;
  customer.invoice_settings.default_payment_method = null;
  double.store.put('customers', customer.id, customer);
}

function update({ double, params, path }: Call): object {
  const method = paymentMethodOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  const { name, email, phone } = fields.billing_details ?? {};
  if (name !== undefined) method.billing_details.name = name;
  if (email !== undefined) method.billing_details.email = email;
  if (phone !== undefined) method.billing_details.phone = phone;
  if (fields.allow_redisplay !== undefined) method.allow_redisplay = fields.allow_redisplay;
  method.metadata = changedMetadata(method.metadata ?? {}, fields.metadata);
  return double.store.put('payment_methods', method.id, method);
}

const listParams = z.strictObject({
  ...pageParams,
  allow_redisplay: z.enum(['always', 'limited', 'unspecified']).optional(),
  customer: text.optional(),
  type: z.string().optional(),
});

function list(call: Call, customerId: string | undefined, url: string): object {
  const want = read(listParams, call.params);
  const owner = customerOf(call.double, customerId ?? want.customer ?? '', 'customer');
  return listOf(
    call.double.store.all('payment_methods').values(),
    want,
    url,
    (method) =>
      method.customer === owner.id &&
      (want.allow_redisplay === undefined || method.allow_redisplay === want.allow_redisplay) &&
      (want.type === undefined || method.type === want.type),
  );
}

function ofCustomer({ double, path }: Call): object {
  const customer = customerOf(double, path['id'] ?? '', 'customer');
  const method = double.store.get('payment_methods', path['method'] ?? '');
  if (method?.customer !== customer.id) throw noSuch('PaymentMethod', path['method'] ?? '');
  return method;
}

export const paymentMethodRoutes: readonly Route[] = [
  [
    'POST',
    '/v1/payment_methods',
    ({ double, params }) => paymentMethodFrom(double, read(paymentMethodData, params)),
  ],
  ['GET', '/v1/payment_methods', (call) => list(call, undefined, '/v1/payment_methods')],
  [
    'GET',
    '/v1/payment_methods/:id',
    ({ double, path }) => paymentMethodOf(double, path['id'] ?? ''),
  ],
  ['POST', '/v1/payment_methods/:id', update],
  ['POST', '/v1/payment_methods/:id/attach', attach],
  ['POST', '/v1/payment_methods/:id/detach', detach],
  [
    'GET',
    '/v1/customers/:id/payment_methods',
    (call) => list(call, call.path['id'], `/v1/customers/${call.path['id']}/payment_methods`),
  ],
  ['GET', '/v1/customers/:id/payment_methods/:method', ofCustomer],
];
