import { voice } from '@livekit/agents';
import type { AgentContext } from './agent-context.ts';
import { instructionsFor } from './house-rules.ts';

/** The `basic` agent: talks, without tools. */
export function createBasicAgent(context: AgentContext): voice.Agent {
  return new voice.Agent({ instructions: instructionsFor(context), chatCtx: context.chatCtx });
}
