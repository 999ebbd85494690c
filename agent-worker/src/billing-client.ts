import { createClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { createBillingGuards } from './resilience.ts';
import type { BillingGuards, Guard, Retryable } from './resilience.ts';
import type { SessionRpc } from './session-rpc.ts';
import { storable } from './storable.ts';

const seconds = z.number().int();

const startedSession = z.object({
  session_id: z.string(),
  status: z.string(),
  agent_type: z.string(),
  user_id: z.string(),
  full_name: z.string().nullable(),
  preferences: z.record(z.string(), z.unknown()).nullable(),
  used_seconds: seconds,
  granted_until_seconds: seconds,
  remaining_seconds: seconds,
  low_balance: z.boolean(),
  final: z.boolean(),
  heartbeat_interval_seconds: seconds.positive(),
  heartbeat_seq: seconds,
  low_balance_seconds: seconds,
  last_minute_seconds: seconds,
  session_timeout_seconds: seconds,
  /** What an admin made that this worker does not know yet is played as `basic`. */
  kind: z.string().nullable(),
  instructions: z.string().nullable(),
  voice: z.string().nullable(),
  greeting: z.string().nullable(),
  /** What an earlier worker of the same call left; an empty object at the start of a call. */
  agent_state: z.record(z.string(), z.unknown()),
  keep_transcripts: z.boolean(),
});

const beatAnswer = z.object({
  granted_until_seconds: seconds,
  remaining_seconds: seconds,
  low_balance: z.boolean(),
  final: z.boolean(),
  action: z.enum(['continue', 'end']),
});

const endedSession = z.object({
  session_id: z.string(),
  billed_seconds: seconds,
  status: z.string(),
});

export type StartedSession = z.infer<typeof startedSession>;
export type BeatAnswer = z.infer<typeof beatAnswer>;
export type EndedSession = z.infer<typeof endedSession>;
export type AgentStateJson = Readonly<Record<string, unknown>>;

export interface Beat {
  sessionId: string;
  /** Grows with every beat of a session; a repeated one changes nothing. */
  seq: number;
  /** Cumulative wall-clock seconds talked. */
  usedSeconds: number;
  agentState: AgentStateJson;
}

export interface SessionEnd {
  sessionId: string;
  usedSeconds: number;
  reason: string;
  agentState: AgentStateJson;
}

/** The charging steps that the worker calls. Every one rejects with a {@link BillingError}. */
export interface Billing {
  start(sessionId: string, workerId: string): Promise<StartedSession>;
  beat(beat: Beat, signal?: AbortSignal): Promise<BeatAnswer>;
  end(end: SessionEnd): Promise<EndedSession>;
  /** What agents may ask and do for the person of one session. */
  forSession(sessionId: string): SessionRpc;
}

/**
 * A refusal of the database (`code` is the stable code of the API, as `illegal_transition`), or a
 * call that did not get through (`code` is `unreachable`, `status` 0 or the gateway's), or an answer
 * of another shape (`unexpected_answer`).
 */
export class BillingError extends Error implements Retryable {
  override readonly name = 'BillingError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;

  constructor(code: string, status: number, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.status = status;
    this.retryable = code === 'unreachable';
  }
}

/** Database functions raise `PTnnn` with the stable code as message; all else is the way there. */
function toBillingError(error: { code?: string; message: string }, status: number): BillingError {
  if (error.code?.startsWith('PT') && status < 500) {
    return new BillingError(error.message, status, `refused with ${status}`);
  }
  const passing = status === 0 || status === 408 || status === 429 || status >= 500;
  if (passing) return new BillingError('unreachable', status, error.code || 'no answer');
  return new BillingError('unexpected_answer', status, error.code || 'no code');
}

export interface BillingClientOptions {
  url: string;
  secretKey: string;
  guards?: BillingGuards;
  fetch?: typeof fetch;
}

/** Calls the charging functions of the Data API with the secret key. */
export function createBillingClient(options: BillingClientOptions): Billing {
  const guards = options.guards ?? createBillingGuards();
  const client = createClient(options.url, options.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(options.fetch ? { global: { fetch: options.fetch } } : {}),
  });

  function call<T>(
    guard: Guard,
    name: string,
    args: Record<string, unknown>,
    answer: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return guard.execute(async (attempt) => {
      // Retries belong to the guard alone: it knows how long this step may take.
      // A word that somebody said or typed must not keep a beat from being stored.
      const { data, error, status } = await client
        .rpc(name, storable(args))
        .retry(false)
        .abortSignal(attempt);
      if (error) throw toBillingError(error, status);
      const parsed = answer.safeParse(data);
      if (parsed.success) return parsed.data;
      throw new BillingError(
        'unexpected_answer',
        status,
        `${name}: ${z.prettifyError(parsed.error)}`,
      );
    }, signal);
  }

  return {
    start: (sessionId, workerId) =>
      call(
        guards.start,
        'start_session',
        { session_id: sessionId, worker_id: workerId },
        startedSession,
      ),
    beat: (beat, signal) =>
      call(
        guards.beat,
        'heartbeat_session',
        {
          session_id: beat.sessionId,
          seq: beat.seq,
          used_seconds: beat.usedSeconds,
          agent_state: beat.agentState,
        },
        beatAnswer,
        signal,
      ),
    end: (end) =>
      call(
        guards.end,
        'end_session',
        {
          session_id: end.sessionId,
          used_seconds: end.usedSeconds,
          reason: end.reason,
          agent_state: end.agentState,
        },
        endedSession,
      ),
    forSession: (sessionId) => ({
      call: (name, args, answer) =>
        call(guards.tool, name, { ...args, session_id: sessionId }, answer),
    }),
  };
}
