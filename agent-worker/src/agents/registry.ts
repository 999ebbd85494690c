import type { voice } from '@livekit/agents';
import type { Embed } from '../knowledge-embeddings.ts';
import { createKnowledge } from '../knowledge.ts';
import type { Logger } from '../logging.ts';
import type { AgentContext } from './agent-context.ts';
import { createBasicAgent } from './basic.ts';
import { createEnhancedAgent } from './enhanced.ts';
import { createRagAgent } from './rag.ts';

export const agentKinds = ['basic', 'enhanced', 'rag'] as const;
export type AgentKind = (typeof agentKinds)[number];

/** What of the worker some kinds of agents need besides the call itself. */
export interface AgentServices {
  /** Turns questions into vectors; null where there is no key for it. */
  embed: Embed | null;
  log: Pick<Logger, 'warn'>;
}

type AgentFactory = (context: AgentContext, services: AgentServices) => voice.Agent;

/** How the agent of each kind (`agent_types.kind`) is made; a new kind is a line here. */
export const agents: Record<AgentKind, AgentFactory> = {
  basic: createBasicAgent,
  enhanced: createEnhancedAgent,
  rag: (context, { embed, log }) =>
    createRagAgent(context, {
      search: createKnowledge({ rpc: context.rpc, embed, log }),
      showSources: (titles) =>
        context.control.notify('sources', {
          titles,
          sources: titles.map((title) => ({ title })),
        }),
    }),
};

/** A kind that this worker does not know (it is older than the database) talks at least. */
export function kindOf(kind: string | null): AgentKind {
  return agentKinds.find((known) => known === kind) ?? 'basic';
}
