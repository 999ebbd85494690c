import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { mintSessionToken } from '../_shared/livekit.ts';
import { createLog } from '../_shared/log.ts';
import { createDb } from '../_shared/supabase.ts';
import { createLiveKitTokenHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'livekit-token', methods: ['POST'], log: createLog() },
    createLiveKitTokenHandler({
      auth: createDb(env.supabaseUrl, env.publishableKey).auth,
      db: createDb(env.supabaseUrl, env.secretKey),
      livekit: env.livekit,
      mint: mintSessionToken,
    }),
  ),
};
