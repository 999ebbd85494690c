import { z } from 'zod';
import { requireUser } from '../_shared/auth.ts';
import type { LiveKitEnv } from '../_shared/env.ts';
import { fail } from '../_shared/errors.ts';
import { readJson, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import type { SessionToken } from '../_shared/livekit.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { requestedAgentType, tokenRequest } from './input.ts';

export interface LiveKitTokenDeps {
  /** With the publishable key. */
  auth: Db['auth'];
  /** With the secret key. */
  db: Db;
  /** Null where there is no voice server. */
  livekit: LiveKitEnv | null;
  mint: (livekit: LiveKitEnv, session: SessionToken) => Promise<string>;
}

const authorizedSession = z.object({
  session_id: z.guid(),
  room_name: z.string(),
  granted_seconds: z.int(),
  remaining_seconds: z.int(),
  agent_type: z.string(),
});

/**
 * Holds the first seconds of a session, then mints a token for its one room. With `session_id` nothing is held:
 * the caller comes back to a session that is open, under the same identity, so that whoever was in the room as
 * them is replaced.
 */
export function createLiveKitTokenHandler(deps: LiveKitTokenDeps): Handler {
  return async (call) => {
    const user = await requireUser(call.request, deps.auth);
    if (user.error) return user;
    const input = await readJson(call.request, tokenRequest);
    if (input.error) return input;
    if (deps.livekit === null) {
      return fail('voice_provider_unavailable', 'Voice is switched off here.');
    }
    const rejoined = input.data.session_id;
    const [authorized, participantName] = await Promise.all([
      rejoined === undefined
        ? authorize(deps.db, user.data.id, requestedAgentType(input.data))
        : rejoin(deps.db, user.data.id, rejoined),
      input.data.participant_name || fullName(deps.db, user.data.id),
    ]);
    if (authorized.error) return authorized;
    const session = authorized.data;
    call.note({ session_id: session.session_id });
    let token: string;
    try {
      token = await deps.mint(deps.livekit, {
        sessionId: session.session_id,
        roomName: session.room_name,
        agentType: session.agent_type,
        userId: user.data.id,
        participantName,
      });
    } catch (error) {
      if (rejoined === undefined) await releaseSession(deps.db, session.session_id);
      throw error;
    }
    return reply(201, {
      server_url: deps.livekit.url,
      participant_token: token,
      room_name: session.room_name,
      participant_name: participantName,
      session_id: session.session_id,
      granted_seconds: session.granted_seconds,
      remaining_seconds: session.remaining_seconds,
    });
  };
}

function authorize(db: Db, userId: string, agentType: string) {
  const asked = { user_id: userId, agent_type: agentType };
  return callRpc(db, 'authorize_session', asked, authorizedSession);
}

function rejoin(db: Db, userId: string, sessionId: string) {
  const asked = { user_id: userId, session_id: sessionId };
  return callRpc(db, 'rejoin_session', asked, authorizedSession);
}

/** A name to show; a profile that cannot be read is no reason to refuse a call. */
async function fullName(db: Db, userId: string): Promise<string> {
  const { data } = await db.from('profiles').select('full_name').eq('id', userId).maybeSingle();
  return z.object({ full_name: z.string() }).safeParse(data).data?.full_name ?? '';
}

// If this fails too, the sweep releases the session as one that nobody joined.
async function releaseSession(db: Db, sessionId: string): Promise<void> {
  const args = { session_id: sessionId, used_seconds: 0, reason: 'token_failed' };
  await callRpc(db, 'end_session', args, z.unknown()).catch(() => undefined);
}
