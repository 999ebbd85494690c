import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createStripe } from '../_shared/stripe.ts';
import { createDb } from '../_shared/supabase.ts';
import { createAdminRefundHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'admin-refund', methods: ['POST'], log: createLog() },
    createAdminRefundHandler({
      auth: createDb(env.supabaseUrl, env.publishableKey).auth,
      db: createDb(env.supabaseUrl, env.secretKey),
      dbAs: (accessToken) => createDb(env.supabaseUrl, env.publishableKey, accessToken),
      stripe: createStripe(env.stripe),
    }),
  ),
};
