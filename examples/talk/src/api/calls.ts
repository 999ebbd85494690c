import type { TimeCardRow, VoiceSessionRow } from '../database.ts';
import { appError, fromBody, fromFunction } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';
import { ownId } from './account.ts';

/** What `livekit-token` answers: LiveKit's token-endpoint JSON and the facts of the session. */
export interface Call {
  server_url: string;
  participant_token: string;
  room_name: string;
  participant_name: string;
  session_id: string;
  granted_seconds: number;
  remaining_seconds: number;
}

/** Holds time for a call and gives the way into its room. */
export const openCall = async (agentType: string): Promise<Result<Call>> => {
  const { data, error } = await supabase.functions.invoke<Call>('livekit-token', {
    body: { agent_type: agentType },
  });
  if (error) return { error: await fromFunction(error) };
  return data === null ? { error: appError('unexpected') } : { data };
};

/** Releases a call that nobody joined and ends one that goes on. */
export const endCall = async (sessionId: string): Promise<Result<null>> => {
  const { error } = await supabase.rpc('end_my_session', { session_id: sessionId });
  return error ? { error: fromBody(error) } : { data: null };
};

const SESSION_COLUMNS =
  'id, user_id, agent_type_id, status, room_name, granted_seconds, used_seconds, billed_seconds, end_reason, created_at, started_at, ended_at';

export const getCall = async (sessionId: string): Promise<Result<VoiceSessionRow>> => {
  const { data, error } = await supabase
    .from('voice_sessions')
    .select(SESSION_COLUMNS)
    .eq('id', sessionId)
    .maybeSingle();
  if (error) return { error: fromBody(error) };
  return data === null ? { error: appError('not_found') } : { data };
};

/** A call is settled once it is over: `billed_seconds` is final then. */
export const isSettled = (session: VoiceSessionRow): boolean =>
  session.status === 'completed' || session.status === 'error';

const OPEN_CALLS_AT_MOST = 10;

const listOpenCalls = async (): Promise<Result<string[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('voice_sessions')
    .select('id')
    .eq('user_id', own.data)
    .in('status', ['pending', 'active'])
    .limit(OPEN_CALLS_AT_MOST);
  return error ? { error: fromBody(error) } : { data: data.map(({ id }) => id) };
};

const ENDED_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 1000;

/**
 * Ends whatever call of this user is still open, for example in a closed tab, and waits until it
 * is: an agent hears of it with its next heartbeat (15 s apart).
 */
export const endOpenCalls = async (): Promise<Result<null>> => {
  const open = await listOpenCalls();
  if (open.error) return open;
  for (const id of open.data) {
    const ended = await endCall(id);
    if (ended.error) return ended;
  }
  const givesUpAt = Date.now() + ENDED_WITHIN_MS;
  while (Date.now() < givesUpAt) {
    const left = await listOpenCalls();
    if (left.error) return left;
    if (left.data.length === 0) return { data: null };
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return { error: appError('too_many_sessions') };
};

const HISTORY_ROWS = 20;

export const listCards = async (): Promise<Result<TimeCardRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('time_cards')
    .select(
      'id, owner_id, source, status, package_id, total_seconds, remaining_seconds, held_seconds, used_seconds, expires_at, created_at',
    )
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
