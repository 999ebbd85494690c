import { z } from 'zod';

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65535),
  DATABASE_URL: z.url(),
  JWT_SECRET: z.string().min(32),
  PUBLISHABLE_KEY: z.string().startsWith('sb_publishable_'),
  SECRET_KEY: z.string().startsWith('sb_secret_'),
  /** Where the Deno router listens. */
  FUNCTIONS_URL: z.url(),
  APP_URL: z.url(),
  /** Path of supabase/config.toml. */
  CONFIG_TOML: z.string(),
  POOL_SIZE: z.coerce.number().int().min(1).max(50).default(20),
});

export type GatewayEnv = z.infer<typeof schema>;

/** @throws {Error} naming every missing or bad variable */
export function readGatewayEnv(source: Readonly<Record<string, string | undefined>>): GatewayEnv {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((i) => `  ${String(i.path[0])}: ${i.message}`);
  throw new Error(`The gateway's environment is not usable:\n${problems.join('\n')}`);
}
