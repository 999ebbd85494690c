import { z } from 'zod';
import type { AgentStateJson } from './billing-client.ts';
import type { Vendor, VendorCounts } from './resilience.ts';

const MAX_TURNS = 10;
const MAX_TURN_CHARACTERS = 500;

export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

/** What the state says about time and money, as of the moment it is saved. */
export interface StateFigures {
  remainingSeconds: number;
  usedSeconds: number;
  unservedSeconds: number;
}

const count = z.number().int().min(0).catch(0);

/** What an earlier worker of the same call left; whatever cannot be read counts as not there. */
const savedState = z.object({
  greeted: z.boolean().catch(false),
  last_turns: z
    .array(
      z.object({
        role: z.enum(['user', 'assistant']),
        text: z.string().max(MAX_TURN_CHARACTERS),
      }),
    )
    .max(MAX_TURNS)
    .catch([]),
  unserved_seconds: count,
  low_balance_warned: z.boolean().catch(false),
  mood: z.string().max(40).nullable().catch(null),
  interruptions: count,
  tool_calls: count,
  responses: count,
  response_ms_average: z.number().min(0).nullable().catch(null),
  rating: z.number().int().min(1).max(5).nullable().catch(null),
});

/** What is saved with the session: the last turns and how the conversation went. */
export class AgentState {
  #turns: Turn[] = [];
  #interruptions = 0;
  #toolCalls = 0;
  #responses = 0;
  #responseSeconds = 0;
  /** Whether what was said may be saved. */
  keepsTranscripts = false;
  /** The customer has been greeted: a worker that takes over goes on instead. */
  isGreeted = false;
  isLowBalanceWarned = false;
  mood: string | null = null;
  rating: number | null = null;
  /** As the transcriber reported it last. */
  language: string | null = null;
  /** What the customer has had remembered. */
  preferences: Readonly<Record<string, string>> = {};
  /** Seconds that an earlier worker could not serve. */
  unservedBefore = 0;
  vendors: Readonly<Partial<Record<Vendor, VendorCounts>>> = {};

  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Goes on from what an earlier worker of the same call saved; an empty object changes nothing. */
  resume(saved: unknown): void {
    const parsed = savedState.safeParse(saved);
    if (!parsed.success) return;
    const { data } = parsed;
    this.#turns = [...data.last_turns];
    this.#interruptions = data.interruptions;
    this.#toolCalls = data.tool_calls;
    this.#responses = data.responses;
    this.#responseSeconds = ((data.response_ms_average ?? 0) * data.responses) / 1000;
    this.isGreeted = data.greeted;
    this.isLowBalanceWarned = data.low_balance_warned;
    this.mood = data.mood;
    this.rating = data.rating;
    this.unservedBefore = data.unserved_seconds;
  }

  /** @param responseSeconds from the end of the user's speech to the agent's first sound */
  addTurn(turn: Turn & { isInterrupted?: boolean; responseSeconds?: number | undefined }): void {
    const text = turn.text.trim().slice(0, MAX_TURN_CHARACTERS);
    if (text !== '') this.#turns.push({ role: turn.role, text });
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
    if (turn.isInterrupted) this.#interruptions += 1;
    if (turn.responseSeconds !== undefined) {
      this.#responses += 1;
      this.#responseSeconds += turn.responseSeconds;
    }
  }

  addToolCalls(calls: number): void {
    this.#toolCalls += calls;
  }

  toJson(figures: StateFigures): AgentStateJson {
    return {
      greeted: this.isGreeted,
      ...(this.keepsTranscripts ? { last_turns: this.#turns.map((turn) => ({ ...turn })) } : {}),
      preferences: this.preferences,
      remaining_seconds: figures.remainingSeconds,
      cost_seconds: figures.usedSeconds,
      unserved_seconds: this.unservedBefore + figures.unservedSeconds,
      interruptions: this.#interruptions,
      tool_calls: this.#toolCalls,
      responses: this.#responses,
      response_ms_average:
        this.#responses === 0 ? null : Math.round((this.#responseSeconds / this.#responses) * 1000),
      low_balance_warned: this.isLowBalanceWarned,
      mood: this.mood,
      rating: this.rating,
      language: this.language,
      vendors: this.vendors,
    };
  }
}
