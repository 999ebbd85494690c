import type { Room } from '@livekit/rtc-node';
import { settledWithin } from './clock.ts';
import type { Clock } from './clock.ts';
import type { MeterState } from './grant.ts';
import type { Logger } from './logging.ts';
import type { NoticeType } from './metered-call.ts';

export const NOTICE_TOPIC = 'mindbot.notice';
/**
 * The answer to a change of attributes gets lost now and then when the framework, which shows the
 * agent's state, asks for another at the same moment; the change itself is made.
 */
const ANSWER_LIMIT_MS = 1_000;

export function toAttributes(sessionId: string, state: MeterState): Record<string, string> {
  return {
    'mindbot.session_id': sessionId,
    'mindbot.remaining_seconds': String(state.remainingSeconds),
    'mindbot.granted_until_seconds': String(state.grantedUntilSeconds),
    'mindbot.low_balance': String(state.isLowBalance),
    'mindbot.final': String(state.isFinal),
  };
}

/** Shows the meter to everybody in the room; see "In the room" of the contract. */
export class RoomLink {
  readonly #room: Room;
  readonly #sessionId: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #publishing: Promise<void> = Promise.resolve();
  #next: MeterState | null = null;

  constructor(options: { room: Room; sessionId: string; clock: Clock; log: Logger }) {
    this.#room = options.room;
    this.#sessionId = options.sessionId;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** One update at a time; of those that wait only the newest is sent. */
  publish(state: MeterState): void {
    const isWaiting = this.#next !== null;
    this.#next = state;
    if (!isWaiting) this.#publishing = this.#publishing.then(() => this.#publishNext());
  }

  /** @param fields shown beside the figure of this notice */
  notify(
    type: NoticeType | 'top_up_link' | 'sources',
    remainingSeconds: number,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const body = JSON.stringify({ ...fields, type, remaining_seconds: remainingSeconds });
    const data = new TextEncoder().encode(body);
    this.#room.localParticipant
      ?.publishData(data, { reliable: true, topic: NOTICE_TOPIC })
      .catch((error: unknown) => this.#log.warn({ error, type }, 'notice was not sent'));
  }

  /** Settles when everything published so far is out. */
  flush(): Promise<void> {
    return this.#publishing;
  }

  async #publishNext(): Promise<void> {
    const state = this.#next;
    this.#next = null;
    const participant = this.#room.localParticipant;
    if (!state || !participant || !this.#room.isConnected) return;
    const sent = participant
      .setAttributes(toAttributes(this.#sessionId, state))
      .catch((error: unknown) => this.#log.warn({ error }, 'attributes were not published'));
    await settledWithin(this.#clock, ANSWER_LIMIT_MS, sent);
  }
}
