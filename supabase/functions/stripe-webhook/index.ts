import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createStripe } from '../_shared/stripe.ts';
import { createDb } from '../_shared/supabase.ts';
import { createStripeWebhookHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'stripe-webhook', methods: ['POST'], log: createLog() },
    createStripeWebhookHandler({
      db: createDb(env.supabaseUrl, env.secretKey),
      stripe: createStripe(env.stripe),
      webhookSecret: env.stripe.webhookSecret,
      now: Date.now,
    }),
  ),
};
