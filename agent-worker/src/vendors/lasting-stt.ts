import { stt } from '@livekit/agents';
import type { APIConnectOptions, AudioBuffer } from '@livekit/agents';

/** How often a connection is tried is the plugin's business, not that of the stream around it. */
const once: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 5_000 };

/**
 * Recognition that outlives its connection. The plugin (`agents-plugin-deepgram` 1.9.0) does not notice
 * that an open connection was lost and goes on deaf; when told to open another, its old one takes half of
 * the sound away. So {@link renew} gives the sound to a new stream of the plugin and closes the old.
 */
export class LastingSTT extends stt.STT {
  readonly label: string;
  readonly #inner: stt.STT;
  readonly #streams = new Set<LastingStream>();

  constructor(inner: stt.STT) {
    super(inner.capabilities);
    this.label = inner.label;
    this.#inner = inner;
  }

  override get model(): string {
    return this.#inner.model;
  }

  override get provider(): string {
    return this.#inner.provider;
  }

  /** The connection was lost: opens another. */
  renew(): void {
    for (const stream of this.#streams) stream.renew();
  }

  /** @param options how often opening a connection is tried before recognition has failed */
  override stream(options: { connOptions?: APIConnectOptions } = {}): stt.SpeechStream {
    const stream = new LastingStream(this, this.#inner, options, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }

  protected override _recognize(
    audio: AudioBuffer,
    signal?: AbortSignal,
  ): Promise<stt.SpeechEvent> {
    return this.#inner.recognize(audio, signal);
  }

  override async close(): Promise<void> {
    await this.#inner.close();
  }
}

class LastingStream extends stt.SpeechStream {
  readonly label = 'LastingStream';
  readonly #provider: stt.STT;
  readonly #options: { connOptions?: APIConnectOptions };
  readonly #onEnd: () => void;
  #inner: stt.SpeechStream | null = null;
  #isRenewed = false;

  constructor(
    outer: stt.STT,
    provider: stt.STT,
    options: { connOptions?: APIConnectOptions },
    onEnd: () => void,
  ) {
    super(outer, undefined, once);
    this.#provider = provider;
    this.#options = options;
    this.#onEnd = onEnd;
  }

  renew(): void {
    this.#isRenewed = true;
    this.#inner?.close();
  }

  protected async run(): Promise<void> {
    let failure: Error | null = null;
    const onError = ({ error, recoverable }: { error: Error; recoverable: boolean }) => {
      if (!recoverable) failure = error;
    };
    this.#provider.on('error', onError);
    void this.#forward();
    try {
      do {
        this.#isRenewed = false;
        const inner = this.#provider.stream(this.#options);
        this.#inner = inner;
        for await (const event of inner) {
          if (!this.queue.closed) this.queue.put(event);
        }
      } while (this.#isRenewed && !this.closed);
      if (failure && !this.closed) throw failure;
    } finally {
      this.#provider.off('error', onError);
      this.#inner?.close();
      this.#onEnd();
    }
  }

  /** Gives the sound to whichever stream is open; what comes while none is, is lost. */
  async #forward(): Promise<void> {
    for await (const frame of this.input) {
      const inner = this.#inner;
      if (!inner || this.#isRenewed) continue;
      try {
        if (frame === stt.SpeechStream.FLUSH_SENTINEL) inner.flush();
        else inner.pushFrame(frame);
      } catch {
        // It has just been closed: its successor is under way.
      }
    }
    this.#inner?.close();
  }
}
