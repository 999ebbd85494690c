import type { Session } from '@supabase/supabase-js';
import type { Json, ProfileRow } from '../database.ts';
import { appError, fromAuth, fromBody } from '../errors.ts';
import type { Result } from '../errors.ts';
import { appAddress } from '../routes.ts';
import { supabase } from '../supabase.ts';

export interface NewAccount {
  fullName: string;
  email: string;
  password: string;
}

/** The session is null where the project asks people to confirm their address first. */
export const signUp = async (account: NewAccount): Promise<Result<Session | null>> => {
  const { data, error } = await supabase.auth.signUp({
    email: account.email,
    password: account.password,
    options: { data: { full_name: account.fullName }, emailRedirectTo: appAddress() },
  });
  return error ? { error: fromAuth(error) } : { data: data.session };
};

/** Sends the mail that confirms a new address once more. */
export const sendConfirmation = async (email: string): Promise<Result<null>> => {
  const options = { emailRedirectTo: appAddress() };
  const { error } = await supabase.auth.resend({ type: 'signup', email, options });
  return error ? { error: fromAuth(error) } : { data: null };
};

export const signIn = async (email: string, password: string): Promise<Result<Session>> => {
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  return error ? { error: fromAuth(error) } : { data: data.session };
};

/** Auth answers alike whether there is such an account or not, and so do we. */
export const sendPasswordLink = async (email: string): Promise<Result<null>> => {
  const { error } = await supabase.auth.resetPasswordForEmail(email, {
    redirectTo: appAddress(),
  });
  return error ? { error: fromAuth(error) } : { data: null };
};

export const setPassword = async (password: string): Promise<Result<null>> => {
  const { error } = await supabase.auth.updateUser({ password });
  return error ? { error: fromAuth(error) } : { data: null };
};

/**
 * The id that lists of one's own rows are filtered by. Row-level security rules who may read what;
 * the filter is for admins, who may read everybody's.
 */
export const ownId = async (): Promise<Result<string>> => {
  const { data } = await supabase.auth.getSession();
  return data.session ? { data: data.session.user.id } : { error: appError('not_authenticated') };
};

export interface Profile {
  id: string;
  email: string;
  fullName: string;
  /** Whether what is said may be kept with the call; yes unless the person said no. */
  keepsTranscripts: boolean;
  preferences: Readonly<Record<string, Json | undefined>>;
}

const toProfile = ({ id, email, full_name, preferences: stored }: ProfileRow): Profile => {
  const isObject = typeof stored === 'object' && stored !== null && !Array.isArray(stored);
  const preferences = isObject ? stored : {};
  const keepsTranscripts = preferences['keep_transcripts'] !== false;
  return { id, email, fullName: full_name ?? '', keepsTranscripts, preferences };
};

const PROFILE_COLUMNS = 'id, email, full_name, preferences';

export const getProfile = async (): Promise<Result<Profile>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('profiles')
    .select(PROFILE_COLUMNS)
    .eq('id', own.data)
    .single();
  return error ? { error: fromBody(error) } : { data: toProfile(data) };
};

/** Other preferences, such as what an agent remembers, stay as they are. */
export const saveProfile = async (
  profile: Profile,
  changes: { fullName: string; keepsTranscripts: boolean },
): Promise<Result<Profile>> => {
  const { data, error } = await supabase
    .from('profiles')
    .update({
      full_name: changes.fullName,
      preferences: { ...profile.preferences, keep_transcripts: changes.keepsTranscripts },
    })
    .eq('id', profile.id)
    .select(PROFILE_COLUMNS)
    .single();
  return error ? { error: fromBody(error) } : { data: toProfile(data) };
};

/** Signs out in this browser only, or on every device. */
export const signOut = async (scope: 'local' | 'global' = 'local'): Promise<void> => {
  await supabase.auth.signOut({ scope });
};
