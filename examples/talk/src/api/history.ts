import type { TimeCardRow, UsageDay, VoiceSessionRow } from '../database.ts';
import { fromBody } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';
import { ownId } from './account.ts';
import { SESSION_COLUMNS } from './calls.ts';

const HISTORY_ROWS = 20;

export const CARD_COLUMNS =
  'id, owner_id, purchaser_id, source, status, package_id, total_seconds, remaining_seconds, held_seconds, used_seconds, code_hint, expires_at, created_at';

export const listCards = async (): Promise<Result<TimeCardRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('time_cards')
    .select(CARD_COLUMNS)
    .eq('owner_id', own.data)
    .order('created_at', { ascending: false })
    .limit(HISTORY_ROWS);
  return error ? { error: fromBody(error) } : { data };
};

export const listCalls = async (): Promise<Result<VoiceSessionRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('voice_sessions')
    .select(SESSION_COLUMNS)
    .eq('user_id', own.data)
    .order('created_at', { ascending: false })
    .limit(HISTORY_ROWS);
  return error ? { error: fromBody(error) } : { data };
};

const USAGE_DAYS = 30;
const DAY_MS = 86_400_000;

const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);

/** The last thirty days, today included, those without a call too. */
export const getUsage = async (): Promise<Result<UsageDay[]>> => {
  const now = Date.now();
  const { data, error } = await supabase.rpc('get_usage', {
    from_day: utcDay(now - (USAGE_DAYS - 1) * DAY_MS),
    to_day: utcDay(now),
  });
  return error ? { error: fromBody(error) } : { data };
};
