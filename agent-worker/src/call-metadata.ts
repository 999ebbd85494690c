import { z } from 'zod';

const schema = z.object({ session_id: z.uuid() });

/**
 * The metadata of the dispatch, as `livekit-token` writes it; null when it is not ours. Whom the agent
 * plays is asked of the database, when the call starts.
 */
export function parseCallMetadata(metadata: string): { sessionId: string } | null {
  let json: unknown;
  try {
    json = JSON.parse(metadata);
  } catch {
    return null;
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? { sessionId: parsed.data.session_id } : null;
}
