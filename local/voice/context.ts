import type { Rule } from './conversation.ts';
import type { FaultQueue } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Script } from './script.ts';
import type { Synthesizer } from './synthesis.ts';

/** What the parts of one double share. */
export interface VoiceContext {
  readonly faults: FaultQueue;
  readonly journal: Journal;
  readonly script: Script;
  readonly synthesizer: Synthesizer;
  /** The language model's rules, tried before its small talk. */
  rules: readonly Rule[];
  readonly initialRules: readonly Rule[];
  readonly now: () => Date;
  /** Pause between two pieces of a streamed chat answer. */
  readonly tokenDelayMs: number;
  /** Silence after which an utterance counts as over. */
  readonly endOfSpeechMs: number;
  /** A transcriber's connection without audio or KeepAlive is closed after this. */
  readonly listenIdleMs: number;
}
