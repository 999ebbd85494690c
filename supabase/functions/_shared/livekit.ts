import {
  AccessToken,
  RoomAgentDispatch,
  RoomConfiguration,
  RoomServiceClient,
  ServerError,
  TrackSource,
} from 'livekit-server-sdk';
import type { LiveKitEnv } from './env.ts';

/** The name under which the agent worker registers for explicit dispatch. */
const AGENT_NAME = 'mindbot';

/** How long a token may be used to connect for the first time. It does not bound the session. */
const TOKEN_TTL_SECONDS = 120;

export interface SessionToken {
  sessionId: string;
  roomName: string;
  agentType: string;
  userId: string;
  /** Shown to others in the room; empty for none. */
  participantName: string;
}

/** A LiveKit token for one user in one room, which brings the agent along. */
export async function mintSessionToken(
  livekit: LiveKitEnv,
  session: SessionToken,
): Promise<string> {
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, {
    identity: session.userId,
    name: session.participantName,
    ttl: TOKEN_TTL_SECONDS,
  });
  token.addGrant({
    roomJoin: true,
    room: session.roomName,
    canPublish: true,
    canPublishSources: [TrackSource.MICROPHONE],
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: false,
  });
  token.roomConfig = new RoomConfiguration({
    emptyTimeout: 60,
    departureTimeout: 20,
    // Agents are not counted, and somebody who reconnects replaces themselves.
    // https://github.com/livekit/protocol/blob/main/protobufs/livekit_room.proto
    maxParticipants: 1,
    agents: [
      new RoomAgentDispatch({
        agentName: AGENT_NAME,
        metadata: JSON.stringify({ session_id: session.sessionId, agent_type: session.agentType }),
      }),
    ],
  });
  return token.toJwt();
}

export function createRooms(livekit: LiveKitEnv): RoomServiceClient {
  return new RoomServiceClient(livekit.apiUrl, livekit.apiKey, livekit.apiSecret, {
    requestTimeout: 10,
    failover: false,
  });
}

/**
 * Deletes a room; one that LiveKit says does not exist is as good as deleted.
 * @throws on everything else: a server that cannot be reached is not a room that is gone
 */
export async function deleteRoom(rooms: RoomServiceClient, roomName: string): Promise<void> {
  try {
    await rooms.deleteRoom(roomName);
  } catch (error) {
    // The Twirp code, not the status: a wrong address answers 404 too (`bad_route`, or some page).
    if (!(error instanceof ServerError && error.code === 'not_found')) throw error;
  }
}
