import type { llm } from '@livekit/agents';
import type { SessionRpc } from '../session-rpc.ts';

/** What a tool may do to the call that it is used in. */
export interface CallControl {
  /** Seconds of talk left and used as of now. */
  figures(): { remainingSeconds: number; usedSeconds: number };
  /** Sends a notice to the customer's screen on the topic `mindbot.notice`. */
  notify(type: 'top_up_link' | 'sources', fields: Readonly<Record<string, unknown>>): void;
  /** Says goodbye and ends, once the turn under way is over. */
  endSoon(): void;
  noteMood(mood: string): void;
  noteRating(rating: number): void;
}

/** What every kind of agent is made from, at the start of a call. */
export interface AgentContext {
  customer: {
    fullName: string | null;
    /** What the customer asked agents to remember, by its name. */
    memory: Readonly<Record<string, string>>;
  };
  /** Who the agent is, as admins wrote it; empty when they wrote nothing. */
  instructions: string;
  /** What has been said in this call already, before this worker took it over. */
  chatCtx: llm.ChatContext;
  rpc: SessionRpc;
  control: CallControl;
  /** Where the customer tops up; null where the worker was not told. */
  appUrl: string | null;
}
