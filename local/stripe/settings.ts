import { z } from 'zod';
import type { StripeDoubleOptions } from './server.ts';

const schema = z.object({
  STRIPE_DOUBLE_PORT: z.coerce.number().int().min(0).max(65_535).default(54_325),
  STRIPE_DOUBLE_STATE: z.string().min(1),
  /** Where browsers reach the hosted pages, when that is not the address it listens on. */
  STRIPE_DOUBLE_URL: z.url().optional(),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_test_\w+$/, 'must be a test key: the double never takes a live one'),
  STRIPE_WEBHOOK_SECRET: z.string().regex(/^whsec_\S+$/, 'must start with whsec_'),
  STRIPE_WEBHOOK_URL: z.url(),
});

/** Reads the environment; the error names every variable that is missing or wrong, without its value. */
export function readSettings(
  env: Record<string, string | undefined>,
): { options: StripeDoubleOptions } | { problems: string[] } {
  // An empty variable counts as a missing one.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) =>
        `${issue.path.join('.')}: ${given[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
    );
    return { problems };
  }
  const settings = result.data;
  return {
    options: {
      port: settings.STRIPE_DOUBLE_PORT,
      stateFile: settings.STRIPE_DOUBLE_STATE,
      publicUrl: settings.STRIPE_DOUBLE_URL,
      secretKey: settings.STRIPE_SECRET_KEY,
      webhookSecret: settings.STRIPE_WEBHOOK_SECRET,
      webhookUrl: settings.STRIPE_WEBHOOK_URL,
    },
  };
}
