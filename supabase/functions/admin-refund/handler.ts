import { z } from 'zod';
import { requireUser } from '../_shared/auth.ts';
import { adminReason } from '../_shared/input.ts';
import { readJson, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import type { PaymentDeps } from '../_shared/purchase.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { refundAtStripe } from './refund.ts';
import { refundRequest } from './request.ts';

export interface AdminRefundDeps extends PaymentDeps {
  /** With the publishable key. */
  auth: Db['auth'];
  /** With the rights of whoever the token is of. */
  dbAs: (accessToken: string) => Db;
}

const input = z.object({
  payment_id: z.guid(),
  amount_cents: z.int().positive().max(99_999_999).nullish(),
  reason: adminReason,
});

/**
 * Refunds a payment, all that is left of it or a part. The wish is kept first, checked and audited by the database
 * with the admin's own rights; then Stripe is asked, under an idempotency key that is the wish's id; then the
 * charge is applied as its webhook would. Whatever fails on the way, the same call goes on from there.
 */
export function createAdminRefundHandler(deps: AdminRefundDeps): Handler {
  return async (call) => {
    const user = await requireUser(call.request, deps.auth);
    if (user.error) return user;
    const asked = await readJson(call.request, input);
    if (asked.error) return asked;
    const { payment_id, amount_cents, reason } = asked.data;
    call.note({ payment_id });
    const dbAsAdmin = deps.dbAs(user.data.accessToken);
    const begun = await callRpc(
      dbAsAdmin,
      'admin_begin_refund',
      { payment_id, amount_cents: amount_cents ?? null, reason },
      refundRequest,
    );
    if (begun.error) return begun;
    const { refund_request_id, is_resumed } = begun.data;
    call.note({ refund_request_id, is_resumed, amount_cents: begun.data.amount_cents });
    const refunded = await refundAtStripe(deps, begun.data);
    if (refunded.error) return refunded;
    const { data, error } = await dbAsAdmin
      .from('payments')
      .select('*')
      .eq('id', payment_id)
      .single();
    if (error) throw new Error(`payments cannot be read: ${error.code}`);
    call.note({ payment_status: data.status });
    return reply(200, { ...data, payment_id, refund_request_id, ...refunded.data });
  };
}
