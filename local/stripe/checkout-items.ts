import { z } from 'zod';
import { checkAmount } from './amounts.ts';
import type { Double, Origin } from './double.ts';
import { idOf } from './double.ts';
import { invalidRequest } from './errors.ts';
import { newId } from './ids.ts';
import { changedMetadata, currency, integer, metadata, positiveInteger, text } from './params.ts';
import { createProduct, makePrice, priceOf, productData, productOf } from './products.ts';
import type { LineItem, Price } from './store.ts';

const priceData = z.strictObject({
  currency,
  unit_amount: integer,
  product: text.optional(),
  product_data: productData.optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
});
export const lineItem = z.strictObject({
  price: text.optional(),
  price_data: priceData.optional(),
  quantity: positiveInteger.optional(),
  metadata: metadata.optional(),
});
type GivenItem = z.infer<typeof lineItem>;

/** Everything that can be wrong with the items, before any product or price is made for them. */
export function checkLineItems(double: Double, items: readonly GivenItem[]): void {
  let total = 0;
  let money: string | undefined;
  for (const [index, item] of items.entries()) {
    const param = `line_items[${index}]`;
    if ((item.price === undefined) === (item.price_data === undefined)) {
      throw invalidRequest(
        `You must specify exactly one of \`price\` or \`price_data\` for \`${param}\`.`,
        { code: 'parameter_missing', param },
      );
    }
    if (item.quantity === undefined) {
      throw invalidRequest(`Missing required param: ${param}[quantity].`, {
        code: 'parameter_missing',
        param: `${param}[quantity]`,
      });
    }
    const data = item.price_data;
    const price = data ?? priceOf(double, item.price ?? '', `${param}[price]`);
    if ('active' in price && !price.active) {
      throw invalidRequest(
        `The price specified is inactive. This field only accepts active prices.`,
        {
          param: `${param}[price]`,
        },
      );
    }
    if (data !== undefined) checkPriceData(double, data, `${param}[price_data]`);
    if (money !== undefined && price.currency !== money) {
      throw invalidRequest(
        `All line items in a Checkout Session must have the same currency; expected ${money} but got ${price.currency}.`,
        { param: 'line_items' },
      );
    }
    money = price.currency;
    total += (price.unit_amount ?? 0) * item.quantity;
  }
  checkAmount(total, money ?? 'usd', 'line_items', "The Checkout Session's total amount");
}

function checkPriceData(double: Double, data: z.infer<typeof priceData>, param: string): void {
  if ((data.product === undefined) === (data.product_data === undefined)) {
    throw invalidRequest(
      `You must specify exactly one of \`product\` or \`product_data\` for \`${param}\`.`,
      { code: 'parameter_missing', param: `${param}[product]` },
    );
  }
  if (data.product !== undefined) productOf(double, data.product, `${param}[product]`);
  if (data.unit_amount < 0) {
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param: `${param}[unit_amount]`,
    });
  }
}

/** A line item, with the product and price of an inline one. Check the items first. */
export function makeLineItem(double: Double, given: GivenItem, origin: Origin): LineItem {
  const price =
    given.price === undefined ? inlinePrice(double, given, origin) : priceOf(double, given.price);
  const amount = (price.unit_amount ?? 0) * (given.quantity ?? 1);
  return {
    id: newId('li_1', 23),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: double.store.get('products', idOf(price.product) ?? '')?.name ?? null,
    metadata: changedMetadata({}, given.metadata),
    price: structuredClone(price),
    quantity: given.quantity ?? 1,
  };
}

function inlinePrice(double: Double, given: GivenItem, origin: Origin): Price {
  const data = given.price_data;
  const product =
    data?.product_data === undefined
      ? (data?.product ?? '')
      : createProduct(double, data.product_data, origin).id;
  return makePrice(double, {
    currency: data?.currency ?? 'usd',
    unit_amount: data?.unit_amount ?? 0,
    product,
    // An inline price cannot be used again.
    active: false,
  });
}
