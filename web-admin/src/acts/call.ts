import type { Database } from '../../../supabase/functions/_shared/database.types.ts';
import { fromBody, fromFunction } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';

type Functions = Database['public']['Functions'];
export type ActName = Extract<keyof Functions, `admin_${string}`>;

/** The generated types do not know which arguments may be null. */
type ArgsOf<Name extends ActName> = Functions[Name]['Args'] extends infer Args
  ? { [Key in keyof Args]: Args[Key] | null }
  : never;

/** Asks the database to act, with the admin's own rights. */
export const callAct = async <Name extends ActName>(
  name: Name,
  args: ArgsOf<Name>,
): Promise<Result<Functions[Name]['Returns']>> => {
  const { data, error, status } = await supabase.rpc(name, args as Functions[Name]['Args']);
  if (error) return { error: fromBody(error, status) };
  return { data: data as Functions[Name]['Returns'] };
};

/** Asks an Edge Function to act: what needs Stripe or LiveKit. */
export const invokeAct = async <T>(
  name: 'admin-refund' | 'admin-end-session',
  body: Readonly<Record<string, unknown>>,
): Promise<Result<T>> => {
  const { data, error } = await supabase.functions.invoke<T>(name, { body });
  if (error) return { error: await fromFunction(error) };
  if (data === null) throw new Error(`${name} answered nothing`);
  return { data };
};
