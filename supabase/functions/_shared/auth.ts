import { z } from 'zod';
import { fail, ok } from './errors.ts';
import type { Result } from './errors.ts';
import type { Db } from './supabase.ts';

export interface User {
  id: string;
  /** For calls with the user's own rights. */
  accessToken: string;
}

const userClaims = z.object({ sub: z.guid(), role: z.literal('authenticated') });

function bearerToken(request: Request): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

/**
 * The signed-in user behind a request. An API key alone is nobody.
 * @throws AuthError when Auth itself cannot be reached: that is no verdict on the caller
 */
export async function requireUser(request: Request, auth: Db['auth']): Promise<Result<User>> {
  const denied = fail('not_authenticated', 'Please sign in.');
  const token = bearerToken(request);
  if (token === null) return denied;
  let verified: Awaited<ReturnType<Db['auth']['getClaims']>>;
  try {
    verified = await auth.getClaims(token);
  } catch {
    // Errors of Auth are returned; what is thrown is a SyntaxError over parts that are not JSON.
    return denied;
  }
  const { error } = verified;
  if (error && (error.name === 'AuthRetryableFetchError' || (error.status ?? 400) >= 500)) {
    throw error;
  }
  const claims = userClaims.safeParse(verified.data?.claims);
  return claims.success ? ok({ id: claims.data.sub, accessToken: token }) : denied;
}

/** Passes only a holder of one of the project's secret keys, sent as `apikey` or as the bearer. */
export async function requireSecretKey(
  request: Request,
  secretKeys: readonly string[],
): Promise<Result<null>> {
  const offered = [request.headers.get('apikey') ?? '', bearerToken(request) ?? ''];
  let accepted = false;
  for (const key of secretKeys) {
    for (const candidate of offered) {
      accepted = (await equalInConstantTime(candidate, key)) || accepted;
    }
  }
  return accepted ? ok(null) : fail('not_authenticated', 'This call needs the secret key.');
}

/** Passes only who sends this token as the bearer. */
export async function requireToken(request: Request, token: string): Promise<Result<null>> {
  return (await equalInConstantTime(bearerToken(request) ?? '', token))
    ? ok(null)
    : fail('not_authenticated', 'This call needs its token.');
}

// Comparing digests takes the same time wherever the texts differ, and hides their length.
async function equalInConstantTime(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([sha256(left), sha256(right)]);
  let difference = 0;
  a.forEach((byte, index) => (difference |= byte ^ (b[index] ?? 0)));
  return difference === 0;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
