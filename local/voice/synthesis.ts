import { Worker } from 'node:worker_threads';
import type { SynthesisJob, SynthesisReply } from './synth-worker.ts';
import { DEFAULT_VOICE, findVoice } from './voices.ts';

export interface SpeechOptions {
  /** One of OpenAI's voice names (default `alloy`). */
  voice?: string;
  /** Hertz, 8000–48000 (default 24000). */
  sampleRate?: number;
  /** 0.25–4, 1 is the voice's own speed. */
  speed?: number;
}

/** Speech is made much faster than it is played; a job that takes longer than this hangs. */
const JOB_TIMEOUT_MS = 30_000;
const MAX_PENDING_JOBS = 256;
const MAX_CACHE_BYTES = 32 * 1024 * 1024;

/** What is known of one text's speech so far; readers wait on `changed` for more. */
interface Utterance {
  key: string;
  chunks: Int16Array[];
  bytes: number;
  state: 'running' | 'done' | 'failed';
  reason: string;
  changed: PromiseWithResolvers<void>;
}

function announce(utterance: Utterance): void {
  const { resolve } = utterance.changed;
  utterance.changed = Promise.withResolvers();
  resolve();
}

function joinChunks(chunks: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

/**
 * Speaks with eSpeak NG in one worker thread, started at first use. The same text with the same
 * options is synthesised once while it stays in the cache (32 MB, least recently used goes first).
 * The thread keeps the process alive only while there is something to speak.
 */
export class Synthesizer {
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #running = new Map<number, { utterance: Utterance; timer: NodeJS.Timeout }>();
  readonly #cache = new Map<string, Utterance>();
  #cacheBytes = 0;

  /** Mono samples in pieces of about 200 ms, as they are made. Throws on an unknown voice. */
  async *stream(text: string, options: SpeechOptions = {}): AsyncGenerator<Int16Array, void> {
    const utterance = this.#find(text, options);
    for (let index = 0; ; index++) {
      while (index >= utterance.chunks.length) {
        if (utterance.state === 'done') return;
        if (utterance.state === 'failed') throw new Error(`speech failed: ${utterance.reason}`);
        await utterance.changed.promise;
      }
      yield utterance.chunks[index] ?? new Int16Array(0);
    }
  }

  /** All samples at once. */
  async synthesize(text: string, options: SpeechOptions = {}): Promise<Int16Array> {
    const chunks: Int16Array[] = [];
    for await (const chunk of this.stream(text, options)) chunks.push(chunk);
    return joinChunks(chunks);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll('closed');
    this.#cache.clear();
    this.#cacheBytes = 0;
    await worker?.terminate();
  }

  #find(text: string, options: SpeechOptions): Utterance {
    const name = options.voice ?? DEFAULT_VOICE;
    const voice = findVoice(name);
    if (voice === undefined) throw new Error(`unknown voice: ${name}`);
    const { sampleRate = 24_000, speed = 1 } = options;
    if (!Number.isInteger(sampleRate) || sampleRate < 8000 || sampleRate > 48_000) {
      throw new Error(`sample rate out of range: ${sampleRate}`);
    }
    const key = JSON.stringify([text, name, sampleRate, speed]);
    const known = this.#cache.get(key);
    if (known !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, known);
      return known;
    }
    return this.#begin(key, { id: this.#nextId++, text, voice, speed, sampleRate });
  }

  #begin(key: string, job: SynthesisJob): Utterance {
    if (this.#running.size >= MAX_PENDING_JOBS) throw new Error('too many texts to speak');
    const changed = Promise.withResolvers<void>();
    const utterance: Utterance = {
      key,
      chunks: [],
      bytes: 0,
      state: 'running',
      reason: '',
      changed,
    };
    const timer = setTimeout(() => this.#abandonWorker('timed out'), JOB_TIMEOUT_MS);
    this.#running.set(job.id, { utterance, timer });
    this.#cache.set(key, utterance);
    const worker = this.#start();
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    worker.postMessage(job);
    return utterance;
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./synth-worker.ts', import.meta.url));
    worker.on('message', (reply: SynthesisReply) => this.#receive(reply));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#abandonWorker(String(error));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#abandonWorker('the synthesis thread ended');
    });
    this.#worker = worker;
    return worker;
  }

  #receive(reply: SynthesisReply): void {
    const utterance = this.#running.get(reply.id)?.utterance;
    if (utterance === undefined) return;
    if (reply.type === 'chunk') {
      utterance.chunks.push(reply.samples);
      utterance.bytes += reply.samples.byteLength;
      return announce(utterance);
    }
    this.#finish(reply.id, reply.type === 'failed' ? reply.reason : undefined);
    if (this.#running.size === 0) this.#worker?.unref();
  }

  #finish(id: number, failure: string | undefined): void {
    const job = this.#running.get(id);
    if (job === undefined) return;
    this.#running.delete(id);
    clearTimeout(job.timer);
    const { utterance } = job;
    utterance.state = failure === undefined ? 'done' : 'failed';
    utterance.reason = failure ?? '';
    if (failure === undefined) this.#cacheBytes += utterance.bytes;
    else this.#cache.delete(utterance.key);
    announce(utterance);
    this.#evict();
  }

  #evict(): void {
    for (const [key, utterance] of this.#cache) {
      if (this.#cacheBytes <= MAX_CACHE_BYTES) return;
      if (utterance.state === 'running') continue;
      this.#cache.delete(key);
      this.#cacheBytes -= utterance.bytes;
    }
  }

  #failAll(reason: string): void {
    for (const id of this.#running.keys()) this.#finish(id, reason);
  }

  #abandonWorker(reason: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(reason);
    void worker?.terminate();
  }
}

let shared: Synthesizer | undefined;

/**
 * Speech of `text` as mono 16-bit samples, for whoever wants to be heard in a room: the demo client
 * publishes it at 48 kHz.
 */
export function synthesize(text: string, options: SpeechOptions = {}): Promise<Int16Array> {
  shared ??= new Synthesizer();
  return shared.synthesize(text, options);
}
