import type { SupabaseClient } from '@supabase/supabase-js';
import { appError, fromAuth } from './errors.ts';
import type { Result } from './errors.ts';

type Auth = SupabaseClient['auth'];

/** Whether Auth wants a second factor of whoever is signed in, and has not seen it yet. */
export const lacksSecondFactor = async (auth: Auth): Promise<Result<boolean>> => {
  const { data, error } = await auth.mfa.getAuthenticatorAssuranceLevel();
  if (error) return { error: fromAuth(error) };
  return { data: data.nextLevel === 'aal2' && data.currentLevel !== 'aal2' };
};

/**
 * Passes the second factor, where the account has one (https://supabase.com/docs/guides/auth/auth-mfa/totp). Errors:
 * `second_factor_needed` without a code, `second_factor_unknown` where it is none that shows codes, those of Auth.
 */
export const passSecondFactor = async (
  auth: Auth,
  code: string | undefined,
): Promise<Result<void>> => {
  const lacks = await lacksSecondFactor(auth);
  if (lacks.error) return lacks;
  if (!lacks.data) return { data: undefined };
  const { data } = await auth.getSession();
  const factor = data.session?.user.factors?.find(
    ({ factor_type, status }) => factor_type === 'totp' && status === 'verified',
  );
  if (factor === undefined) return { error: appError('second_factor_unknown', 403) };
  if (code === undefined) return { error: appError('second_factor_needed', 401) };
  const { error } = await auth.mfa.challengeAndVerify({ factorId: factor.id, code });
  return error ? { error: fromAuth(error) } : { data: undefined };
};
