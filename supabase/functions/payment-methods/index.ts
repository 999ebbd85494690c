import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createStripe } from '../_shared/stripe.ts';
import { createDb } from '../_shared/supabase.ts';
import { createPaymentMethodsHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'payment-methods', methods: ['GET', 'DELETE'], log: createLog() },
    createPaymentMethodsHandler({
      auth: createDb(env.supabaseUrl, env.publishableKey).auth,
      db: createDb(env.supabaseUrl, env.secretKey),
      stripe: createStripe(env.stripe),
    }),
  ),
};
