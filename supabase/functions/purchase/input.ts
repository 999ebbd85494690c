import { z } from 'zod';
import { isSafeWebUrl } from '../_shared/env.ts';
import { ok } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { invalidInput } from '../_shared/http.ts';

const MAX_URL_LENGTH = 2000;

/**
 * A page that the customer may be sent back to. The text itself goes to Stripe, which fills in
 * `{CHECKOUT_SESSION_ID}`, so nothing that URL parsers read differently may be in it.
 */
function returnUrl(allowedOrigins: readonly string[]) {
  return z
    .string()
    .max(MAX_URL_LENGTH)
    .refine((text) => {
      if (/[\s\\\p{Cc}\p{Cs}]/u.test(text) || !URL.canParse(text)) return false;
      const url = new URL(text);
      return isSafeWebUrl(url) && allowedOrigins.includes(url.origin);
    }, 'must be an address of an allowed origin');
}

/** The request of `purchase` (DESIGN.md §11). Unknown fields, amounts among them, count for nothing. */
export function purchaseRequest(allowedOrigins: readonly string[]) {
  return z
    .object({
      package_id: z
        .string()
        .min(1)
        .max(100)
        .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'has characters that are not allowed'),
      flow: z.enum(['checkout', 'payment_intent']).default('checkout'),
      gift: z.boolean().default(false),
      payment_method_id: z
        .string()
        .regex(/^\w{1,255}$/, 'is not the id of a payment method')
        .optional(),
      save_payment_method: z.boolean().default(false),
      success_url: returnUrl(allowedOrigins).optional(),
      cancel_url: returnUrl(allowedOrigins).optional(),
    })
    .transform((input) =>
      input.payment_method_id === undefined ? input : { ...input, flow: 'payment_intent' as const },
    );
}

export type PurchaseInput = z.infer<ReturnType<typeof purchaseRequest>>;

/** SHA-256 in hex of the parsed request in a fixed order: what the database holds a repeated key against. */
export async function fingerprint(input: PurchaseInput): Promise<string> {
  const canonical = JSON.stringify(Object.entries(input).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The `Idempotency-Key` header: 1 to 255 printable ASCII characters, or none. */
export function readIdempotencyKey(request: Request): Result<string | null> {
  const key = request.headers.get('idempotency-key');
  if (key === null || /^[\x20-\x7e]{1,255}$/.test(key)) return ok(key);
  return invalidInput({ 'Idempotency-Key': ['must be 1 to 255 printable ASCII characters'] });
}
