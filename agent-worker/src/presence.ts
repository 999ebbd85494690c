import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import type { Clock } from './clock.ts';

/** A browser that lost its network joins anew within seconds, under the same identity. */
const RETURN_WITHIN_MS = 8_000;

/** After these nobody comes back: the user hung up, or somebody took them out. */
const departures: readonly (DisconnectReason | undefined)[] = [
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.PARTICIPANT_REMOVED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
];

interface Someone {
  readonly identity: string;
  readonly disconnectReason?: DisconnectReason | undefined;
}

/** What this needs of a LiveKit room. */
export interface RoomEvents {
  on(event: RoomEvent, listener: (participant: Someone) => void): unknown;
  off(event: RoomEvent, listener: (participant: Someone) => void): unknown;
}

export interface PresenceOptions {
  room: RoomEvents;
  identity: string;
  clock: Clock;
  /** The user left the room, for whatever reason: told before anything else. */
  onLeft?(): void;
  /** The user cannot be served: their connection broke, or ours did. Followed by one of the others. */
  onAway(): void;
  onBack(): void;
  /** Gone for good. */
  onGone(): void;
}

/** Tells whether the user is within reach. What becomes of our own connection, the room tells. */
export class Presence {
  readonly #options: PresenceOptions;
  #cancel: () => void = () => {};
  #isUserAway = false;
  #isLinkDown = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    for (const [event, listener] of this.#listeners) options.room.on(event, listener);
  }

  stop(): void {
    this.#cancel();
    for (const [event, listener] of this.#listeners) this.#options.room.off(event, listener);
  }

  readonly #onLeft = (participant: Someone): void => {
    const { clock, identity, onGone } = this.#options;
    if (participant.identity !== identity) return;
    this.#cancel();
    this.#options.onLeft?.();
    if (departures.includes(participant.disconnectReason)) {
      onGone();
      return;
    }
    this.#set(() => (this.#isUserAway = true));
    this.#cancel = clock.after(RETURN_WITHIN_MS, onGone);
  };

  readonly #onCame = (participant: Someone): void => {
    if (participant.identity !== this.#options.identity) return;
    this.#cancel();
    this.#set(() => (this.#isUserAway = false));
  };

  readonly #listeners: readonly [RoomEvent, (participant: Someone) => void][] = [
    [RoomEvent.ParticipantDisconnected, this.#onLeft],
    [RoomEvent.ParticipantConnected, this.#onCame],
    [RoomEvent.Reconnecting, () => this.#set(() => (this.#isLinkDown = true))],
    [RoomEvent.Reconnected, () => this.#set(() => (this.#isLinkDown = false))],
  ];

  #set(change: () => void): void {
    const wasAway = this.#isUserAway || this.#isLinkDown;
    change();
    const isAway = this.#isUserAway || this.#isLinkDown;
    if (isAway && !wasAway) this.#options.onAway();
    if (!isAway && wasAway) this.#options.onBack();
  }
}
