import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createRooms } from '../_shared/livekit.ts';
import { createLog } from '../_shared/log.ts';
import { createDb } from '../_shared/supabase.ts';
import { createAdminEndSessionHandler } from './handler.ts';

const env = readEnv();
const log = createLog();

export default {
  fetch: serve(
    { name: 'admin-end-session', methods: ['POST'], log },
    createAdminEndSessionHandler({
      auth: createDb(env.supabaseUrl, env.publishableKey).auth,
      db: createDb(env.supabaseUrl, env.secretKey),
      dbAs: (accessToken) => createDb(env.supabaseUrl, env.publishableKey, accessToken),
      rooms: env.livekit && createRooms(env.livekit),
      now: Date.now,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    }),
  ),
};
