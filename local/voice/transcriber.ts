import type { VoiceContext } from './context.ts';
import type { ListenOptions } from './listen-options.ts';
import { SpeechDetector, type SpeechEvent } from './speech-detector.ts';
import type { ScriptPosition } from './script.ts';

const CONFIDENCE = 0.98;
/** How fast words show up in interim results, and how often those come. */
const WORDS_PER_SECOND = 3;
const INTERIM_SECONDS = 0.4;

/** The names of the vendor's model behind a request; only logs look at them. */
export function modelInfo(model: string): Record<string, string> {
  return { name: model, version: '2025-01-01.0', arch: model.split('-').slice(0, 2).join('-') };
}

interface Word {
  word: string;
  start: number;
  end: number;
  confidence: number;
  punctuated_word?: string;
}

function roundToMillis(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Spreads the words of a line over the time in which it was spoken, by their length. */
function timeWords(text: string, start: number, end: number, punctuate: boolean): Word[] {
  const written = text.split(/\s+/u).filter((word) => word !== '');
  const letters = written.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  return written.map((punctuated_word) => {
    const from = start + ((end - start) * before) / letters;
    before += punctuated_word.length;
    const to = start + ((end - start) * before) / letters;
    const word = punctuated_word.toLowerCase().replaceAll(/^\P{L}+(?=\P{N})|[^\p{L}\p{N}]+$/gu, '');
    const plain = {
      word,
      start: roundToMillis(from),
      end: roundToMillis(to),
      confidence: CONFIDENCE,
    };
    return punctuate ? { ...plain, punctuated_word } : plain;
  });
}

/**
 * Deepgram's side of one connection without the socket: audio in, messages out
 * (developers.deepgram.com/reference/speech-to-text/listen-streaming). It notices speech by its
 * energy and writes down the next line of the script.
 */
export class Transcriber {
  readonly #options: ListenOptions;
  readonly #context: VoiceContext;
  readonly #requestId: string;
  readonly #detector: SpeechDetector;
  readonly #position: ScriptPosition = { nextLine: 0 };
  #line = '';
  #lastInterim = 0;
  #utteranceEndDue: number | undefined;

  constructor(options: ListenOptions, context: VoiceContext, requestId: string) {
    this.#options = options;
    this.#context = context;
    this.#requestId = requestId;
    const { sample_rate, channels } = options;
    this.#detector = new SpeechDetector(sample_rate, channels, context.endOfSpeechMs);
  }

  /** Seconds of audio heard so far. */
  get secondsHeard(): number {
    return this.#detector.now;
  }

  /** Something is still to be said when no more audio comes. */
  get isWaiting(): boolean {
    return this.#detector.isSpeaking || this.#utteranceEndDue !== undefined;
  }

  hear(samples: Int16Array): unknown[] {
    const messages = this.#detector.push(samples).flatMap((event) => this.#report(event, false));
    return [...messages, ...this.#utteranceEnd(this.#detector.now)];
  }

  /** Ends what is going on: for Finalize, CloseStream, and audio that has stopped coming. */
  finish(fromFinalize: boolean): unknown[] {
    const events = this.#detector.finish();
    const messages = events.flatMap((event) => this.#report(event, fromFinalize));
    if (fromFinalize && messages.length === 0) {
      const at = this.#detector.now;
      messages.push(
        this.#results('', at, at, at, { final: true, speechFinal: false, fromFinalize }),
      );
    }
    return [...messages, ...this.#utteranceEnd(Number.POSITIVE_INFINITY)];
  }

  #report(event: SpeechEvent, fromFinalize: boolean): unknown[] {
    switch (event.type) {
      case 'started':
        return this.#begin(event.at);
      case 'ongoing':
        return this.#interim(event.start, event.at);
      case 'ended': {
        const { start, end, at } = event;
        this.#context.journal.record('utterance', { transcript: this.#line, start, end });
        const { utterance_end_ms, interim_results } = this.#options;
        if (utterance_end_ms !== undefined && interim_results) {
          this.#utteranceEndDue = end + utterance_end_ms / 1000;
        }
        const flags = { final: true, speechFinal: true, fromFinalize };
        return [this.#results(this.#line, start, end, at, flags)];
      }
    }
  }

  #begin(at: number): unknown[] {
    this.#line = this.#context.script.take(this.#position);
    this.#lastInterim = at;
    this.#utteranceEndDue = undefined;
    if (!this.#options.vad_events) return [];
    return [{ type: 'SpeechStarted', channel: [0, 1], timestamp: at }];
  }

  #interim(start: number, at: number): unknown[] {
    if (!this.#options.interim_results || at - this.#lastInterim < INTERIM_SECONDS) return [];
    this.#lastInterim = at;
    const words = this.#line.split(/\s+/u).slice(0, Math.floor((at - start) * WORDS_PER_SECOND));
    if (words.length === 0) return [];
    const flags = { final: false, speechFinal: false, fromFinalize: false };
    return [this.#results(words.join(' '), start, at, at, flags)];
  }

  #utteranceEnd(now: number): unknown[] {
    if (this.#utteranceEndDue === undefined || now < this.#utteranceEndDue) return [];
    const last_word_end = this.#utteranceEndDue - (this.#options.utterance_end_ms ?? 0) / 1000;
    this.#utteranceEndDue = undefined;
    return [{ type: 'UtteranceEnd', channel: [0, 1], last_word_end }];
  }

  #results(
    text: string,
    start: number,
    end: number,
    at: number,
    flags: { final: boolean; speechFinal: boolean; fromFinalize: boolean },
  ): unknown {
    const { punctuate, smart_format, model } = this.#options;
    const punctuated = punctuate || smart_format;
    const words = timeWords(text, start, end, punctuated);
    const transcript = punctuated ? text.trim() : words.map(({ word }) => word).join(' ');
    const confidence = words.length === 0 ? 0 : CONFIDENCE;
    return {
      type: 'Results',
      channel_index: [0, 1],
      start,
      duration: at - start,
      is_final: flags.final,
      speech_final: flags.speechFinal,
      channel: { alternatives: [{ transcript, confidence, words }] },
      metadata: {
        request_id: this.#requestId,
        model_info: modelInfo(model),
        model_uuid: '00000000-0000-4000-8000-000000000000',
      },
      from_finalize: flags.fromFinalize,
    };
  }
}
