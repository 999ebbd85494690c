import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from './files.ts';
import type { Logs } from './logs.ts';
import { PartProcess, type Part } from './part.ts';
import { describe, Problem } from './problem.ts';
import { processBirth, type RecordedProcess, type RecordFile } from './processes.ts';

/** A part that ends so often within this time is given up. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const FIRST_BACK_OFF_MS = 300;
const MAX_BACK_OFF_MS = 8_000;

export interface SupervisorEvents {
  /** Something a person should know while the stack goes on. */
  readonly warn: (message: string) => void;
  /** The stack cannot go on. Called once. */
  readonly fail: (problem: Problem) => void;
}

/** Starts the parts, starts them again when they end by themselves, and ends them in order. */
export class Supervisor {
  readonly #logs: Logs;
  readonly #recordPath: string;
  readonly #events: SupervisorEvents;
  readonly #firstBackOffMs: number;
  readonly #running = new Map<string, PartProcess>();
  readonly #births = new Map<number, string>();
  readonly #stopping = new AbortController();
  readonly #watches: Promise<void>[] = [];
  readonly #launches = new Set<Promise<PartProcess>>();

  constructor(options: {
    logs: Logs;
    recordPath: string;
    events: SupervisorEvents;
    firstBackOffMs?: number;
  }) {
    this.#firstBackOffMs = options.firstBackOffMs ?? FIRST_BACK_OFF_MS;
    this.#logs = options.logs;
    this.#recordPath = options.recordPath;
    this.#events = options.events;
  }

  /** Aborted once the stack is being brought down. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Starts a part and waits until it is ready; from then on it is looked after.
   * @throws {Problem} when it does not get ready
   */
  async start(part: Part): Promise<void> {
    const running = await this.#launch(part, { fresh: true });
    await running.untilReady(this.stopping);
    this.#watches.push(this.#watch(running));
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#running].map(([name, { pid }]) => [name, pid]));
  }

  /** Ends everything, layer by layer; `hurry` cuts the waiting short. */
  async stopAll(hurry: AbortSignal): Promise<void> {
    this.#stopping.abort();
    // Those that are just being started see the abort and end themselves.
    await Promise.allSettled(this.#launches);
    const layers = [...new Set([...this.#running.values()].map((r) => r.part.stop.layer))];
    for (const layer of layers.toSorted((a, b) => a - b)) {
      const those = [...this.#running.values()].filter((r) => r.part.stop.layer === layer);
      await Promise.all(those.map((running) => this.#end(running, hurry)));
    }
    await Promise.all(this.#watches);
    rmSync(this.#recordPath, { force: true });
  }

  async #end(running: PartProcess, hurry: AbortSignal): Promise<void> {
    await running.stop(hurry);
    this.#forget(running);
  }

  async #launch(part: Part, options: { fresh: boolean }): Promise<PartProcess> {
    const launch = this.#spawn(part, options);
    this.#launches.add(launch);
    try {
      return await launch;
    } finally {
      this.#launches.delete(launch);
    }
  }

  async #spawn(part: Part, options: { fresh: boolean }): Promise<PartProcess> {
    this.stopping.throwIfAborted();
    const running = await PartProcess.spawn(part, this.#logs, options);
    this.#running.set(part.name, running);
    this.#births.set(running.pid, processBirth(running.pid) ?? '');
    this.#record();
    if (this.stopping.aborted) {
      await this.#end(running, AbortSignal.abort());
      this.stopping.throwIfAborted();
    }
    return running;
  }

  #forget(running: PartProcess): void {
    if (this.#running.get(running.part.name) === running) this.#running.delete(running.part.name);
    this.#births.delete(running.pid);
    this.#record();
  }

  /** Written before anything else is done with a process, so that a killed supervisor leaves a trace. */
  #record(): void {
    const processes: RecordedProcess[] = [...this.#running.values()].map(({ part, pid }) => ({
      name: part.name,
      pid,
      birth: this.#births.get(pid) ?? '',
      stop: part.stop,
    }));
    const record: RecordFile = { supervisor: process.pid, processes };
    writeFileAtomic(this.#recordPath, JSON.stringify(record));
  }

  async #watch(first: PartProcess): Promise<void> {
    let running = first;
    const endings: number[] = [];
    try {
      for (;;) {
        const { reason } = await running.ended;
        if (this.stopping.aborted) return;
        // Its own children must not outlive it, nor hold its port when it starts again.
        await running.stop(AbortSignal.abort());
        const story = `${running.part.name} ended by itself (${reason})${running.lastWords()}`;
        this.#forget(running);
        endings.push(Date.now());
        const recent = endings.filter((at) => at > Date.now() - RESTART_WINDOW_MS).length;
        if (running.part.whenItEnds === 'fatal') throw new Problem(story);
        if (recent > MAX_RESTARTS) {
          throw new Problem(`${story}\n  It keeps ending (${recent} times within a minute).`);
        }
        const pauseMs = Math.min(this.#firstBackOffMs * 2 ** (recent - 1), MAX_BACK_OFF_MS);
        this.#events.warn(`${story}\n    Starting it again in ${pauseMs / 1000} s.`);
        await sleep(pauseMs, undefined, { signal: this.stopping });
        running = await this.#launch(running.part, { fresh: false });
        await this.#readyAgain(running);
      }
    } catch (error) {
      if (this.stopping.aborted) return;
      this.#events.fail(error instanceof Problem ? error : new Problem(describe(error)));
    }
  }

  /** A part that does not get ready again is treated as one that has ended. */
  async #readyAgain(running: PartProcess): Promise<void> {
    try {
      await running.untilReady(this.stopping);
      this.#events.warn(`${running.part.name} is up again.`);
    } catch (error) {
      if (this.stopping.aborted) throw error;
      await running.stop(AbortSignal.abort());
    }
  }
}
