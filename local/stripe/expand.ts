import { invalidRequest } from './errors.ts';
import type { Double } from './double.ts';
import { refundsOfCharge } from './refunds.ts';

/**
 * Replaces ids by the objects they stand for (https://docs.stripe.com/api/expanding_objects).
 * Works on a copy; the stored objects keep their ids.
 */
export function expanded(double: Double, answer: object, paths: readonly string[]): object {
  if (paths.length === 0) return answer;
  const copy = structuredClone(answer) as Record<string, unknown>;
  for (const [index, path] of paths.entries()) {
    const parts = path.split('.');
    if (parts.length > 4) {
      throw invalidRequest('You cannot expand more than 4 levels of a property.', {
        param: `expand[${index}]`,
      });
    }
    expandAt(double, copy, parts, path, index);
  }
  return copy;
}

function expandAt(
  double: Double,
  holder: Record<string, unknown>,
  parts: readonly string[],
  path: string,
  index: number,
): void {
  const [key, ...rest] = parts;
  if (key === undefined) return;
  const refuse = () =>
    invalidRequest(`This property cannot be expanded (${path}).`, { param: `expand[${index}]` });
  if (key === 'line_items' && holder['object'] === 'checkout.session') {
    holder[key] ??= lineItems(double, String(holder['id']));
  }
  if (key === 'refunds' && holder['object'] === 'charge') {
    holder[key] ??= structuredClone(refundsOfCharge(double, String(holder['id'])));
  }
  if (!Object.hasOwn(holder, key)) throw refuse();
  const value = holder[key];
  if (typeof value === 'string') {
    const found = double.store.find(value);
    // `client_reference_id` and the like are text, not references.
    if (found === undefined || typeof found !== 'object') throw refuse();
    holder[key] = structuredClone(found);
  }
  const target = holder[key];
  // Nothing is there yet, for instance the payment intent of an open checkout session.
  if (target === null || rest.length === 0) return;
  for (const item of Array.isArray(target) ? (target as unknown[]) : [target]) {
    if (typeof item !== 'object' || item === null) throw refuse();
    expandAt(double, item as Record<string, unknown>, rest, path, index);
  }
}

function lineItems(double: Double, sessionId: string): object {
  const items = double.store.get('checkout_plans', sessionId)?.line_items ?? [];
  return {
    object: 'list',
    data: structuredClone(items),
    has_more: false,
    url: `/v1/checkout/sessions/${sessionId}/line_items`,
  };
}
