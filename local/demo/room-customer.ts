import './quiet.ts';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  type RemoteParticipant,
  type RemoteTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';

const sampleRate = 48_000;
const frameSamples = sampleRate / 50;

/** What one participant of a room said, as the room's own transcription shows it. */
export interface Utterance {
  participant: string;
  text: string;
  isFinal: boolean;
}

/**
 * A customer in a LiveKit room: publishes speech through a microphone track as a browser would, and notices
 * what the agent says (sound and transcript), its attributes and its notices.
 */
export class RoomCustomer {
  readonly transcript: Utterance[] = [];
  readonly notices: Record<string, unknown>[] = [];
  /** Loudest 20 ms of what was heard, as RMS of 16-bit samples; silence stays below 100. */
  loudestHeard = 0;
  /** Milliseconds of audible sound that was heard. */
  heardMs = 0;
  disconnected = false;

  readonly #room = new Room();
  readonly #source = new AudioSource(sampleRate, 1);
  #remainingAt = performance.now();
  readonly #watchers = new Set<() => void>();

  /** Joins with a token of the `livekit-token` function and, unless told otherwise, opens the microphone. */
  async join(serverUrl: string, token: string, withMicrophone = true): Promise<void> {
    const room = this.#room;
    room.on(RoomEvent.TrackSubscribed, (track) => void this.#listen(track));
    room.on(RoomEvent.ParticipantAttributesChanged, (changed) => {
      if ('mindbot.remaining_seconds' in changed) this.#remainingAt = performance.now();
      this.#changed();
    });
    room.on(RoomEvent.ParticipantConnected, () => this.#changed());
    room.on(RoomEvent.ParticipantDisconnected, () => this.#changed());
    room.on(RoomEvent.Disconnected, () => {
      this.disconnected = true;
      this.#changed();
    });
    room.on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
      if (topic !== 'mindbot.notice') return;
      this.notices.push(JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>);
      this.#changed();
    });
    room.registerTextStreamHandler('lk.transcription', async (reader, participant) => {
      // A speaker who vanishes in mid-sentence takes the rest of it along.
      const text = await reader.readAll().catch(() => null);
      if (text === null) return;
      // What the agent says is one stream that ends with its words; what it understood comes again and
      // again until a stream is marked final.
      const isFinal =
        participant.identity !== this.identity ||
        reader.info.attributes?.['lk.transcription_final'] === 'true';
      this.transcript.push({ participant: participant.identity, text, isFinal });
      this.#changed();
    });
    await room.connect(serverUrl, token, { autoSubscribe: true, dynacast: false });
    if (!withMicrophone) return;
    const track = LocalAudioTrack.createAudioTrack('microphone', this.#source);
    const options = new TrackPublishOptions();
    options.source = TrackSource.SOURCE_MICROPHONE;
    if (!room.localParticipant) throw new Error('the room has no local participant');
    await room.localParticipant.publishTrack(track, options);
  }

  get identity(): string {
    return this.#room.localParticipant?.identity ?? '';
  }

  get agent(): RemoteParticipant | undefined {
    return [...this.#room.remoteParticipants.values()].find(({ identity }) =>
      identity.startsWith('agent'),
    );
  }

  /** The agent's attribute, `mindbot.remaining_seconds` and the like. */
  attribute(name: string): string | undefined {
    return this.agent?.attributes[name];
  }

  /** The countdown as a browser shows it: the agent's figure, and the time gone by since it changed. */
  remainingSeconds(): number {
    const elapsed = (performance.now() - this.#remainingAt) / 1000;
    return Math.max(0, Math.round(Number(this.attribute('mindbot.remaining_seconds')) - elapsed));
  }

  /** The final words of the agent (or of the customer, as the agent's transcriber understood them). */
  saidBy(who: 'agent' | 'customer'): string[] {
    return this.transcript
      .filter(
        ({ participant, isFinal }) =>
          isFinal && (participant === this.identity) === (who === 'customer'),
      )
      .map(({ text }) => text);
  }

  /** Speaks 48 kHz mono samples in real time, then falls silent. */
  async say(samples: Int16Array): Promise<void> {
    const silence = new Int16Array(sampleRate);
    for (const part of [samples, silence]) {
      for (let at = 0; at < part.length; at += frameSamples) {
        const frame = new Int16Array(frameSamples);
        frame.set(part.subarray(at, at + frameSamples));
        await this.#source.captureFrame(new AudioFrame(frame, sampleRate, 1, frameSamples));
      }
    }
    await this.#source.waitForPlayout();
  }

  /** Types a message, as a chat field beside the call would send it. */
  async type(text: string): Promise<void> {
    await this.#room.localParticipant?.sendText(text, { topic: 'lk.chat' });
  }

  /** Resolves once the condition holds; rejects with what was awaited after so many milliseconds. */
  async until(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
    if (condition()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = () => condition() && resolve();
    const timer = setTimeout(() => reject(new Error(`waited in vain for: ${what}`)), timeoutMs);
    this.#watchers.add(watcher);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  async leave(): Promise<void> {
    await this.#room.disconnect();
    await this.#source.close();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  async #listen(track: RemoteTrack): Promise<void> {
    if (track.kind !== TrackKind.KIND_AUDIO) return;
    for await (const frame of new AudioStream(track, {
      sampleRate: 16_000,
      numChannels: 1,
      frameSizeMs: 20,
    })) {
      const loudness = rms(frame.data);
      this.loudestHeard = Math.max(this.loudestHeard, loudness);
      if (loudness > 300) this.heardMs += 20;
      this.#changed();
    }
  }
}

function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
