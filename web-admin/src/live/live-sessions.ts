import { fromBody } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';
import type { LiveSession } from './shown-sessions.ts';

/** What `admin_live_sessions` answers. */
export interface LiveAnswer {
  at: string;
  /** Whether Supabase Realtime tells of changes of sessions. */
  is_published: boolean;
  sessions: LiveSession[];
}

/** Where the network swallows a question, the next one is asked all the same. */
const PATIENCE_MS = 15_000;

export const loadLive = async (): Promise<Result<LiveAnswer>> => {
  const { data, error, status } = await supabase
    .rpc('admin_live_sessions')
    .abortSignal(AbortSignal.timeout(PATIENCE_MS));
  return error ? { error: fromBody(error, status) } : { data: data as unknown as LiveAnswer };
};
