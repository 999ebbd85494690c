import { z } from 'zod';
import type { StackAddress } from './address.ts';

/**
 * Pays at the hosted checkout page of the Stripe double, as the form in the browser does.
 * @param checkoutUrl `checkout_url` of the `purchase` function.
 * @returns the answer's body; a declined card answers 402 and throws with the decline message.
 */
export async function payAtCheckout(
  stack: StackAddress,
  checkoutUrl: string,
  card = '4242424242424242',
): Promise<unknown> {
  if (!stack.STRIPE_API_BASE) throw new Error('a real Stripe account: pay in the browser');
  const sessionId = /cs_[A-Za-z0-9_]+/.exec(checkoutUrl)?.[0];
  const response = await fetch(`${stack.STRIPE_API_BASE}/_double/checkout/${sessionId}/pay`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stack.STRIPE_SECRET_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ card }),
  });
  const body: unknown = await response.json();
  if (!response.ok) {
    const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(body);
    throw new Error(error.message);
  }
  return body;
}
