import { z } from 'zod';
import { Problem } from './problem.ts';

/** A project other than the local stack that is to be seeded. */
export interface SeedTarget {
  readonly apiUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly allowRemote: boolean;
}

const NAMES = ['SUPABASE_URL', 'SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY'] as const;

const schema = z.object({
  SUPABASE_URL: z.url({
    protocol: /^https?$/,
    error: 'must be an address that begins with http:// or https://',
  }),
  SUPABASE_PUBLISHABLE_KEY: z.string('is missing'),
  SUPABASE_SECRET_KEY: z.string('is missing'),
  SEED_ALLOW_REMOTE: z.literal('yes', 'may only be yes').optional(),
});

/**
 * The project that the environment names; undefined when it names none, and the local stack is meant.
 * @throws {Problem} naming every variable that is missing or bad
 */
export function seedTarget(
  source: Readonly<Record<string, string | undefined>>,
): SeedTarget | undefined {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  if (NAMES.every((name) => given[name] === undefined)) return undefined;
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((i) => `\n  ${String(i.path[0])}: ${i.message}`);
    throw new Problem(
      `To seed another project than the local stack, set ${NAMES.join(', ')}:${problems.join('')}`,
    );
  }
  return {
    apiUrl: parsed.data.SUPABASE_URL,
    publishableKey: parsed.data.SUPABASE_PUBLISHABLE_KEY,
    secretKey: parsed.data.SUPABASE_SECRET_KEY,
    allowRemote: parsed.data.SEED_ALLOW_REMOTE === 'yes',
  };
}
