import type { Handler } from '../_shared/http.ts';
import { reply } from '../_shared/http.ts';
import type { Db } from '../_shared/supabase.ts';

export interface HealthDeps {
  /** With the publishable key: what anyone may read. */
  db: Db;
  isStripeConfigured: boolean;
  isLiveKitConfigured: boolean;
}

const DATABASE_TIMEOUT_MS = 3000;

/**
 * `{status: 'ok' | 'degraded', checks}`. 503 when the database cannot be reached, as then nothing works.
 * Without a voice server buying still works: 200, degraded.
 */
export function createHealthHandler(deps: HealthDeps): Handler {
  return async () => {
    const checks = {
      database: await isDatabaseReachable(deps.db),
      stripe_configured: deps.isStripeConfigured,
      livekit_configured: deps.isLiveKitConfigured,
    };
    const status = Object.values(checks).every(Boolean) ? 'ok' : 'degraded';
    return reply(checks.database ? 200 : 503, { status, checks });
  };
}

async function isDatabaseReachable(db: Db): Promise<boolean> {
  const { error } = await db
    .from('packages')
    .select('id')
    .limit(1)
    .retry(false)
    .abortSignal(AbortSignal.timeout(DATABASE_TIMEOUT_MS));
  return error === null;
}
