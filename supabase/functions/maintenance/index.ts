import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createRooms } from '../_shared/livekit.ts';
import { createLog } from '../_shared/log.ts';
import { createStripe } from '../_shared/stripe.ts';
import { createDb } from '../_shared/supabase.ts';
import { createMaintenanceHandler } from './handler.ts';

const env = readEnv();
const log = createLog();

export default {
  fetch: serve(
    { name: 'maintenance', methods: ['POST'], log },
    createMaintenanceHandler({
      secretKeys: env.secretKeys,
      db: createDb(env.supabaseUrl, env.secretKey),
      stripe: createStripe(env.stripe),
      rooms: env.livekit && createRooms(env.livekit),
      log,
      now: Date.now,
    }),
  ),
};
