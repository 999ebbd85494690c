import { voice } from '@livekit/agents';
import type { AgentContext } from './agent-context.ts';
import { instructionsFor } from './house-rules.ts';
import { accountTools } from './tools/account.ts';
import { conversationTools } from './tools/conversation.ts';
import { memoryTools } from './tools/memory.ts';

const ability = `You have tools for the customer's balance and usage, for what they want remembered, for a link to top
up, for rating and for ending this call. They always act for this customer only. Use them when asked, and tell what they
answered; never invent it.`;

/** All tools, for the person of the call only. */
export function callTools(context: AgentContext) {
  return [...accountTools(context), ...memoryTools(context), ...conversationTools(context)];
}

/** The `enhanced` agent: knows the balance, remembers preferences and can act for the customer. */
export function createEnhancedAgent(context: AgentContext): voice.Agent {
  return new voice.Agent({
    instructions: instructionsFor(context, ability),
    chatCtx: context.chatCtx,
    tools: callTools(context),
  });
}
