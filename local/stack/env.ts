import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { hasCode, Problem } from './problem.ts';

/** The variables of the fixed ports, in the order in which they are reported, with their defaults. */
export const PORTS = {
  api: { variable: 'MINDBOT_PORT_API', fallback: 54321 },
  db: { variable: 'MINDBOT_PORT_DB', fallback: 54322 },
  stripe: { variable: 'MINDBOT_PORT_STRIPE', fallback: 54325 },
  functions: { variable: 'MINDBOT_PORT_FUNCTIONS', fallback: 54326 },
  voice: { variable: 'MINDBOT_PORT_VOICE', fallback: 54327 },
  app: { variable: 'MINDBOT_PORT_APP', fallback: 54328 },
  admin: { variable: 'MINDBOT_PORT_ADMIN', fallback: 54329 },
  worker: { variable: 'MINDBOT_PORT_WORKER', fallback: 8081 },
  livekit: { variable: 'MINDBOT_PORT_LIVEKIT', fallback: 7880 },
  livekitTcp: { variable: 'MINDBOT_PORT_LIVEKIT_TCP', fallback: 7881 },
  livekitUdp: { variable: 'MINDBOT_PORT_LIVEKIT_UDP', fallback: 7882 },
} as const;

export type PortName = keyof typeof PORTS;

/** Parts that `MINDBOT_WITHOUT` can leave out. */
export const OPTIONAL_PARTS = [
  'app',
  'admin',
  'worker',
  'livekit',
  'voice',
  'clock',
  'seed',
] as const;
export type OptionalPart = (typeof OPTIONAL_PARTS)[number];

const portNumber = z.coerce
  .number('must be a port number from 1 to 65535')
  .int('must be a port number from 1 to 65535')
  .min(1, 'must be a port number from 1 to 65535')
  .max(65535, 'must be a port number from 1 to 65535');

const seconds = z.coerce.number('must be a number of seconds').int().min(1).max(86_400);
const count = z.coerce.number('must be a whole number').int().min(1).max(1_000_000);
const text = z.string().optional();
const url = (protocols: readonly string[]) =>
  z
    .url({
      protocol: new RegExp(`^(${protocols.join('|')})$`),
      error: `must be an address that begins with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    })
    .optional();
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const variables = z.object({
  MINDBOT_HOME: text,
  MINDBOT_PORT_API: portNumber.default(PORTS.api.fallback),
  MINDBOT_PORT_DB: portNumber.default(PORTS.db.fallback),
  MINDBOT_PORT_STRIPE: portNumber.default(PORTS.stripe.fallback),
  MINDBOT_PORT_FUNCTIONS: portNumber.default(PORTS.functions.fallback),
  MINDBOT_PORT_VOICE: portNumber.default(PORTS.voice.fallback),
  MINDBOT_PORT_APP: portNumber.default(PORTS.app.fallback),
  MINDBOT_PORT_ADMIN: portNumber.default(PORTS.admin.fallback),
  MINDBOT_PORT_WORKER: portNumber.default(PORTS.worker.fallback),
  MINDBOT_PORT_LIVEKIT: portNumber.default(PORTS.livekit.fallback),
  MINDBOT_PORT_LIVEKIT_TCP: portNumber.default(PORTS.livekitTcp.fallback),
  MINDBOT_PORT_LIVEKIT_UDP: portNumber.default(PORTS.livekitUdp.fallback),
  MINDBOT_CLOCK_SECONDS: seconds.default(15),
  MINDBOT_WITHOUT: list.pipe(
    z.array(z.enum(OPTIONAL_PARTS, `may only name ${OPTIONAL_PARTS.join(', ')}`)),
  ),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(
      /^(sk|rk)_(test|live)_\w+$/,
      'must be a Stripe secret key (sk_test_…, sk_live_… or rk_…)',
    )
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .startsWith('whsec_', 'must be a webhook signing secret (whsec_…)')
    .optional(),
  VITE_STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_\w+$/, 'must be a Stripe publishable key (pk_test_… or pk_live_…)')
    .optional(),
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: url(['http', 'https']),
  OPENAI_LLM_MODEL: text,
  OPENAI_TTS_MODEL: text,
  OPENAI_TTS_VOICE: text,
  DEEPGRAM_API_KEY: text,
  DEEPGRAM_BASE_URL: url(['ws', 'wss']),
  DEEPGRAM_MODEL: text,
  DEEPGRAM_LANGUAGE: text,
  FALLBACK_OPENAI_API_KEY: text,
  FALLBACK_OPENAI_BASE_URL: url(['http', 'https']),
  FALLBACK_OPENAI_LLM_MODEL: text,
  FALLBACK_OPENAI_TTS_MODEL: text,
  FALLBACK_DEEPGRAM_API_KEY: text,
  FALLBACK_DEEPGRAM_BASE_URL: url(['ws', 'wss']),
  LIVEKIT_URL: url(['ws', 'wss']),
  LIVEKIT_API_KEY: text,
  LIVEKIT_API_SECRET: text,
  ALLOWED_ORIGINS: list,
  WORKER_IDLE_PROCESSES: text,
  WORKER_MAX_CALLS: text,
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'must be trace, debug, info, warn, error or fatal',
    )
    .default('info'),
  MAX_CONCURRENT_SESSIONS: count.optional(),
  SESSION_TIMEOUT_MINUTES: count.optional(),
  LOW_BALANCE_THRESHOLD_MINUTES: count.optional(),
  WEBHOOK_RETRY_ATTEMPTS: count.optional(),
  ADMIN_USERS: list,
});

type Variables = z.infer<typeof variables>;

/** Names of all variables that are read. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape);

/** What the local stack was told from outside, checked. */
export interface StackEnv {
  readonly home: string;
  readonly ports: Readonly<Record<PortName, number>>;
  readonly clockSeconds: number;
  readonly without: ReadonlySet<OptionalPart>;
  /** A real Stripe account; undefined means the double. */
  readonly stripe:
    | { secretKey: string; webhookSecret: string; publishableKey: string | undefined }
    | undefined;
  readonly openai: { apiKey: string | undefined; baseUrl: string | undefined };
  readonly deepgram: { apiKey: string | undefined; baseUrl: string | undefined };
  /** A LiveKit server elsewhere; undefined means our own. */
  readonly livekit: { url: string; apiKey: string; apiSecret: string } | undefined;
  readonly allowedOrigins: readonly string[];
  /** Variables that are handed to the worker as they are. */
  readonly workerVariables: Readonly<Record<string, string>>;
  /** Other values than the defaults for the row of `settings`, used by the first start only. */
  readonly firstSettings: Readonly<Record<string, number>>;
  /** E-mail addresses that become admins when they have signed up. */
  readonly adminUsers: readonly string[];
}

type Given = Readonly<Record<string, string>>;

/** Problems that only show when several variables are looked at together. */
function problemsBetween(given: Given): string[] {
  const problems: string[] = [];
  const used = new Map<string, string>();
  for (const [name, { variable, fallback }] of Object.entries(PORTS)) {
    const port = given[variable] ?? String(fallback);
    const key = `${name === 'livekitUdp' ? 'udp' : 'tcp'} ${port}`;
    const other = used.get(key);
    if (other) problems.push(`${variable}: port ${port} is already given to ${other}`);
    used.set(key, variable);
  }
  if (given['STRIPE_SECRET_KEY'] && !given['STRIPE_WEBHOOK_SECRET']) {
    problems.push(
      'STRIPE_WEBHOOK_SECRET: is required beside a real STRIPE_SECRET_KEY (whsec_…, from the dashboard or `stripe listen`)',
    );
  }
  if (given['STRIPE_WEBHOOK_SECRET'] && !given['STRIPE_SECRET_KEY']) {
    problems.push('STRIPE_SECRET_KEY: is required beside a STRIPE_WEBHOOK_SECRET');
  }
  if (given['VITE_STRIPE_PUBLISHABLE_KEY'] && !given['STRIPE_SECRET_KEY']) {
    problems.push(
      'VITE_STRIPE_PUBLISHABLE_KEY: the double has no Payment Element; it goes with a real STRIPE_SECRET_KEY',
    );
  }
  const rooms = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];
  const isGiven = rooms.filter((variable) => given[variable]);
  for (const variable of rooms) {
    if (isGiven.length > 0 && !given[variable]) {
      problems.push(`${variable}: is required beside ${isGiven.join(' and ')}`);
    }
  }
  return problems;
}

/** Without the variables that are not set or empty. */
function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

function firstSettings(v: Variables): Record<string, number> {
  const settings: Record<string, number> = {};
  if (v.MAX_CONCURRENT_SESSIONS) settings['max_sessions'] = v.MAX_CONCURRENT_SESSIONS;
  if (v.SESSION_TIMEOUT_MINUTES)
    settings['session_timeout_seconds'] = v.SESSION_TIMEOUT_MINUTES * 60;
  if (v.LOW_BALANCE_THRESHOLD_MINUTES) {
    settings['low_balance_seconds'] = v.LOW_BALANCE_THRESHOLD_MINUTES * 60;
  }
  if (v.WEBHOOK_RETRY_ATTEMPTS) settings['webhook_retry_attempts'] = v.WEBHOOK_RETRY_ATTEMPTS;
  return settings;
}

function toStackEnv(v: Variables, repository: string): StackEnv {
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([name, { variable }]) => [name, v[variable]]),
  ) as Record<PortName, number>;
  return {
    home: resolve(repository, v.MINDBOT_HOME ?? '.mindbot'),
    ports,
    clockSeconds: v.MINDBOT_CLOCK_SECONDS,
    without: new Set(v.MINDBOT_WITHOUT),
    stripe:
      v.STRIPE_SECRET_KEY && v.STRIPE_WEBHOOK_SECRET
        ? {
            secretKey: v.STRIPE_SECRET_KEY,
            webhookSecret: v.STRIPE_WEBHOOK_SECRET,
            publishableKey: v.VITE_STRIPE_PUBLISHABLE_KEY,
          }
        : undefined,
    openai: { apiKey: v.OPENAI_API_KEY, baseUrl: v.OPENAI_BASE_URL },
    deepgram: { apiKey: v.DEEPGRAM_API_KEY, baseUrl: v.DEEPGRAM_BASE_URL },
    livekit:
      v.LIVEKIT_URL && v.LIVEKIT_API_KEY && v.LIVEKIT_API_SECRET
        ? { url: v.LIVEKIT_URL, apiKey: v.LIVEKIT_API_KEY, apiSecret: v.LIVEKIT_API_SECRET }
        : undefined,
    allowedOrigins: v.ALLOWED_ORIGINS,
    workerVariables: present({
      OPENAI_LLM_MODEL: v.OPENAI_LLM_MODEL,
      OPENAI_TTS_MODEL: v.OPENAI_TTS_MODEL,
      OPENAI_TTS_VOICE: v.OPENAI_TTS_VOICE,
      DEEPGRAM_MODEL: v.DEEPGRAM_MODEL,
      DEEPGRAM_LANGUAGE: v.DEEPGRAM_LANGUAGE,
      FALLBACK_OPENAI_API_KEY: v.FALLBACK_OPENAI_API_KEY,
      FALLBACK_OPENAI_BASE_URL: v.FALLBACK_OPENAI_BASE_URL,
      FALLBACK_OPENAI_LLM_MODEL: v.FALLBACK_OPENAI_LLM_MODEL,
      FALLBACK_OPENAI_TTS_MODEL: v.FALLBACK_OPENAI_TTS_MODEL,
      FALLBACK_DEEPGRAM_API_KEY: v.FALLBACK_DEEPGRAM_API_KEY,
      FALLBACK_DEEPGRAM_BASE_URL: v.FALLBACK_DEEPGRAM_BASE_URL,
      WORKER_IDLE_PROCESSES: v.WORKER_IDLE_PROCESSES,
      WORKER_MAX_CALLS: v.WORKER_MAX_CALLS,
      LOG_LEVEL: v.LOG_LEVEL,
    }),
    firstSettings: firstSettings(v),
    adminUsers: v.ADMIN_USERS,
  };
}

/**
 * Checks the variables. An empty value counts as not given.
 * @throws {Problem} naming every bad variable at once
 */
export function parseStackEnv(
  source: Readonly<Record<string, string | undefined>>,
  repository: string,
): StackEnv {
  const given: Given = present(source);
  const parsed = variables.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])}: ${issue.message}`),
    ...problemsBetween(given),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new Problem(
      `The environment (or .env) is not usable:\n${[...new Set(problems)].map((p) => `  ${p}`).join('\n')}`,
    );
  }
  return toStackEnv(parsed.data, repository);
}

/**
 * Reads `.env` in the repository (or the file that `MINDBOT_ENV_FILE` names; `none` reads none) under
 * the process's own environment, which wins.
 */
export function loadStackEnv(repository: string): StackEnv {
  const named = process.env['MINDBOT_ENV_FILE'];
  const file = resolve(repository, named === undefined || named === '' ? '.env' : named);
  let fromFile: Record<string, string | undefined> = {};
  if (named !== 'none') {
    try {
      fromFile = parseEnv(readFileSync(file, 'utf8'));
    } catch (error) {
      if (named !== undefined || !hasCode(error, 'ENOENT')) {
        throw new Problem(`Cannot read ${file}`, { cause: error });
      }
    }
  }
  return parseStackEnv({ ...fromFile, ...process.env }, repository);
}
