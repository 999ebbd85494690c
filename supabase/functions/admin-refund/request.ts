import { z } from 'zod';

/** What `admin_begin_refund` answers. */
export const refundRequest = z.object({
  refund_request_id: z.guid(),
  payment_id: z.guid(),
  stripe_payment_intent_id: z.string(),
  amount_cents: z.int(),
  is_resumed: z.boolean(),
});

export type RefundRequest = z.infer<typeof refundRequest>;
