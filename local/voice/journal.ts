/** One call to the double, without audio. `detail` is what a test may want to assert on. */
export interface JournalEntry {
  at: string;
  event: 'models' | 'chat' | 'speech' | 'listen' | 'utterance' | 'listen_closed';
  detail: Readonly<Record<string, unknown>>;
}

const KEPT_ENTRIES = 500;

/** Counts everything and keeps the last 500 entries. */
export class Journal {
  #entries: JournalEntry[] = [];
  #counters = new Map<string, number>();

  record(event: JournalEntry['event'], detail: Readonly<Record<string, unknown>>): void {
    this.count(event);
    this.#entries.push({ at: new Date().toISOString(), event, detail });
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.shift();
  }

  count(name: string): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1);
  }

  clear(): void {
    this.#entries = [];
    this.#counters.clear();
  }

  read(): { counters: Record<string, number>; entries: readonly JournalEntry[] } {
    return { counters: Object.fromEntries(this.#counters), entries: this.#entries };
  }
}
