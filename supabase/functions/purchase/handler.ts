import { requireUser } from '../_shared/auth.ts';
import { readJson, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import { callRpc } from '../_shared/supabase.ts';
import { openCheckout } from './checkout.ts';
import { fingerprint, purchaseRequest, readIdempotencyKey } from './input.ts';
import { startPaymentIntent } from './payment_intent.ts';
import { purchaseRow } from './purchase.ts';
import type { PurchaseDeps } from './purchase.ts';

/**
 * Sells a package: the payment is written first, then Stripe is asked. Whatever fails after that leaves the
 * payment pending, and the same request under the same Idempotency-Key goes on from there, until the payment is
 * given up. The code of a gift is answered when the payment is made and never again: if that answer is lost, its
 * buyer has `reissue_gift_code`.
 */
export function createPurchaseHandler(deps: PurchaseDeps): Handler {
  const schema = purchaseRequest(deps.allowedOrigins);
  return async (call) => {
    const user = await requireUser(call.request, deps.auth);
    if (user.error) return user;
    const key = readIdempotencyKey(call.request);
    if (key.error) return key;
    const input = await readJson(call.request, schema);
    if (input.error) return input;
    const { package_id, flow, gift } = input.data;
    const purchase = await callRpc(
      deps.db,
      'create_purchase',
      {
        user_id: user.data.id,
        package_id,
        flow,
        is_gift: gift,
        idempotency_key: key.data,
        request_fingerprint: key.data === null ? null : await fingerprint(input.data),
      },
      purchaseRow,
    );
    if (purchase.error) return purchase;
    const { payment_id, time_card_id, amount_cents, currency, is_replay, activation_code } =
      purchase.data;
    call.note({ payment_id, is_replay });
    const start = flow === 'checkout' ? openCheckout : startPaymentIntent;
    const started = await start(deps, user.data.id, purchase.data, input.data);
    if (started.error) return started;
    call.note({ payment_status: started.data.status });
    return reply(201, {
      payment_id,
      time_card_id,
      amount_cents,
      currency,
      ...started.data,
      ...(typeof activation_code === 'string' && { activation_code }),
    });
  };
}
