/** What the panel needs to know about the project that it looks after. All of it is public. */
export interface Env {
  supabaseUrl: string;
  supabasePublishableKey: string;
}

const NAMES = ['VITE_SUPABASE_URL', 'VITE_SUPABASE_PUBLISHABLE_KEY'] as const;

type Source = Readonly<Record<string, unknown>>;

const read = (source: Source, name: (typeof NAMES)[number]): string => {
  const value = source[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** The names of the variables that are missing, all at once. */
export const missingVariables = (source: Source): string[] =>
  NAMES.filter((name) => read(source, name) === '');

export const env: Env = {
  supabaseUrl: read(import.meta.env, 'VITE_SUPABASE_URL').replace(/\/$/, ''),
  supabasePublishableKey: read(import.meta.env, 'VITE_SUPABASE_PUBLISHABLE_KEY'),
};
