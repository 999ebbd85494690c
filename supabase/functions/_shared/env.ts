import { z } from 'zod';

export interface LiveKitEnv {
  /** ws(s)://, handed to browsers. */
  url: string;
  /** http(s)://, the same server's API. */
  apiUrl: string;
  apiKey: string;
  apiSecret: string;
}

export interface Env {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** Every secret key of the project: callers may use any while keys are being rotated. */
  secretKeys: string[];
  stripe: { secretKey: string; webhookSecret: string; apiBase: URL | null };
  /** Null where there is no voice server: everything but voice still works. */
  livekit: LiveKitEnv | null;
  appUrl: string;
  /** Origins that a checkout may return to. */
  allowedOrigins: string[];
  /** What Prometheus sends as the bearer. Null: nobody may read the metrics. */
  metricsToken: string | null;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** https, or http to this machine: nothing else may carry a customer or a credential. */
export function isSafeWebUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

const required = z.string({ error: 'is missing' });

const webUrl = required.refine((text) => {
  const url = parseUrl(text);
  return url !== null && isSafeWebUrl(url);
}, 'must be an https:// address (http:// only on this machine)');

// Hosted Supabase gives the keys as JSON: {"default": "sb_secret_…"}.
// https://supabase.com/docs/guides/functions/secrets
const keyMap = required.transform((text, context) => {
  try {
    const keys = z.record(z.string(), z.string().min(1)).parse(JSON.parse(text));
    const main = keys['default'] ?? Object.values(keys)[0];
    if (main !== undefined) return { main, all: Object.values(keys) };
  } catch {
    // Said below, without the value: it is a secret.
  }
  context.addIssue({ code: 'custom', message: 'must be a JSON object of keys, {"default": "…"}' });
  return z.NEVER;
});

const schema = z.object({
  SUPABASE_URL: required.refine(
    (text) => /^https?:$/.test(parseUrl(text)?.protocol ?? ''),
    'must be an http(s):// address',
  ),
  SUPABASE_PUBLISHABLE_KEYS: keyMap,
  SUPABASE_SECRET_KEYS: keyMap,
  STRIPE_SECRET_KEY: required.regex(/^(?:sk|rk)_\w+$/, 'must begin with sk_ or rk_'),
  STRIPE_WEBHOOK_SECRET: required.regex(/^whsec_\S+$/, 'must begin with whsec_'),
  STRIPE_API_BASE: z
    .string()
    .refine((text) => {
      const url = parseUrl(text);
      return url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/';
    }, 'must be an http(s):// address without a path')
    .optional(),
  LIVEKIT_URL: z
    .string()
    .refine(
      (text) => /^wss?:$/.test(parseUrl(text)?.protocol ?? ''),
      'must be a ws:// or wss:// address',
    )
    .optional(),
  LIVEKIT_API_KEY: z.string().optional(),
  LIVEKIT_API_SECRET: z.string().optional(),
  APP_URL: webUrl,
  ALLOWED_ORIGINS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .pipe(z.array(webUrl))
    .optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^\S{16,}$/, 'must be at least 16 characters without a space')
    .optional(),
});

/** What no single variable can be blamed for. Told beside the rest: zod would stop at the first kind. */
function groupProblems(present: Record<string, string | undefined>): string[] {
  const voice = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];
  const missing = voice.filter((name) => present[name] === undefined);
  const problems =
    missing.length < voice.length
      ? missing.map((name) => `${name} is missing (LIVEKIT_* go together)`)
      : [];
  const isLive = /^\w+_live_/.test(present['STRIPE_SECRET_KEY'] ?? '');
  if (isLive && present['STRIPE_API_BASE'] !== undefined) {
    problems.push('STRIPE_API_BASE is for the local double and never goes with a live key');
  }
  return problems;
}

/**
 * The environment of the Edge Functions, validated.
 * @throws Error that names every problem at once, and no value.
 */
export function parseEnv(variables: Record<string, string | undefined>): Env {
  const present: Record<string, string | undefined> = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = schema.safeParse(present);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`),
    ...groupProblems(present),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new Error(
      `The environment of the functions is not usable:\n  ${[...new Set(problems)].join('\n  ')}`,
    );
  }
  const values = parsed.data;
  return {
    supabaseUrl: values.SUPABASE_URL,
    publishableKey: values.SUPABASE_PUBLISHABLE_KEYS.main,
    secretKey: values.SUPABASE_SECRET_KEYS.main,
    secretKeys: values.SUPABASE_SECRET_KEYS.all,
    stripe: {
      secretKey: values.STRIPE_SECRET_KEY,
      webhookSecret: values.STRIPE_WEBHOOK_SECRET,
      apiBase: values.STRIPE_API_BASE === undefined ? null : new URL(values.STRIPE_API_BASE),
    },
    livekit: liveKitEnv(values.LIVEKIT_URL, values.LIVEKIT_API_KEY, values.LIVEKIT_API_SECRET),
    appUrl: values.APP_URL.replace(/\/+$/, ''),
    allowedOrigins: [values.APP_URL, ...(values.ALLOWED_ORIGINS ?? [])].map(
      (url) => new URL(url).origin,
    ),
    metricsToken: values.METRICS_TOKEN ?? null,
  };
}

function liveKitEnv(url?: string, apiKey?: string, apiSecret?: string): LiveKitEnv | null {
  if (url === undefined || apiKey === undefined || apiSecret === undefined) return null;
  return { url, apiUrl: url.replace(/^ws/, 'http'), apiKey, apiSecret };
}

interface DenoLike {
  env: { toObject(): Record<string, string> };
}

let cached: Env | undefined;

/** The environment of this process, read once. Only `index.ts` files call it. */
export function readEnv(): Env {
  cached ??= parseEnv((globalThis as unknown as { Deno: DenoLike }).Deno.env.toObject());
  return cached;
}
