import { z } from 'zod';

const MAX_NAME_LENGTH = 100;

/** Text that Postgres can store and a log can show: no control characters, no lone surrogates. */
const agentTypeName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'has characters that are not allowed');

const participantName = z
  .string()
  .transform((name) =>
    [...name.replace(/[\p{Cc}\p{Cs}]/gu, '')].slice(0, MAX_NAME_LENGTH).join('').trim(),
  );

const roomConfig = z.looseObject({
  agents: z.array(z.looseObject({ metadata: z.string().optional() })).optional(),
});

/**
 * LiveKit's token-endpoint request (https://docs.livekit.io/frontends/authentication/tokens/endpoint/)
 * and `agent_type`; or `session_id`: a session of the caller's that is still open, to come back to. Room,
 * identity, metadata and attributes may be sent, as stock clients do, and count for nothing. A room
 * configuration is read for the agent's metadata only, and one of another shape is no error.
 */
export const tokenRequest = z.object({
  agent_type: agentTypeName.optional(),
  session_id: z.guid().optional(),
  participant_name: participantName.optional(),
  room_config: roomConfig.optional().catch(undefined),
});

export type TokenRequest = z.infer<typeof tokenRequest>;

/** `agent_type`, else the one in the JSON of `room_config.agents[0].metadata`, else `basic`. */
export function requestedAgentType(request: TokenRequest): string {
  return (
    request.agent_type ?? agentTypeInMetadata(request.room_config?.agents?.[0]?.metadata) ?? 'basic'
  );
}

function agentTypeInMetadata(metadata: string | undefined): string | undefined {
  if (metadata === undefined) return undefined;
  try {
    return z.object({ agent_type: agentTypeName }).safeParse(JSON.parse(metadata)).data?.agent_type;
  } catch {
    // Metadata is free text to LiveKit; text that is not JSON names no agent type.
    return undefined;
  }
}
