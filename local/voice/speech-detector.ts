/** Times are seconds of audio since the connection began. */
export type SpeechEvent =
  | { type: 'started'; at: number }
  | { type: 'ongoing'; start: number; at: number }
  | { type: 'ended'; start: number; end: number; at: number };

/** Loudness is judged in slices of this length. */
const SLICE_SECONDS = 0.02;
/** The quietest slice of this long a past is taken for the background noise. */
const NOISE_MEMORY_SECONDS = 3;
/** Louder background than this (about −40 dBFS) is taken for speech all the same. */
const MAX_NOISE_RMS = 0.01;
/** Speech starts above max(START_RMS, noise × START_FACTOR) and lasts above the lower pair. */
const START_RMS = 0.015;
const START_FACTOR = 3;
const KEEP_RMS = 0.006;
const KEEP_FACTOR = 1.8;
/** Shorter sounds are clicks. */
const MIN_SPEECH_SECONDS = 0.1;
/** A sound that never pauses is cut here. */
const MAX_SPEECH_SECONDS = 30;

/**
 * Finds speech by its energy: RMS of 20 ms slices, two thresholds, and a background-noise level
 * that follows the quietest slice of the last three seconds. It knows audio time only, so audio
 * may come faster or slower than it was spoken.
 */
export class SpeechDetector {
  readonly #sampleRate: number;
  readonly #channels: number;
  readonly #endOfSpeechSeconds: number;
  readonly #sliceLength: number;
  #squares = 0;
  #filled = 0;
  #slices = 0;
  #recent: number[] = [];
  #loudSlices = 0;
  #start: number | undefined;
  #lastLoud = 0;

  constructor(sampleRate: number, channels: number, endOfSpeechMs: number) {
    this.#sampleRate = sampleRate;
    this.#channels = channels;
    this.#endOfSpeechSeconds = endOfSpeechMs / 1000;
    this.#sliceLength = Math.round(sampleRate * SLICE_SECONDS) * channels;
  }

  /** Seconds of audio heard so far. */
  get now(): number {
    const samples = this.#slices * this.#sliceLength + this.#filled;
    return samples / this.#channels / this.#sampleRate;
  }

  get isSpeaking(): boolean {
    return this.#start !== undefined;
  }

  /** Interleaved 16-bit samples. */
  push(samples: Int16Array): SpeechEvent[] {
    const events: SpeechEvent[] = [];
    for (const sample of samples) {
      this.#squares += (sample / 32768) ** 2;
      if (++this.#filled < this.#sliceLength) continue;
      const rms = Math.sqrt(this.#squares / this.#sliceLength);
      this.#squares = 0;
      this.#filled = 0;
      this.#slices += 1;
      const event = this.#judge(rms);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** Ends an utterance that is still going on. */
  finish(): SpeechEvent[] {
    return this.#start === undefined ? [] : [this.#end(this.#start)];
  }

  #judge(rms: number): SpeechEvent | undefined {
    this.#recent.push(rms);
    if (this.#recent.length > NOISE_MEMORY_SECONDS / SLICE_SECONDS) this.#recent.shift();
    const noise = Math.min(MAX_NOISE_RMS, ...this.#recent);
    const { now } = this;
    if (this.#start === undefined) {
      this.#loudSlices = rms > Math.max(START_RMS, noise * START_FACTOR) ? this.#loudSlices + 1 : 0;
      if (this.#loudSlices * SLICE_SECONDS < MIN_SPEECH_SECONDS) return undefined;
      this.#start = now - this.#loudSlices * SLICE_SECONDS;
      this.#lastLoud = now;
      return { type: 'started', at: this.#start };
    }
    if (rms > Math.max(KEEP_RMS, noise * KEEP_FACTOR)) this.#lastLoud = now;
    const paused = now - this.#lastLoud >= this.#endOfSpeechSeconds;
    if (paused || now - this.#start >= MAX_SPEECH_SECONDS) return this.#end(this.#start);
    return { type: 'ongoing', start: this.#start, at: now };
  }

  #end(start: number): SpeechEvent {
    this.#start = undefined;
    this.#loudSlices = 0;
    return { type: 'ended', start, end: this.#lastLoud, at: this.now };
  }
}
