import type { AuthProvider, UserIdentity } from 'ra-core';
import { supabaseAuthProvider } from 'ra-supabase-core';
import { shownError } from './error-texts.ts';
import { appError, fromAuth, fromBody } from './errors.ts';
import type { Role } from './rows.ts';
import { lacksSecondFactor, passSecondFactor } from './second-factor.ts';
import { supabase } from './supabase.ts';

export interface SignIn {
  email: string;
  password: string;
  /** Six digits of an authenticator app, for an account that has one. */
  code?: string;
}

const base = supabaseAuthProvider(supabase, {});

/** Who is signed in, from the verified token; its `sub` and `email`. */
const claims = async (): Promise<{ id: string; email: string } | undefined> => {
  const { data, error } = await supabase.auth.getClaims();
  // Without an answer nobody is signed out: the next request tells.
  if (error && error.status === 0) throw shownError(fromAuth(error));
  if (error || data === null) return undefined;
  return { id: data.claims.sub, email: data.claims.email ?? '' };
};

/** The role of the caller; undefined for everybody who is no active admin (row-level security shows them nothing). */
const ownRole = async (userId: string): Promise<Role | undefined> => {
  const { data, error, status } = await supabase
    .from('admins')
    .select('role')
    .eq('user_id', userId)
    .maybeSingle();
  if (error) throw shownError(fromBody(error, status));
  return data === null ? undefined : (data.role as Role);
};

const forget = (): Promise<unknown> => supabase.auth.signOut({ scope: 'local' });

const signIn = async ({ email, password, code }: SignIn): Promise<void> => {
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw shownError(fromAuth(error));
  try {
    const factor = await passSecondFactor(supabase.auth, code);
    if (factor.error) throw shownError(factor.error);
    const role = await ownRole(data.user.id);
    if (role === undefined) throw shownError(appError('not_admin', 403));
  } catch (refusal) {
    await forget();
    throw refusal;
  }
};

/**
 * Where nobody is signed in, react-admin goes to the sign-in page by a transition of React, empties its cache
 * and so asks again who is signed in, and leaves again. With answers this quick that goes round for seconds
 * and the transition never gets its turn, unless there is a pause.
 */
const LEAVE_MS = 100;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** That of ra-supabase-core, with what the panel needs otherwise. */
export const authProvider: AuthProvider = {
  ...base,
  login: (params: SignIn) => signIn(params),
  // Only here: other devices stay signed in, and it works without an answer.
  logout: async () => {
    const { data } = await supabase.auth.getSession();
    if (data.session === null) await pause(LEAVE_MS);
    else await forget();
  },
  checkAuth: async () => {
    const { data } = await supabase.auth.getSession();
    if (data.session === null) throw Object.assign(new Error(), { message: false });
    // As it is left when the page is closed between password and code, and where a factor was added elsewhere.
    const { data: isLacking } = await lacksSecondFactor(supabase.auth);
    if (isLacking === true) throw shownError(appError('second_factor_needed', 401));
  },
  // As shipped any 403 would sign out; an act that is refused is no reason to.
  checkError: async (error: unknown) => {
    const isOver =
      typeof error === 'object' && error !== null && 'status' in error && error.status === 401;
    if (isOver) throw shownError(appError('not_authenticated', 401));
  },
  getIdentity: async (): Promise<UserIdentity> => {
    const who = await claims();
    if (who === undefined) throw shownError(appError('not_authenticated', 401));
    return { id: who.id, fullName: who.email };
  },
  getPermissions: async (): Promise<Role | undefined> => {
    const who = await claims();
    return who === undefined ? undefined : ownRole(who.id);
  },
};
