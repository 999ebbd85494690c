import type Stripe from 'stripe';
import type { Double } from './double.ts';

/** What is remembered of the card of a payment method besides its name. */

export function isUsedUp(double: Double, method: Stripe.PaymentMethod): boolean {
  return double.store.get('cards_on_file', method.id)?.is_used_up === true;
}

/** From now on it can neither be paid with nor attached. */
export function useUp(double: Double, method: Stripe.PaymentMethod): void {
  const file = double.store.get('cards_on_file', method.id);
  if (file !== undefined) {
    double.store.put('cards_on_file', method.id, { ...file, is_used_up: true });
  }
}

/** From now on it works off session without authentication. */
export function markSetUp(double: Double, method: Stripe.PaymentMethod): void {
  const file = double.store.get('cards_on_file', method.id);
  if (file !== undefined) {
    double.store.put('cards_on_file', method.id, { ...file, is_set_up: true });
  }
}
