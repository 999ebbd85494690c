import { RpcError } from '@livekit/rtc-node';
import type { Room } from '@livekit/rtc-node';
import type { Clock } from './clock.ts';
import { Echo } from './echo.ts';
import type { MeteredCall } from './metered-call.ts';

const POLL_MS = 1_000;
/** Even silence is sent a few times a second: after so long no beat proves time any more … */
const DOUBTFUL_FROM_MS = 800;
/** … and after so long the line is down. */
const SILENT_FROM_MS = 2_000;
/** LiveKit takes about 20 s to notice that somebody vanished. */
const LEAVES_WITHIN_MS = 30_000;
/** At most so much of one loss is not charged … */
const FREE_PER_LOSS_MS = 25_000;
/** … and of all losses of a call, so that nobody talks on for free by holding packets back. */
const FREE_PER_CALL_MS = 75_000;

export interface LineWatchOptions {
  clock: Clock;
  meter: Pick<MeteredCall, 'doubt' | 'pause' | 'resume'>;
  /** How long ago the user was last heard of; null: nothing is to be expected from them. */
  packetAgeMs(): Promise<number | null>;
  isAgentSpeaking(): boolean;
}

/**
 * Nobody pays for the time between losing the connection and LiveKit noticing it. From the last
 * packet of the user's microphone on the clock stands, until it is known what that was:
 *
 * - the user leaves within 30 s: it was a loss, and is not charged;
 * - packets come back: not charged either, unless the agent spoke meanwhile, which may have been heard;
 * - neither: charged, for whoever holds packets back and listens is served.
 */
export class LineWatch {
  readonly #options: LineWatchOptions;
  #cancel: () => void = () => {};
  #lostSinceMs: number | null = null;
  #agentSpoke = false;
  /** Whether this loss is due has been decided; the next loss needs packets first. */
  #isDecided = false;
  #freeMs = 0;
  #isStopped = false;

  constructor(options: LineWatchOptions) {
    this.#options = options;
    void this.#poll();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** The user left the room, for whatever reason; call it before the clock is stopped for that. */
  left(): void {
    if (this.#lostSinceMs === null || this.#isDecided) return;
    this.#takeBack(this.#lostSinceMs);
  }

  #next(): void {
    this.#cancel = this.#options.clock.after(POLL_MS, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const ageMs = await this.#options.packetAgeMs().catch(() => null);
    if (this.#isStopped) return;
    this.#observe(ageMs);
    this.#next();
  }

  #observe(ageMs: number | null): void {
    const { clock, isAgentSpeaking, meter } = this.#options;
    const isSilent = ageMs !== null && ageMs >= SILENT_FROM_MS;
    if (!isSilent) {
      this.#returned();
      if (ageMs !== null && ageMs >= DOUBTFUL_FROM_MS) {
        meter.doubt('no_packets', clock.now() - ageMs);
      }
      return;
    }
    if (this.#lostSinceMs === null) {
      this.#lostSinceMs = clock.now() - ageMs;
      this.#agentSpoke = false;
      this.#isDecided = false;
      meter.pause('no_packets', this.#lostSinceMs);
    }
    this.#agentSpoke ||= isAgentSpeaking();
    if (!this.#isDecided && clock.now() - this.#lostSinceMs >= LEAVES_WITHIN_MS) {
      this.#charge(this.#lostSinceMs);
    }
  }

  #returned(): void {
    const lostSinceMs = this.#lostSinceMs;
    if (lostSinceMs === null) {
      this.#options.meter.resume('no_packets');
      return;
    }
    if (!this.#isDecided) {
      if (this.#agentSpoke) this.#charge(lostSinceMs);
      else this.#takeBack(lostSinceMs);
    }
    this.#lostSinceMs = null;
  }

  /** The whole loss is due, or what of it is more than may be free. */
  #charge(lostSinceMs: number, freeMs = 0): void {
    this.#isDecided = true;
    const { clock, meter } = this.#options;
    meter.resume('no_packets', clock.now() - lostSinceMs - freeMs);
  }

  #takeBack(lostSinceMs: number): void {
    const lostMs = this.#options.clock.now() - lostSinceMs;
    const freeMs = Math.min(lostMs, FREE_PER_LOSS_MS, FREE_PER_CALL_MS - this.#freeMs);
    this.#freeMs += freeMs;
    this.#charge(lostSinceMs, freeMs);
  }
}

/** No client knows it, and every client of LiveKit says so at once, whatever app it is in. */
const PING = 'mindbot.ping';
const PING_ANSWERS: readonly unknown[] = [
  RpcError.ErrorCode.UNSUPPORTED_METHOD,
  RpcError.ErrorCode.APPLICATION_ERROR,
];

async function ping(room: Room, identity: string): Promise<boolean> {
  try {
    await room.localParticipant?.performRpc({
      destinationIdentity: identity,
      method: PING,
      payload: '',
    });
    return true;
  } catch (error) {
    return error instanceof RpcError && PING_ANSWERS.includes(error.code);
  }
}

/**
 * How long ago the user was last heard of: by the packets of their microphone, and while it sends none
 * (it is muted, or there is none) by asking. Null before the first packet of an open one.
 */
export function lineAge(room: Room, identity: string, clock: Clock): () => Promise<number | null> {
  const echo = new Echo({ clock, ask: () => ping(room, identity) });
  return async () => {
    if (!isMicrophoneOpen(room, identity)) return echo.ageMs();
    echo.forget();
    return packetAgeMs(room);
  };
}

function isMicrophoneOpen(room: Room, identity: string): boolean {
  const user = room.remoteParticipants.get(identity);
  return [...(user?.trackPublications.values() ?? [])].some(
    ({ muted, subscribed }) => subscribed && !muted,
  );
}

async function packetAgeMs(room: Room): Promise<number | null> {
  const { publisherStats, subscriberStats } = await room.getRtcStats();
  let newest: number | null = null;
  for (const { stats } of [...publisherStats, ...subscriberStats]) {
    if (stats.case !== 'inboundRtp') continue;
    const at = stats.value.inbound?.lastPacketReceivedTimestamp;
    if (at) newest = Math.max(newest ?? 0, at);
  }
  // By the wall clock, as WebRTC has it.
  return newest === null ? null : Math.max(0, Date.now() - newest);
}
