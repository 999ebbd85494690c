/** The figures of a call, as the room shows them. */
export interface MeterState {
  remainingSeconds: number;
  grantedUntilSeconds: number;
  isLowBalance: boolean;
  isFinal: boolean;
}

/** What `start_session` and `heartbeat_session` say about the time that is left. */
export interface GrantAnswer {
  granted_until_seconds: number;
  remaining_seconds: number;
  low_balance: boolean;
  final: boolean;
}

/** A goodbye that overruns the grant may finish its sentence, unbilled. */
export const graceAfterGrantMs = 3_000;

/**
 * How long before the end of the grant the goodbye begins: 6 s, so that it has been heard when the
 * grant ends, and less where the whole grant is short.
 */
export function goodbyeLeadSeconds(grantedUntilSeconds: number): number {
  return Math.min(6, grantedUntilSeconds * 0.4);
}

/** The last answer of the database, and what follows from it for the seconds since. */
export class Grant {
  readonly grantedUntilSeconds: number;
  readonly isFinal: boolean;
  readonly #answer: GrantAnswer;
  readonly #usedSeconds: number;

  /** @param usedSeconds what had been used when the database gave this answer */
  constructor(answer: GrantAnswer, usedSeconds: number) {
    this.#answer = answer;
    this.#usedSeconds = usedSeconds;
    this.grantedUntilSeconds = answer.granted_until_seconds;
    this.isFinal = answer.final;
  }

  stateAt(usedSeconds: number): MeterState {
    const sinceAnswer = Math.max(0, usedSeconds - this.#usedSeconds);
    return {
      remainingSeconds: Math.max(0, this.#answer.remaining_seconds - sinceAnswer),
      grantedUntilSeconds: this.grantedUntilSeconds,
      isLowBalance: this.#answer.low_balance,
      isFinal: this.isFinal,
    };
  }

  /** The moment of the call, in milliseconds of use, at which so much is left. */
  momentMs(remainingSeconds: number): number {
    return (this.#usedSeconds + this.#answer.remaining_seconds - remainingSeconds) * 1000;
  }
}
