import type { StackEnv } from './env.ts';
import type { Keys } from './keys.ts';
import { LOOPBACK } from './ports.ts';
import { databaseUrl } from './postgres.ts';

/** Names and values as `npm run status` prints them, in this order. */
export type Values = Readonly<Record<string, string>>;

/** What is there besides the fixed parts. */
export interface Present {
  /** Where rooms are, if a LiveKit server was found. */
  readonly livekit: { url: string; apiKey: string; apiSecret: string } | undefined;
  readonly stripeDouble: boolean;
  readonly voiceDouble: boolean;
  readonly worker: boolean;
  readonly app: boolean;
  readonly admin: boolean;
}

export const apiUrl = (env: StackEnv): string => `http://${LOOPBACK}:${env.ports.api}`;
export const appUrl = (env: StackEnv): string => `http://${LOOPBACK}:${env.ports.app}`;
export const adminUrl = (env: StackEnv): string => `http://${LOOPBACK}:${env.ports.admin}`;

/** The names are those of `supabase status -o env`, and ours. A value that is not there has no line. */
export function stackValues(env: StackEnv, keys: Keys, present: Present): Values {
  const api = apiUrl(env);
  const { ports } = env;
  const values: Record<string, string | undefined> = {
    API_URL: api,
    REST_URL: `${api}/rest/v1`,
    FUNCTIONS_URL: `${api}/functions/v1`,
    DB_URL: databaseUrl(ports.db, keys.databasePassword),
    PUBLISHABLE_KEY: keys.publishableKey,
    SECRET_KEY: keys.secretKey,
    JWT_SECRET: keys.jwtSecret,
    MAILS_URL: `${api}/mails`,
    LIVEKIT_URL: present.livekit?.url,
    LIVEKIT_API_KEY: present.livekit?.apiKey,
    LIVEKIT_API_SECRET: present.livekit?.apiSecret,
    STRIPE_API_BASE: present.stripeDouble ? `http://${LOOPBACK}:${ports.stripe}` : undefined,
    STRIPE_SECRET_KEY: env.stripe?.secretKey ?? keys.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: env.stripe?.webhookSecret ?? keys.stripeWebhookSecret,
    VOICE_DOUBLE_URL: present.voiceDouble ? `http://${LOOPBACK}:${ports.voice}` : undefined,
    WORKER_URL: present.worker ? `http://${LOOPBACK}:${ports.worker}` : undefined,
    APP_URL: present.app ? appUrl(env) : undefined,
    ADMIN_URL: present.admin ? adminUrl(env) : undefined,
    METRICS_TOKEN: keys.metricsToken,
    MINDBOT_HOME: env.home,
  };
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
