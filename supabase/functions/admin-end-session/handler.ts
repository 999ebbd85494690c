import type { RoomServiceClient } from 'livekit-server-sdk';
import { z } from 'zod';
import { requireUser } from '../_shared/auth.ts';
import { fail } from '../_shared/errors.ts';
import { readJson, reply } from '../_shared/http.ts';
import type { Handler } from '../_shared/http.ts';
import { adminReason } from '../_shared/input.ts';
import { deleteRoom } from '../_shared/livekit.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';

export interface AdminEndSessionDeps {
  /** With the publishable key. */
  auth: Db['auth'];
  /** With the secret key. */
  db: Db;
  /** With the rights of whoever the token is of. */
  dbAs: (accessToken: string) => Db;
  /** Null where there is no voice server. */
  rooms: RoomServiceClient | null;
  /** Milliseconds. */
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

const input = z.object({ session_id: z.guid(), reason: adminReason });

const endRequest = z.object({ session_id: z.guid(), room_name: z.string(), status: z.string() });

/** How long the worker has to settle by itself, on better evidence than anybody else's. */
const WORKER_SETTLES_WITHIN_MS = 3000;
const ASK_EVERY_MS = 200;

/**
 * Ends a session: the database checks, audits and asks the agent, with the admin's own rights; the room is deleted,
 * which ends the call whatever the agent does; then the worker settles, or else the last proof does.
 *
 * Where the room cannot be deleted the call may go on, so nothing is settled: the agent stays asked to end.
 */
export function createAdminEndSessionHandler(deps: AdminEndSessionDeps): Handler {
  return async (call) => {
    const user = await requireUser(call.request, deps.auth);
    if (user.error) return user;
    const asked = await readJson(call.request, input);
    if (asked.error) return asked;
    const { session_id } = asked.data;
    call.note({ session_id });
    const dbAsAdmin = deps.dbAs(user.data.accessToken);
    const requested = await callRpc(dbAsAdmin, 'admin_request_session_end', asked.data, endRequest);
    if (requested.error) return requested;
    const isTalking = requested.data.status === 'active';
    call.note({ status_before: requested.data.status });
    const cause = await roomProblem(deps.rooms, requested.data.room_name);
    // Of a session that is over the room does no harm; maintenance tries again.
    if (cause !== null && isTalking) {
      return fail(
        'voice_provider_unavailable',
        'The voice server cannot be reached. The agent was asked to end the call.',
        { cause },
      );
    }
    if (isTalking) {
      await workerSettled(deps, session_id);
      const settled = await callRpc(deps.db, 'settle_ended_session', { session_id }, z.unknown());
      if (settled.error) return settled;
    }
    if (cause === null) {
      const marked = await callRpc(deps.db, 'mark_room_closed', { session_id }, z.unknown());
      if (marked.error) return marked;
    }
    const { data, error } = await dbAsAdmin
      .from('voice_sessions')
      .select('*')
      .eq('id', session_id)
      .single();
    if (error) throw new Error(`voice_sessions cannot be read: ${error.code}`);
    call.note({ status: data.status, settled_by: data.settled_by });
    return reply(200, { ...data, session_id });
  };
}

/** Deletes the room. @returns what kept it from being deleted, null when it is gone */
async function roomProblem(rooms: RoomServiceClient | null, roomName: string): Promise<unknown> {
  if (rooms === null) return new Error('LIVEKIT_* are not set');
  try {
    await deleteRoom(rooms, roomName);
    return null;
  } catch (error) {
    return error ?? new Error('the room was not deleted');
  }
}

/** Waits until the worker has settled the session, or its time is up. */
async function workerSettled(deps: AdminEndSessionDeps, sessionId: string): Promise<void> {
  const deadline = deps.now() + WORKER_SETTLES_WITHIN_MS;
  while (deps.now() < deadline) {
    const { data } = await deps.db
      .from('voice_sessions')
      .select('status')
      .eq('id', sessionId)
      .maybeSingle();
    if (data !== null && data.status !== 'active') return;
    await deps.sleep(ASK_EVERY_MS);
  }
}
