/** What the app needs to know about the project that it talks to. All of it is public. */
export interface Env {
  supabaseUrl: string;
  supabasePublishableKey: string;
  /** With it cards are typed in here (Payment Element); without it on Stripe's own page. */
  stripePublishableKey: string | undefined;
}

const NAMES = ['VITE_SUPABASE_URL', 'VITE_SUPABASE_PUBLISHABLE_KEY'] as const;

type Source = Readonly<Record<string, unknown>>;

const read = (source: Source, name: string): string => {
  const value = source[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** The names of the variables that are missing, all at once. */
export const missingVariables = (source: Source): string[] =>
  NAMES.filter((name) => read(source, name) === '');

export const env: Env = {
  supabaseUrl: read(import.meta.env, 'VITE_SUPABASE_URL'),
  supabasePublishableKey: read(import.meta.env, 'VITE_SUPABASE_PUBLISHABLE_KEY'),
  stripePublishableKey: read(import.meta.env, 'VITE_STRIPE_PUBLISHABLE_KEY') || undefined,
};
