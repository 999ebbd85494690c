import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/ });
const socketUrl = z.url({ protocol: /^(wss?|https?)$/ });
const whole = z.coerce.number().int();

/** The voices of OpenAI's speech. */
export const voices = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'fable',
  'nova',
  'onyx',
  'sage',
  'shimmer',
] as const;
export type OpenAIVoice = (typeof voices)[number];

const schema = z.object({
  SUPABASE_URL: httpUrl,
  SUPABASE_SECRET_KEY: z.string().min(1),
  LIVEKIT_URL: socketUrl,
  LIVEKIT_API_KEY: z.string().min(1),
  LIVEKIT_API_SECRET: z.string().min(1),
  OPENAI_API_KEY: z.string().min(1),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_LLM_MODEL: z.string().default('gpt-4.1-mini'),
  OPENAI_TTS_MODEL: z.string().default('gpt-4o-mini-tts'),
  OPENAI_TTS_VOICE: z.enum(voices).default('ash'),
  DEEPGRAM_API_KEY: z.string().min(1),
  DEEPGRAM_BASE_URL: socketUrl.optional(),
  DEEPGRAM_MODEL: z.string().default('nova-3'),
  /** `multi` lets nova-3 follow the customer's language; the plugin hands on what is reported. */
  DEEPGRAM_LANGUAGE: z.string().default('multi'),
  FALLBACK_OPENAI_API_KEY: z.string().min(1).optional(),
  FALLBACK_OPENAI_BASE_URL: httpUrl.optional(),
  FALLBACK_OPENAI_LLM_MODEL: z.string().optional(),
  FALLBACK_OPENAI_TTS_MODEL: z.string().optional(),
  FALLBACK_DEEPGRAM_API_KEY: z.string().min(1).optional(),
  FALLBACK_DEEPGRAM_BASE_URL: socketUrl.optional(),
  /** Where customers top up. */
  APP_URL: httpUrl.optional(),
  WORKER_HOST: z.string().default('127.0.0.1'),
  /** 0: any free one, where several workers share a machine; the log tells which. */
  WORKER_PORT: whole.min(0).max(65_535).default(8081),
  WORKER_IDLE_PROCESSES: whole.min(1).max(16).default(1),
  WORKER_MAX_CALLS: whole.min(1).max(1000).default(10),
  WORKER_DRAIN_SECONDS: whole.min(1).max(86_400).default(3600),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

export type Env = z.infer<typeof schema>;

/** Thrown with one line per variable that is missing or malformed; never shows a value. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

/**
 * Reads the worker's environment. An empty string counts as unset, because compose files and shells
 * pass variables on that way.
 *
 * @throws EnvError naming every problem at once
 */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return `  ${name}: ${given[name] === undefined ? 'is missing' : issue.message}`;
  });
  throw new EnvError(`The worker's environment is not usable:\n${problems.join('\n')}`);
}
