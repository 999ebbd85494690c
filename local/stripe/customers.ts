import type Stripe from 'stripe';
import { z } from 'zod';
import { useUp } from './card-file.ts';
import type { Call, Double, Origin, Route } from './double.ts';
import { noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { changedMetadata, email, emptyable, metadata, read, text } from './params.ts';

const address = z.strictObject({
  city: z.string().optional(),
  country: z.string().optional(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  postal_code: z.string().optional(),
  state: z.string().optional(),
});

const writable = {
  address: emptyable(address).optional(),
  description: emptyable(text).optional(),
  email: emptyable(email).optional(),
  metadata: metadata.optional(),
  name: emptyable(text).optional(),
  phone: emptyable(text).optional(),
  preferred_locales: z.array(text).optional(),
};
const createParams = z.strictObject(writable);
const updateParams = z.strictObject({
  ...writable,
  invoice_settings: z.strictObject({ default_payment_method: emptyable(text) }).optional(),
});
type Fields = z.infer<typeof updateParams>;

/** The customer, or Stripe's error; a deleted customer can be retrieved but not used. */
export function customerOf(double: Double, id: string, param?: string): Stripe.Customer {
  const customer = double.store.get('customers', id);
  if (customer === undefined || isDeleted(customer)) throw noSuch('customer', id, param);
  return customer;
}

export function createCustomer(double: Double, fields: Fields, origin: Origin): Stripe.Customer {
  const id = newId('cus_', 14);
  const customer: Stripe.Customer = {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: double.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: newId('', 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
  write(customer, fields);
  double.store.put('customers', id, customer);
  double.emit('customer.created', customer, origin);
  return customer;
}

function write(customer: Stripe.Customer, fields: Fields): void {
  // First, because it can be refused; then nothing is changed.
  customer.metadata = changedMetadata(customer.metadata, fields.metadata);
  if (fields.address !== undefined) customer.address = fullAddress(fields.address);
  if (fields.description !== undefined) customer.description = fields.description;
  if (fields.email !== undefined) customer.email = fields.email;
  if (fields.name !== undefined) customer.name = fields.name;
  if (fields.phone !== undefined) customer.phone = fields.phone;
  if (fields.preferred_locales !== undefined) customer.preferred_locales = fields.preferred_locales;
}

function fullAddress(given: z.infer<typeof address> | null): Stripe.Address | null {
  if (given === null) return null;
  return {
    city: given.city ?? null,
    country: given.country ?? null,
    line1: given.line1 ?? null,
    line2: given.line2 ?? null,
    postal_code: given.postal_code ?? null,
    state: given.state ?? null,
  };
}

function isDeleted(customer: Stripe.Customer): boolean {
  return 'deleted' in customer;
}

function update({ double, params, path, origin }: Call): object {
  const customer = customerOf(double, path['id'] ?? '');
  const fields = read(updateParams, params);
  const before = structuredClone(customer) as unknown as Record<string, unknown>;
  const method = fields.invoice_settings?.default_payment_method;
  if (method !== undefined) {
    if (method !== null && double.store.get('payment_methods', method)?.customer !== customer.id) {
      throw noSuch('payment method', method, 'invoice_settings[default_payment_method]');
    }
    customer.invoice_settings.default_payment_method = method;
  }
  write(customer, fields);
  double.store.put('customers', customer.id, customer);
  const previous = Object.fromEntries(
    Object.entries(customer).flatMap(([key, value]) =>
      JSON.stringify(before[key]) === JSON.stringify(value) ? [] : [[key, before[key]]],
    ),
  );
  if (Object.keys(previous).length > 0) {
    double.emit('customer.updated', customer, origin, previous);
  }
  return customer;
}

function remove({ double, path, origin }: Call): object {
  const customer = customerOf(double, path['id'] ?? '');
  double.emit('customer.deleted', customer, origin);
  for (const method of double.store.all('payment_methods').values()) {
    if (method.customer !== customer.id) continue;
    method.customer = null;
    useUp(double, method);
  }
  const stub = { id: customer.id, object: 'customer', deleted: true };
  // What is left of a deleted customer is this stub, which is also what retrieving it gives.
  double.store.put('customers', customer.id, stub as unknown as Stripe.Customer);
  return stub;
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  email: z.string().optional(),
});

function list({ double, params }: Call): object {
  const want = read(listParams, params);
  return listOf(
    double.store.all('customers').values(),
    want,
    '/v1/customers',
    (customer) =>
      !isDeleted(customer) &&
      matchesCreated(customer.created, want.created) &&
      (want.email === undefined || customer.email === want.email),
  );
}

export const customerRoutes: readonly Route[] = [
  [
    'POST',
    '/v1/customers',
    ({ double, params, origin }) => createCustomer(double, read(createParams, params), origin),
  ],
  ['GET', '/v1/customers', list],
  [
    'GET',
    '/v1/customers/:id',
    ({ double, path }) => {
      const customer = double.store.get('customers', path['id'] ?? '');
      if (customer === undefined) throw noSuch('customer', path['id'] ?? '');
      return customer;
    },
  ],
  ['POST', '/v1/customers/:id', update],
  ['DELETE', '/v1/customers/:id', remove],
];
