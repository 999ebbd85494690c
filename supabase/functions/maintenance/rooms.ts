import { ServerError } from 'livekit-server-sdk';
import type { RoomServiceClient } from 'livekit-server-sdk';
import { z } from 'zod';
import { deleteRoom } from '../_shared/livekit.ts';
import { safeErrorText } from '../_shared/log.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import { forEachBounded } from './bounded.ts';
import type { StepContext } from './handler.ts';

const roomsToClose = z.array(z.object({ session_id: z.guid(), room_name: z.string() }));

/** Deletes rooms whose session is over or outstays its grant. @returns how many are gone */
export async function closeRooms(
  deps: { db: Db; rooms: RoomServiceClient | null },
  context: StepContext,
): Promise<number> {
  const listed = await callRpc(deps.db, 'list_rooms_to_close', {}, roomsToClose);
  if (listed.error) throw new Error(`list_rooms_to_close: ${listed.error.code}`);
  const { rooms } = deps;
  let closed = 0;
  await forEachBounded(listed.data, context.limits, async ({ session_id, room_name }) => {
    try {
      if (rooms === null) throw new Error('LIVEKIT_* are not set');
      await deleteRoom(rooms, room_name);
    } catch (error) {
      // Not proven gone, so not closed. The next run tries again.
      context.log.warn('room not closed', { session_id, error: safeErrorText(error) });
      context.problem({ step: 'close_rooms', code: 'voice_provider_unavailable', session_id });
      // Where the server cannot be reached at all, the others would only wait for the same time-out.
      return error instanceof ServerError ? 'go on' : 'stop';
    }
    const marked = await callRpc(deps.db, 'mark_room_closed', { session_id }, z.unknown());
    if (marked.error) {
      context.problem({ step: 'close_rooms', code: marked.error.code, session_id });
    } else closed += 1;
    return 'go on';
  });
  return closed;
}
