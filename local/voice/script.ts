import { z } from 'zod';

const lineSchema = z.string().max(1000);
export const linesSchema = z.array(lineSchema).max(1000);

/** What people say in a call when nobody has set a script. It starts again after the last line. */
export const DEFAULT_LINES: readonly string[] = [
  'Hello, can you hear me?',
  'What can you do for me?',
  'What is the capital of France?',
  'What is twelve plus thirty?',
  'How much time do I have left?',
  'Tell me a joke, please.',
  'Thank you, that was nice.',
];

/** Where one connection is in the looping lines. */
export interface ScriptPosition {
  nextLine: number;
}

/**
 * The transcriber's script. Lines that were set with `say` are taken first, once, by whichever
 * connection hears an utterance next; then every connection goes through the looping lines from
 * the first one on.
 */
export class Script {
  readonly #initialLines: readonly string[];
  #loop: readonly string[];
  #next: string[] = [];

  constructor(lines: readonly string[] = DEFAULT_LINES) {
    this.#initialLines = lines;
    this.#loop = lines;
  }

  say(lines: readonly string[]): void {
    this.#next.push(...lines);
  }

  setLoop(lines: readonly string[]): void {
    this.#loop = lines;
  }

  /** The line for the utterance that has just begun; empty when there is nothing to say. */
  take(position: ScriptPosition): string {
    const line = this.#next.shift();
    if (line !== undefined) return line;
    const index = position.nextLine % Math.max(1, this.#loop.length);
    position.nextLine = index + 1;
    return this.#loop[index] ?? '';
  }

  clearNext(): void {
    this.#next = [];
  }

  reset(): void {
    this.#next = [];
    this.#loop = this.#initialLines;
  }

  read(): { next: readonly string[]; loop: readonly string[] } {
    return { next: this.#next, loop: this.#loop };
  }
}
