import { z } from 'zod';

const agentTypes = ['basic'] as const;
export type AgentTypeId = (typeof agentTypes)[number];

const schema = z.object({
  session_id: z.uuid(),
  agent_type: z.enum(agentTypes).default('basic'),
});

/** The metadata of the dispatch, as `livekit-token` writes it; null when it is not ours. */
export function parseCallMetadata(
  metadata: string,
): { sessionId: string; agentType: AgentTypeId } | null {
  let json: unknown;
  try {
    json = JSON.parse(metadata);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return null;
  return { sessionId: parsed.data.session_id, agentType: parsed.data.agent_type };
}
