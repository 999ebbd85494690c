import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const addressSchema = z.object({
  API_URL: z.url(),
  DB_URL: z.string(),
  PUBLISHABLE_KEY: z.string(),
  SECRET_KEY: z.string(),
  JWT_SECRET: z.string(),
  STRIPE_API_BASE: z.string().optional(),
  STRIPE_SECRET_KEY: z.string(),
  STRIPE_WEBHOOK_SECRET: z.string(),
  LIVEKIT_URL: z.string().optional(),
  LIVEKIT_API_KEY: z.string().optional(),
  LIVEKIT_API_SECRET: z.string().optional(),
  MAILS_URL: z.string().optional(),
  VOICE_DOUBLE_URL: z.string().optional(),
  APP_URL: z.string().optional(),
  ADMIN_URL: z.string().optional(),
  METRICS_TOKEN: z.string(),
});

/** Where the parts of a running stack are, and the keys to them: what `npm run status -- -o json` prints. */
export type StackAddress = z.infer<typeof addressSchema>;

/** Asks `local/status.ts`; throws with its own words when the stack is down. */
export async function askStatus(env: NodeJS.ProcessEnv = process.env): Promise<StackAddress> {
  const script = fileURLToPath(new URL('../status.ts', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '-o', 'json'], { env });
    return addressSchema.parse(JSON.parse(stdout));
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && error.stderr) {
      throw new Error(String(error.stderr).trim(), { cause: error });
    }
    throw error;
  }
}
