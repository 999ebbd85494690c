import { APIConnectionError, tts } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import type { Guard } from '../resilience.ts';
import { toVendorError } from './guarded-llm.ts';

/** The guard tries again, with a new request; the plugin would wait for the one that failed. */
const once: APIConnectOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };

/** Speech whose every sentence goes through the guard. For providers that answer a text as a whole. */
export class GuardedTTS extends tts.TTS {
  readonly label: string;
  readonly #inner: tts.TTS;
  readonly #guard: Guard;
  readonly #hasOther: boolean;

  /** @param hasOther another provider stands by, so that a failure of this one is none of the speech */
  constructor(inner: tts.TTS, guard: Guard, hasOther: boolean) {
    super(inner.sampleRate, inner.numChannels, { streaming: false });
    this.label = inner.label;
    this.#inner = inner;
    this.#guard = guard;
    this.#hasOther = hasOther;
    inner.on('metrics_collected', (metrics) => this.emit('metrics_collected', metrics));
    // What the provider tells of a single attempt is the guard's business.
    inner.on('error', () => {});
  }

  override get model(): string {
    return this.#inner.model;
  }

  override get provider(): string {
    return this.#inner.provider;
  }

  synthesize(
    text: string,
    _connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): tts.ChunkedStream {
    return new GuardedChunkedStream(this, this.#inner, this.#guard, text, abortSignal);
  }

  /** Tells the session, as the framework does, but leaves no rejection behind that nobody catches. */
  tellFailure(error: Error): void {
    const { label } = this;
    const recoverable = this.#hasOther;
    this.emit('error', { type: 'tts_error', timestamp: Date.now(), label, error, recoverable });
  }

  stream(): tts.SynthesizeStream {
    throw new Error('speech is synthesised sentence by sentence');
  }

  override async close(): Promise<void> {
    await this.#inner.close();
  }
}

class GuardedChunkedStream extends tts.ChunkedStream {
  readonly label = 'GuardedChunkedStream';
  readonly #outer: GuardedTTS;
  readonly #inner: tts.TTS;
  readonly #guard: Guard;

  constructor(
    outer: GuardedTTS,
    inner: tts.TTS,
    guard: Guard,
    text: string,
    abortSignal?: AbortSignal,
  ) {
    super(text, outer, once, abortSignal);
    this.#outer = outer;
    this.#inner = inner;
    this.#guard = guard;
  }

  protected async run(): Promise<void> {
    const signal = this.abortSignal;
    try {
      await this.#guard.execute((attempt) => this.#attempt(attempt), signal);
    } catch (error) {
      if (!signal.aborted) this.#outer.tellFailure(toVendorError(error));
    } finally {
      if (!this.queue.closed) this.queue.close();
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const stream = this.#inner.synthesize(this.inputText, once, signal);
    let heard = false;
    for await (const audio of stream) {
      if (signal.aborted) break;
      heard = true;
      this.queue.put(audio);
    }
    if (signal.aborted) throw new APIConnectionError({ message: 'called off' });
    if (!heard) throw new APIConnectionError({ message: 'no sound' });
  }
}
