import type { AgentTypeRow, VoiceSessionRow } from '../database.ts';
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

/** Whom one can talk to; readable without signing in. */
export const listAgents = async (): Promise<Result<AgentTypeRow[]>> => {
  const { data, error } = await supabase
    .from('agent_types')
    .select('id, name, description, rate_permille, minimum_charge_seconds, sort_order, is_active')
    .eq('is_active', true)
    .order('sort_order');
  return error ? { error: fromBody(error) } : { data };
};

const askForToken = async (body: Record<string, string>): Promise<Result<Call>> => {
  const { data, error } = await supabase.functions.invoke<Call>('livekit-token', { body });
  if (error) return { error: await fromFunction(error) };
  return data === null ? { error: appError('unexpected') } : { data };
};

/** Holds time for a call and gives the way into its room. */
export const openCall = (agentType: string): Promise<Result<Call>> =>
  askForToken({ agent_type: agentType });

/** The way back into an open call: after a reload, a lost connection, or from another window. */
export const rejoinCall = (sessionId: string): Promise<Result<Call>> =>
  askForToken({ session_id: sessionId });

/** Releases a call that nobody joined and ends one that goes on. */
export const endCall = async (sessionId: string): Promise<Result<null>> => {
  const { error } = await supabase.rpc('end_my_session', { session_id: sessionId });
  return error ? { error: fromBody(error) } : { data: null };
};

export const SESSION_COLUMNS =
  'id, user_id, agent_type_id, status, room_name, granted_seconds, used_seconds, billed_seconds, end_reason, end_requested_at, rating, rating_comment, created_at, started_at, ended_at';

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

/** Calls of this person that are not over, in this window or another. */
export const listOpenCalls = async (): Promise<Result<VoiceSessionRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('voice_sessions')
    .select(SESSION_COLUMNS)
    .eq('user_id', own.data)
    .in('status', ['pending', 'active'])
    .order('created_at', { ascending: false })
    .limit(OPEN_CALLS_AT_MOST);
  return error ? { error: fromBody(error) } : { data };
};

export const rateCall = async (
  sessionId: string,
  rating: number,
  comment: string,
): Promise<Result<number>> => {
  const { data, error } = await supabase.rpc('rate_session', {
    session_id: sessionId,
    rating,
    comment,
  });
  return error ? { error: fromBody(error) } : { data: data.rating };
};

const CALL_KEY = 'mindbot.call';

/** The call that this tab is in; a reload finds its way back by it. */
export const rememberCall = (sessionId: string | undefined): void => {
  if (sessionId === undefined) window.sessionStorage.removeItem(CALL_KEY);
  else window.sessionStorage.setItem(CALL_KEY, sessionId);
};

export const rememberedCall = (): string | undefined =>
  window.sessionStorage.getItem(CALL_KEY) ?? undefined;
