import { createClient } from '@supabase/supabase-js';
import type { Database } from './database.ts';
import { env } from './env.ts';
import { mailReturnOf } from './routes.ts';

/** Read before the client takes it out of the address. */
export const mailReturn = mailReturnOf(window.location.hash);

/** The one client of the app: Data API, Auth and Edge Functions, as the signed-in user. */
export const supabase = createClient<Database>(env.supabaseUrl, env.supabasePublishableKey);
