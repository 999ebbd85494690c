import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createDb } from '../_shared/supabase.ts';
import { createHealthHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'health', methods: ['GET'], log: createLog() },
    createHealthHandler({
      db: createDb(env.supabaseUrl, env.publishableKey),
      isStripeConfigured: env.stripe.secretKey !== '',
      isLiveKitConfigured: env.livekit !== null,
    }),
  ),
};
