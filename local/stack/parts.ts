import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnv } from './child-env.ts';
import type { StackEnv } from './env.ts';
import type { Keys } from './keys.ts';
import { LIVEKIT_VERSION, type LiveKitSource } from './livekit-find.ts';
import type { Part } from './part.ts';
import type { HomePaths } from './paths.ts';
import { LOOPBACK } from './ports.ts';
import { databaseUrl } from './postgres.ts';
import { httpProbe } from './probes.ts';
import type { StopRule } from './processes.ts';
import { apiUrl, appUrl } from './values.ts';

/** What the records of all parts are made from. */
export interface PartsContext {
  readonly repository: string;
  readonly env: StackEnv;
  readonly keys: Keys;
  readonly paths: HomePaths;
  readonly livekit: { url: string; apiKey: string; apiSecret: string } | undefined;
}

/** A call under way gets this long to say goodbye; what is not settled then, the sweep settles. */
const WORKER_DRAIN_MS = 12_000;

const ending = (layer: number): StopRule => ({
  signal: 'SIGTERM',
  to: 'group',
  withinMs: 5_000,
  layer,
});

function part(
  context: PartsContext,
  options: Pick<Part, 'name' | 'command' | 'args' | 'ready'> & Partial<Part>,
): Part {
  return {
    cwd: context.repository,
    readyWithinMs: 60_000,
    whenItEnds: 'restart',
    stop: ending(1),
    ...options,
    env: { ...inheritedEnv(process.env), ...options.env },
  };
}

const local = (port: number, path: string): string => `http://${LOOPBACK}:${port}${path}`;

export function gatewayPart(context: PartsContext): Part {
  const { env, keys, repository } = context;
  return part(context, {
    name: 'gateway',
    command: process.execPath,
    args: [join(repository, 'local', 'gateway', 'main.ts')],
    env: {
      PORT: String(env.ports.api),
      DATABASE_URL: databaseUrl(env.ports.db, keys.databasePassword),
      JWT_SECRET: keys.jwtSecret,
      PUBLISHABLE_KEY: keys.publishableKey,
      SECRET_KEY: keys.secretKey,
      FUNCTIONS_URL: local(env.ports.functions, ''),
      APP_URL: appUrl(env),
      CONFIG_TOML: join(repository, 'supabase', 'config.toml'),
    },
    ready: httpProbe(local(env.ports.api, '/health')),
    stop: ending(2),
  });
}

export function functionsPart(context: PartsContext): Part {
  const { env, keys, livekit, repository } = context;
  // The npm wrapper of Deno only starts the program that it has put beside itself.
  const program = join(repository, 'node_modules', 'deno', 'deno');
  const wrapper = join(repository, 'node_modules', '.bin', 'deno');
  return part(context, {
    name: 'functions',
    command: existsSync(program) ? program : wrapper,
    args: [
      'run',
      '--no-remote',
      '--no-prompt',
      '--quiet',
      '--allow-net',
      '--allow-env',
      '--allow-read=.',
      'local/functions/serve.ts',
    ],
    env: {
      FUNCTIONS_PORT: String(env.ports.functions),
      SUPABASE_URL: apiUrl(env),
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
      STRIPE_SECRET_KEY: env.stripe?.secretKey ?? keys.stripeSecretKey,
      STRIPE_WEBHOOK_SECRET: env.stripe?.webhookSecret ?? keys.stripeWebhookSecret,
      ...(env.stripe ? {} : { STRIPE_API_BASE: local(env.ports.stripe, '') }),
      ...(livekit && {
        LIVEKIT_URL: livekit.url,
        LIVEKIT_API_KEY: livekit.apiKey,
        LIVEKIT_API_SECRET: livekit.apiSecret,
      }),
      APP_URL: appUrl(env),
      ...(env.allowedOrigins.length > 0 && { ALLOWED_ORIGINS: env.allowedOrigins.join(',') }),
      METRICS_TOKEN: keys.metricsToken,
    },
    // Any answer will do: whether the database can be reached is for the function itself to say.
    ready: httpProbe(local(env.ports.functions, '/functions/v1/health'), () => true),
  });
}

export function stripePart(context: PartsContext): Part {
  const { env, keys, paths, repository } = context;
  return part(context, {
    name: 'stripe',
    command: process.execPath,
    args: [join(repository, 'local', 'stripe', 'main.ts')],
    env: {
      STRIPE_DOUBLE_PORT: String(env.ports.stripe),
      STRIPE_DOUBLE_STATE: paths.stripe,
      STRIPE_SECRET_KEY: keys.stripeSecretKey,
      STRIPE_WEBHOOK_SECRET: keys.stripeWebhookSecret,
      STRIPE_WEBHOOK_URL: `${apiUrl(env)}/functions/v1/stripe-webhook`,
    },
    ready: httpProbe(local(env.ports.stripe, '/healthz')),
  });
}

export function voicePart(context: PartsContext): Part {
  const { env, repository } = context;
  return part(context, {
    name: 'voice',
    command: process.execPath,
    args: [join(repository, 'local', 'voice', 'main.ts')],
    env: { VOICE_DOUBLE_PORT: String(env.ports.voice) },
    ready: httpProbe(local(env.ports.voice, '/healthz')),
  });
}

export function workerPart(
  context: PartsContext,
  livekit: { url: string; apiKey: string; apiSecret: string },
): Part {
  const { env, keys, repository } = context;
  const openai = env.openai.apiKey
    ? {
        OPENAI_API_KEY: env.openai.apiKey,
        ...(env.openai.baseUrl && { OPENAI_BASE_URL: env.openai.baseUrl }),
      }
    : { OPENAI_API_KEY: 'sk-local-double', OPENAI_BASE_URL: local(env.ports.voice, '/v1') };
  const deepgram = env.deepgram.apiKey
    ? {
        DEEPGRAM_API_KEY: env.deepgram.apiKey,
        ...(env.deepgram.baseUrl && { DEEPGRAM_BASE_URL: env.deepgram.baseUrl }),
      }
    : { DEEPGRAM_API_KEY: 'local', DEEPGRAM_BASE_URL: `ws://${LOOPBACK}:${env.ports.voice}` };
  return part(context, {
    name: 'worker',
    command: process.execPath,
    args: [join(repository, 'agent-worker', 'src', 'main.ts'), 'start'],
    cwd: join(repository, 'agent-worker'),
    env: {
      ...env.workerVariables,
      ...openai,
      ...deepgram,
      SUPABASE_URL: apiUrl(env),
      SUPABASE_SECRET_KEY: keys.secretKey,
      LIVEKIT_URL: livekit.url,
      LIVEKIT_API_KEY: livekit.apiKey,
      LIVEKIT_API_SECRET: livekit.apiSecret,
      APP_URL: appUrl(env),
      WORKER_PORT: String(env.ports.worker),
      WORKER_DRAIN_SECONDS: String(WORKER_DRAIN_MS / 1000 - 2),
    },
    ready: httpProbe(local(env.ports.worker, '/')),
    // It tells its own jobs, which then say goodbye and settle.
    stop: { signal: 'SIGTERM', to: 'process', withinMs: WORKER_DRAIN_MS, layer: 0 },
  });
}

/** A web app of this repository, served from its sources. */
function webPart(
  context: PartsContext,
  app: { name: string; folder: string; port: number },
  variables: Record<string, string> = {},
): Part {
  const { env, keys, repository } = context;
  return part(context, {
    name: app.name,
    command: process.execPath,
    args: [
      join(repository, 'node_modules', 'vite', 'bin', 'vite.js'),
      '--port',
      String(app.port),
      '--strictPort',
      '--host',
      LOOPBACK,
      '--clearScreen',
      'false',
    ],
    cwd: join(repository, app.folder),
    env: {
      VITE_SUPABASE_URL: apiUrl(env),
      VITE_SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
      ...variables,
    },
    ready: httpProbe(local(app.port, '/')),
  });
}

export function appPart(context: PartsContext): Part {
  const publishableKey = context.env.stripe?.publishableKey;
  return webPart(
    context,
    { name: 'app', folder: 'examples/talk', port: context.env.ports.app },
    publishableKey === undefined ? {} : { VITE_STRIPE_PUBLISHABLE_KEY: publishableKey },
  );
}

export const adminPart = (context: PartsContext): Part =>
  webPart(context, { name: 'admin', folder: 'web-admin', port: context.env.ports.admin });

/** The LiveKit server as a program, or in a container where there is only Docker. */
export function livekitPart(context: PartsContext, source: LiveKitSource): Part | undefined {
  const { env, paths } = context;
  const ready = httpProbe(local(env.ports.livekit, '/'));
  if (source.kind === 'binary' || source.kind === 'build') {
    const args = ['--config', paths.livekitConfig];
    return part(context, { name: 'livekit', command: source.path, args, ready });
  }
  if (source.kind !== 'docker') return undefined;
  const published = [
    `${LOOPBACK}:${env.ports.livekit}:${env.ports.livekit}`,
    `${LOOPBACK}:${env.ports.livekitTcp}:${env.ports.livekitTcp}`,
    `${LOOPBACK}:${env.ports.livekitUdp}:${env.ports.livekitUdp}/udp`,
  ];
  // On Linux the container shares our loopback; elsewhere Docker's machine forwards the ports.
  const network =
    process.platform === 'linux' ? ['--network', 'host'] : published.flatMap((p) => ['-p', p]);
  return part(context, {
    name: 'livekit',
    command: source.docker,
    args: [
      'run',
      '--rm',
      '--init',
      '--name',
      `mindbot-livekit-${env.ports.livekit}`,
      ...network,
      '-v',
      `${paths.livekitConfig}:/livekit.yaml:ro`,
      `livekit/livekit-server:${LIVEKIT_VERSION}`,
      '--config',
      '/livekit.yaml',
    ],
    ready,
    readyWithinMs: 300_000,
  });
}
