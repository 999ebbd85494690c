import { readEnv } from '../_shared/env.ts';
import { serve } from '../_shared/http.ts';
import { createLog } from '../_shared/log.ts';
import { createDb } from '../_shared/supabase.ts';
import { createMetricsHandler } from './handler.ts';

const env = readEnv();

export default {
  fetch: serve(
    { name: 'metrics', methods: ['GET'], log: createLog() },
    createMetricsHandler({
      db: createDb(env.supabaseUrl, env.secretKey),
      token: env.metricsToken,
    }),
  ),
};
