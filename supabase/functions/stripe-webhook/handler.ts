import { Stripe } from 'stripe';
import { z } from 'zod';
import { fail } from '../_shared/errors.ts';
import type { Result } from '../_shared/errors.ts';
import { invalidInput, readBytes, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface StripeWebhookDeps {
  /** With the secret key. */
  db: Db;
  stripe: Pick<Stripe, 'webhooks'>;
  webhookSecret: string;
  /** Milliseconds since 1970, the clock that signatures are held against. */
  now: () => number;
}

/** How old a signed event may be (https://docs.stripe.com/webhooks#replay-attacks). */
const TOLERANCE_SECONDS = 300;

const event = z.looseObject({ id: z.string().min(1), type: z.string().min(1) });

const applied = z.object({ outcome: z.string(), payment_id: z.guid().nullish() });

/** Verifies an event against its raw bytes and has the database store and apply it, before any 2xx. */
export function createStripeWebhookHandler(deps: StripeWebhookDeps): Handler {
  const crypto = Stripe.createSubtleCryptoProvider();

  async function verify(
    request: Request,
    body: Uint8Array,
  ): Promise<Result<z.infer<typeof event>>> {
    let constructed: unknown;
    try {
      constructed = await deps.stripe.webhooks.constructEventAsync(
        body,
        request.headers.get('stripe-signature') ?? '',
        deps.webhookSecret,
        TOLERANCE_SECONDS,
        crypto,
        deps.now(),
      );
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
        return fail('invalid_signature', 'The signature is missing, wrong or too old.');
      }
      return invalidInput({ body: ['is not a Stripe event'] });
    }
    const parsed = event.safeParse(constructed);
    return parsed.success
      ? { data: parsed.data, error: null }
      : invalidInput({ body: ['is not a Stripe event'] });
  }

  return async (call) => {
    const body = await readBytes(call.request);
    if (body.error) return body;
    const verified = await verify(call.request, body.data);
    if (verified.error) return verified;
    call.note({ event_id: verified.data.id, event_type: verified.data.type });
    const result = await callRpc(deps.db, 'apply_stripe_event', { event: verified.data }, applied);
    if (result.error) return result;
    call.note({ outcome: result.data.outcome, payment_id: result.data.payment_id ?? null });
    if (result.data.outcome === 'error') {
      return fail('internal_error', 'The event is stored but could not be applied. Send it again.');
    }
    return reply(200, { received: true });
  };
}
