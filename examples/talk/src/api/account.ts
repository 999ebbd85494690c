import type { Session } from '@supabase/supabase-js';
import { appError, badName, fromAuth } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';

export interface NewAccount {
  fullName: string;
  email: string;
  password: string;
}

const NAME_AT_LEAST = 2;
const NAME_AT_MOST = 100;

/** The session is null where the project asks people to confirm their address first. */
export const signUp = async (account: NewAccount): Promise<Result<Session | null>> => {
  // Asked here too, because Auth does not pass on why the database refused a name.
  const length = [...account.fullName].length;
  if (length < NAME_AT_LEAST || length > NAME_AT_MOST) return { error: badName() };
  const { data, error } = await supabase.auth.signUp({
    email: account.email,
    password: account.password,
    options: { data: { full_name: account.fullName } },
  });
  return error ? { error: fromAuth(error) } : { data: data.session };
};

export const signIn = async (email: string, password: string): Promise<Result<Session>> => {
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  return error ? { error: fromAuth(error) } : { data: data.session };
};

/**
 * The id that lists of one's own rows are filtered by. Row-level security rules who may read what;
 * the filter is for admins, who may read everybody's.
 */
export const ownId = async (): Promise<Result<string>> => {
  const { data } = await supabase.auth.getSession();
  return data.session ? { data: data.session.user.id } : { error: appError('not_authenticated') };
};

/** Signs out in this browser only; other devices stay signed in. */
export const signOut = async (): Promise<void> => {
  await supabase.auth.signOut({ scope: 'local' });
};
