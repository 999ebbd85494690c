import type { AgentStateJson } from './billing-client.ts';

const MAX_TURNS = 10;
const MAX_TURN_CHARACTERS = 500;

/** What is saved with the session: the last turns and how the conversation went. */
export class AgentState {
  readonly #turns: { role: 'user' | 'assistant'; text: string }[] = [];
  #interruptions = 0;
  #responses = 0;
  #responseSeconds = 0;
  isLowBalanceWarned = false;

  /** @param responseSeconds from the end of the user's speech to the agent's first sound */
  addTurn(turn: {
    role: 'user' | 'assistant';
    text: string;
    isInterrupted?: boolean;
    responseSeconds?: number | undefined;
  }): void {
    const text = turn.text.trim().slice(0, MAX_TURN_CHARACTERS);
    if (text !== '') this.#turns.push({ role: turn.role, text });
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
    if (turn.isInterrupted) this.#interruptions += 1;
    if (turn.responseSeconds !== undefined) {
      this.#responses += 1;
      this.#responseSeconds += turn.responseSeconds;
    }
  }

  toJson(): AgentStateJson {
    return {
      last_turns: this.#turns.map((turn) => ({ ...turn })),
      interruptions: this.#interruptions,
      responses: this.#responses,
      response_ms_average:
        this.#responses === 0 ? null : Math.round((this.#responseSeconds / this.#responses) * 1000),
      low_balance_warned: this.isLowBalanceWarned,
    };
  }
}
