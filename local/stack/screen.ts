const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Without a terminal a long step says every so often that it is still at it. */
const STILL_AT_IT_MS = 15_000;

/** A step under way; `note` adds what it is doing just now. */
export interface Step {
  readonly note: (text: string) => void;
}

/** Where the start-up is told step by step: with a spinner on a terminal, as plain lines otherwise. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  readonly #steps = new Map<string, { since: number; note: string }>();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #hasSpinner = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    // A closed terminal or pipe must not bring the stack down in the middle of its own ending.
    out.on('error', () => undefined);
  }

  line(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  warn(text: string): void {
    this.line(`${this.#colour('33', '!')} ${text}`);
  }

  /** Runs a step and prints its outcome: what `work` answers, or that it failed. */
  async step(name: string, work: (step: Step) => Promise<string>): Promise<void> {
    const since = performance.now();
    const state = { since, note: '' };
    this.#steps.set(name, state);
    this.#tick();
    try {
      const outcome = await work({
        note: (text) => {
          state.note = text;
        },
      });
      const isWanted = this.#steps.delete(name);
      // Called off meanwhile: what still got ready is no news.
      if (!isWanted) return;
      const took = ((performance.now() - since) / 1000).toFixed(1);
      this.line(
        `${this.#colour('32', '✓')} ${name.padEnd(12)} ${outcome.padEnd(56)} ${took.padStart(5)} s`,
      );
    } catch (error) {
      this.#steps.delete(name);
      throw error;
    } finally {
      if (this.#steps.size === 0) this.#stopTicking();
    }
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** No more spinner; lines may still be printed. */
  settle(): void {
    this.#steps.clear();
    this.#stopTicking();
  }

  #tick(): void {
    if (this.#timer) return;
    const everyMs = this.#out.isTTY ? FRAME_MS : STILL_AT_IT_MS;
    this.#timer = setInterval(() => {
      if (this.#out.isTTY) {
        this.#frame += 1;
        this.#clear();
        this.#draw();
      } else {
        this.#out.write(`  ${this.#underWay()}\n`);
      }
    }, everyMs);
  }

  #stopTicking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  #underWay(): string {
    return [...this.#steps]
      .map(([name, { since, note }]) => {
        const seconds = Math.round((performance.now() - since) / 1000);
        return `${name} ${seconds} s${note ? ` (${note})` : ''}`;
      })
      .join(', ');
  }

  #draw(): void {
    if (!this.#out.isTTY || this.#steps.size === 0) return;
    const text = `${SPINNER[this.#frame % SPINNER.length]} ${this.#underWay()}`;
    this.#out.write(text.slice(0, Math.max((this.#out.columns || 80) - 1, 20)));
    this.#hasSpinner = true;
  }

  #clear(): void {
    if (this.#hasSpinner) this.#out.write('\r\u001B[2K');
    this.#hasSpinner = false;
  }

  #colour(code: string, text: string): string {
    return this.#out.isTTY && !process.env['NO_COLOR'] ? `\u001B[${code}m${text}\u001B[0m` : text;
  }
}
