import { WebhookReceiver } from 'livekit-server-sdk';
import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createDb } from '../_shared/supabase.ts';
import { createLiveKitWebhookHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'livekit-webhook', methods: ['POST'], log: createLog() },
    createLiveKitWebhookHandler({
      db: createDb(env.supabaseUrl, env.secretKey),
      receiver: env.livekit && new WebhookReceiver(env.livekit.apiKey, env.livekit.apiSecret),
    }),
  ),
};
