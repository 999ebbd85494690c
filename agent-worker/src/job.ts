import { defineAgent, inference } from '@livekit/agents';
import type { JobContext } from '@livekit/agents';
import { createBillingClient } from './billing-client.ts';
import { parseCallMetadata } from './call-metadata.ts';
import { Call } from './call.ts';
import { AwakeClock, systemClock } from './clock.ts';
import { readEnv } from './env.ts';
import { installPrivateLogger } from './logging.ts';

interface Warm extends Record<string, unknown> {
  vad?: inference.VAD;
}

/** What a job process runs; the worker forks it and loads this file by its path. */
export default defineAgent<Warm>({
  prewarm(proc) {
    installPrivateLogger();
    proc.userData.vad = new inference.VAD();
  },

  async entry(ctx: JobContext<Warm>) {
    const metadata = parseCallMetadata(ctx.job.metadata);
    const log = installPrivateLogger({ sessionId: metadata?.sessionId });
    if (!metadata) {
      log.error('job has no usable metadata, nothing is charged');
      ctx.shutdown('bad_metadata');
      return;
    }
    const env = readEnv(process.env);
    await ctx.connect();
    const call = new Call({
      ctx,
      env,
      billing: createBillingClient({ url: env.SUPABASE_URL, secretKey: env.SUPABASE_SECRET_KEY }),
      clock: new AwakeClock(systemClock),
      vad: ctx.proc.userData.vad ?? new inference.VAD(),
      log,
      ...metadata,
    });
    ctx.shutdown(await call.run());
  },
});
