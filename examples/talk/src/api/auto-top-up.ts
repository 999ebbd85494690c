import type { AutoTopUpRow, NoticeRow } from '../database.ts';
import { fromBody } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';
import { ownId } from './account.ts';

/** Null for somebody who never switched it on. */
export const getAutoTopUp = async (): Promise<Result<AutoTopUpRow | null>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('auto_top_ups')
    .select(
      'user_id, is_enabled, package_id, threshold_seconds, payment_method_id, monthly_limit_cents, limit_reached_at, disabled_reason, disabled_at',
    )
    .eq('user_id', own.data)
    .maybeSingle();
  return error ? { error: fromBody(error) } : { data };
};

export interface AutoTopUpChoice {
  package_id: string;
  threshold_seconds: number;
  payment_method_id: string;
  monthly_limit_cents: number;
}

export const switchAutoTopUpOn = async (choice: AutoTopUpChoice): Promise<Result<AutoTopUpRow>> => {
  const { data, error } = await supabase.rpc('set_auto_top_up', { is_enabled: true, ...choice });
  return error ? { error: fromBody(error) } : { data };
};

/** Its choices are kept for another time. */
export const switchAutoTopUpOff = async (): Promise<Result<AutoTopUpRow>> => {
  const { data, error } = await supabase.rpc('set_auto_top_up', { is_enabled: false });
  return error ? { error: fromBody(error) } : { data };
};

const NOTICES_AT_MOST = 5;

/** What happened while nobody was looking and was not read yet, newest first. */
export const listNotices = async (): Promise<Result<NoticeRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('notices')
    .select('id, user_id, kind, details, created_at, read_at')
    .eq('user_id', own.data)
    .is('read_at', null)
    .order('created_at', { ascending: false })
    .limit(NOTICES_AT_MOST);
  return error ? { error: fromBody(error) } : { data };
};

export const markNoticeRead = async (id: number): Promise<Result<null>> => {
  const { error } = await supabase
    .from('notices')
    .update({ read_at: new Date().toISOString() })
    .eq('id', id);
  return error ? { error: fromBody(error) } : { data: null };
};
