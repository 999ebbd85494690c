import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../../supabase/functions/_shared/database.types.ts';

export type Client = SupabaseClient<Database>;

/** A refusal of the database in its own words for people; with the fields, if they are what is wrong. */
export function refusalWords(error: {
  code?: string;
  message: string;
  hint?: string | null;
  details?: string | null;
}): string {
  if (error.code === '22P02') return 'is no id; `list` shows them';
  const fields = error.message === 'invalid_input' && error.details ? ` ${error.details}` : '';
  return `${error.hint || error.message}${fields}`;
}
