import { createClient } from '@supabase/supabase-js';
import type { Database } from '../../../supabase/functions/_shared/database.types.ts';
import { env } from './env.ts';

/** The one client of the panel: Data API, Auth and Edge Functions, as the signed-in admin. */
export const supabase = createClient<Database>(env.supabaseUrl, env.supabasePublishableKey, {
  auth: { storageKey: 'mindbot-admin', detectSessionInUrl: false },
});

export type Client = typeof supabase;
