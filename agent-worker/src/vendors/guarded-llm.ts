import { APIConnectionError, APIError, APITimeoutError, llm } from '@livekit/agents';
import { TaskCancelledError } from 'cockatiel';
import type { Guard } from '../resilience.ts';

type ChatOptions = Parameters<llm.LLM['chat']>[0];

/** The plugin's own retries are off: the guard alone knows how long an answer may take. */
const once = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
/** A stream that has begun and then gives nothing for so long is broken. */
const STALL_LIMIT_MS = 8_000;

/** A failure as the framework knows it, so that it tells the session. */
export function toVendorError(error: unknown): Error {
  if (error instanceof APIError) return error;
  if (error instanceof TaskCancelledError) return new APITimeoutError({});
  const name = error instanceof Error ? error.name : 'unknown';
  return new APIConnectionError({ message: `no answer (${name})` });
}

/** Whether a language model's provider answers, seen from outside: every request goes through the guard. */
export class GuardedLLM extends llm.LLM {
  readonly #inner: llm.LLM;
  readonly #guard: Guard;

  constructor(inner: llm.LLM, guard: Guard) {
    super();
    this.#inner = inner;
    this.#guard = guard;
    inner.on('metrics_collected', (metrics) => this.emit('metrics_collected', metrics));
  }

  label(): string {
    return this.#inner.label();
  }

  override get model(): string {
    return this.#inner.model;
  }

  override get provider(): string {
    return this.#inner.provider;
  }

  override prewarm(): void {
    this.#inner.prewarm();
  }

  override async aclose(): Promise<void> {
    await this.#inner.aclose();
  }

  chat(options: ChatOptions): llm.LLMStream {
    return new GuardedLLMStream(this, this.#inner, this.#guard, options);
  }
}

class GuardedLLMStream extends llm.LLMStream {
  readonly #inner: llm.LLM;
  readonly #guard: Guard;
  readonly #options: ChatOptions;

  constructor(outer: llm.LLM, inner: llm.LLM, guard: Guard, options: ChatOptions) {
    super(outer, {
      chatCtx: options.chatCtx,
      ...(options.toolCtx ? { toolCtx: options.toolCtx } : {}),
      connOptions: once,
    });
    this.#inner = inner;
    this.#guard = guard;
    this.#options = options;
  }

  protected async run(): Promise<void> {
    const { signal } = this.abortController;
    let attempt: Attempt | undefined;
    try {
      // Until the first piece it can be tried again without anybody noticing.
      const first = await this.#guard.execute(async (attemptSignal) => {
        attempt?.close();
        attempt = new Attempt(this.#inner, this.#options);
        return attempt.next(attemptSignal);
      }, signal);
      for (let chunk: llm.ChatChunk | null = first; chunk; chunk = await attempt!.next()) {
        if (signal.aborted) return;
        this.queue.put(chunk);
      }
    } catch (error) {
      if (signal.aborted) return;
      throw toVendorError(error);
    } finally {
      attempt?.close();
    }
  }
}

/** One request to the provider. Its failures are told by the provider, not by its stream. */
class Attempt {
  readonly #provider: llm.LLM;
  readonly #stream: llm.LLMStream;
  #error: Error | null = null;
  readonly #onError = ({ error }: { error: Error }): void => {
    this.#error = error;
  };

  constructor(provider: llm.LLM, options: ChatOptions) {
    this.#provider = provider;
    provider.on('error', this.#onError);
    this.#stream = provider.chat({ ...options, connOptions: once });
  }

  /** The next piece; null at the end. */
  async next(
    signal: AbortSignal = AbortSignal.timeout(STALL_LIMIT_MS),
  ): Promise<llm.ChatChunk | null> {
    const stalled = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new APITimeoutError({})), { once: true });
    });
    stalled.catch(() => {});
    const { value, done } = await Promise.race([this.#stream.next(), stalled]);
    if (this.#error) throw this.#error;
    return done ? null : value;
  }

  close(): void {
    this.#provider.off('error', this.#onError);
    // The provider still tells of the end that is made of it.
    this.#provider.once('error', () => {});
    this.#stream.close();
  }
}
