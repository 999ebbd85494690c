import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Double, Origin, Route } from './double.ts';
import { invalidRequest, noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import {
  bool,
  changedMetadata,
  currency,
  emptyable,
  integer,
  metadata,
  read,
  text,
} from './params.ts';
import type { Price } from './store.ts';

export const productData = z.strictObject({
  name: text,
  description: text.optional(),
  images: z.array(z.string()).optional(),
  metadata: metadata.optional(),
  tax_code: z.string().optional(),
});

const productWritable = {
  active: bool.optional(),
  description: emptyable(text).optional(),
  images: emptyable(z.array(text)).optional(),
  metadata: metadata.optional(),
};
const productCreate = z.strictObject({ ...productWritable, name: text, id: text.optional() });
const productUpdate = z.strictObject({ ...productWritable, name: text.optional() });

const priceCreate = z.strictObject({
  active: bool.optional(),
  currency,
  lookup_key: text.max(200).optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: text.optional(),
  product_data: productData.optional(),
  transfer_lookup_key: bool.optional(),
  unit_amount: integer,
});
const priceUpdate = z.strictObject({
  active: bool.optional(),
  lookup_key: emptyable(text.max(200)).optional(),
  metadata: metadata.optional(),
  nickname: emptyable(text).optional(),
  transfer_lookup_key: bool.optional(),
});

export function createProduct(
  double: Double,
  fields: z.infer<typeof productCreate> | z.infer<typeof productData>,
  origin: Origin,
): Stripe.Product {
  const id = ('id' in fields ? fields.id : undefined) ?? newId('prod_', 14);
  if (double.store.get('products', id) !== undefined) {
    throw invalidRequest('Product already exists.', { code: 'resource_already_exists' });
  }
  const product: Stripe.Product = {
    id,
    object: 'product',
    active: ('active' in fields ? fields.active : undefined) ?? true,
    created: double.now(),
    default_price: null,
    description: fields.description ?? null,
    images: fields.images ?? [],
    livemode: false,
    marketing_features: [],
    metadata: changedMetadata({}, fields.metadata),
    name: fields.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: double.now(),
    url: null,
  };
  double.store.put('products', id, product);
  double.emit('product.created', product, origin);
  return product;
}

/** A price of a product; inline prices of a checkout session are made here too, inactive. */
export function makePrice(
  double: Double,
  fields: { currency: string; unit_amount: number; product: string; active: boolean },
): Price {
  const id = newId('price_1', 23);
  return double.store.put('prices', id, {
    id,
    object: 'price',
    active: fields.active,
    billing_scheme: 'per_unit',
    created: double.now(),
    currency: fields.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: fields.product,
    recurring: null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: fields.unit_amount,
    unit_amount_decimal: String(fields.unit_amount),
  });
}

export function productOf(double: Double, id: string, param?: string): Stripe.Product {
  const product = double.store.get('products', id);
  if (product === undefined) throw noSuch('product', id, param);
  return product;
}

export function priceOf(double: Double, id: string, param?: string): Price {
  const price = double.store.get('prices', id);
  if (price === undefined) throw noSuch('price', id, param);
  return price;
}

function createPrice({ double, params, origin }: Call): object {
  const fields = read(priceCreate, params);
  if ((fields.product === undefined) === (fields.product_data === undefined)) {
    throw invalidRequest(
      'You must specify exactly one of these parameters: product, product_data.',
      {
        code: 'parameter_missing',
        param: 'product',
      },
    );
  }
  if (fields.unit_amount < 0) {
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param: 'unit_amount',
    });
  }
  const product =
    fields.product_data === undefined
      ? productOf(double, fields.product ?? '', 'product')
      : createProduct(double, fields.product_data, origin);
  freeLookupKey(double, fields.lookup_key, fields.transfer_lookup_key);
  const price = makePrice(double, {
    currency: fields.currency,
    unit_amount: fields.unit_amount,
    product: product.id,
    active: fields.active ?? true,
  });
  price.lookup_key = fields.lookup_key ?? null;
  price.nickname = fields.nickname ?? null;
  price.metadata = changedMetadata({}, fields.metadata);
  double.emit('price.created', price, origin);
  return price;
}

function freeLookupKey(
  double: Double,
  key: string | null | undefined,
  transfer: boolean | undefined,
): void {
  if (key === undefined || key === null) return;
  for (const other of double.store.all('prices').values()) {
    if (other.lookup_key !== key) continue;
    if (transfer !== true) {
      throw invalidRequest(`A price (\`${other.id}\`) already uses that lookup key.`, {
        param: 'lookup_key',
      });
    }
    other.lookup_key = null;
  }
}

function updatePrice({ double, params, path }: Call): object {
  const price = priceOf(double, path['id'] ?? '');
  const fields = read(priceUpdate, params);
  if (fields.lookup_key !== price.lookup_key) {
    freeLookupKey(double, fields.lookup_key, fields.transfer_lookup_key);
  }
  if (fields.active !== undefined) price.active = fields.active;
  if (fields.lookup_key !== undefined) price.lookup_key = fields.lookup_key;
  if (fields.nickname !== undefined) price.nickname = fields.nickname;
  price.metadata = changedMetadata(price.metadata, fields.metadata);
  return double.store.put('prices', price.id, price);
}

const priceList = z.strictObject({
  ...pageParams,
  active: bool.optional(),
  created: createdParam,
  currency: currency.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
  type: z.enum(['one_time', 'recurring']).optional(),
});

function listPrices({ double, params }: Call): object {
  const want = read(priceList, params);
  return listOf(
    double.store.all('prices').values(),
    want,
    '/v1/prices',
    (price) =>
      (want.active === undefined || price.active === want.active) &&
      (want.currency === undefined || price.currency === want.currency) &&
      (want.product === undefined || price.product === want.product) &&
      (want.type === undefined || price.type === want.type) &&
      (want.lookup_keys === undefined || want.lookup_keys.includes(price.lookup_key ?? '')) &&
      matchesCreated(price.created, want.created),
  );
}

function updateProduct({ double, params, path }: Call): object {
  const product = productOf(double, path['id'] ?? '');
  const fields = read(productUpdate, params);
  if (fields.active !== undefined) product.active = fields.active;
  if (fields.description !== undefined) product.description = fields.description;
  if (fields.images !== undefined) product.images = fields.images ?? [];
  if (fields.name !== undefined) product.name = fields.name;
  product.metadata = changedMetadata(product.metadata, fields.metadata);
  product.updated = double.now();
  return double.store.put('products', product.id, product);
}

const productList = z.strictObject({
  ...pageParams,
  active: bool.optional(),
  ids: z.array(text).optional(),
});

function listProducts({ double, params }: Call): object {
  const want = read(productList, params);
  return listOf(
    double.store.all('products').values(),
    want,
    '/v1/products',
    (product) =>
      (want.active === undefined || product.active === want.active) &&
      (want.ids === undefined || want.ids.includes(product.id)),
  );
}

export const productRoutes: readonly Route[] = [
  [
    'POST',
    '/v1/products',
    ({ double, params, origin }) => createProduct(double, read(productCreate, params), origin),
  ],
  ['GET', '/v1/products', listProducts],
  ['GET', '/v1/products/:id', ({ double, path }) => productOf(double, path['id'] ?? '')],
  ['POST', '/v1/products/:id', updateProduct],
  ['POST', '/v1/prices', createPrice],
  ['GET', '/v1/prices', listPrices],
  ['GET', '/v1/prices/:id', ({ double, path }) => priceOf(double, path['id'] ?? '')],
  ['POST', '/v1/prices/:id', updatePrice],
];
