import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logs } from './logs.ts';
import { Problem } from './problem.ts';
import type { Probe } from './probes.ts';
import { groupIsAlive, sendSignal, waitUntil, type StopRule } from './processes.ts';

/** One process of the stack: what to run, when it is ready, and what follows if it ends by itself. */
export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ready: Probe;
  readonly readyWithinMs: number;
  /** `fatal`: the others cannot go on without it. */
  readonly whenItEnds: 'restart' | 'fatal';
  readonly stop: StopRule;
  /** Whom it runs as, when not as us (Postgres refuses root). */
  readonly user?: { uid: number; gid: number };
}

const PROBE_EVERY_MS = 60;

/** How a process ended, in words: `exit code 1`, `signal SIGKILL`. */
export interface Ending {
  readonly reason: string;
}

/** A started process in a group of its own. */
export class PartProcess {
  readonly part: Part;
  readonly pid: number;
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<Ending>;
  #hasEnded = false;
  readonly #logs: Logs;

  private constructor(part: Part, logs: Logs, child: ChildProcess, pid: number) {
    this.part = part;
    this.#logs = logs;
    this.pid = pid;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasEnded = true;
        resolve({ reason: signal ? `signal ${signal}` : `exit code ${code}` });
      });
    });
  }

  /**
   * Starts the process; its output goes to its log. It gets a session of its own, so that Ctrl-C in the
   * terminal reaches only the supervisor, which then ends the parts in order.
   * @throws {Problem} when it cannot be started at all
   */
  static async spawn(part: Part, logs: Logs, options: { fresh: boolean }): Promise<PartProcess> {
    const log = logs.open(part.name, options);
    try {
      const child = spawn(part.command, part.args, {
        cwd: part.cwd,
        env: part.env,
        detached: true,
        stdio: ['ignore', log, log],
        ...part.user,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) =>
          reject(new Problem(`${part.name}: cannot run ${part.command}: ${error.message}`)),
        );
      });
      if (child.pid === undefined) throw new Problem(`${part.name}: cannot run ${part.command}`);
      return new PartProcess(part, logs, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Waits until the probe says ready.
   * @throws {Problem} with the last log lines when it ends before, or takes too long
   */
  async untilReady(signal: AbortSignal): Promise<void> {
    const { name, ready, readyWithinMs } = this.part;
    const deadline = Date.now() + readyWithinMs;
    for (;;) {
      signal.throwIfAborted();
      if (this.#hasEnded) {
        const { reason } = await this.ended;
        throw new Problem(`${name} ended while starting (${reason})${this.lastWords()}`);
      }
      if (await ready()) return;
      if (Date.now() > deadline) {
        throw new Problem(
          `${name} was not ready within ${Math.round(readyWithinMs / 1000)} s${this.lastWords()}`,
        );
      }
      await sleep(PROBE_EVERY_MS);
    }
  }

  /** The end of its log, indented, with where to read the rest; empty when it logged nothing. */
  lastWords(): string {
    const lines = this.#logs.tail(this.part.name);
    const end = lines.map((line) => `\n    ${line}`).join('');
    return `${lines.length > 0 ? `; its last lines:${end}` : ''}\n    log: ${this.#logs.path(this.part.name)}`;
  }

  /** Ends it and all of its group: kindly, then (when the time is up or `hurry` aborts) by force. */
  async stop(hurry: AbortSignal): Promise<void> {
    const { signal, to, withinMs } = this.part.stop;
    if (!this.#hasEnded) {
      sendSignal(to === 'group' ? -this.pid : this.pid, signal);
      const patience = AbortSignal.any([hurry, AbortSignal.timeout(withinMs)]);
      await Promise.race([
        this.ended,
        new Promise<void>((resolve) => {
          if (patience.aborted) resolve();
          else patience.addEventListener('abort', () => resolve(), { once: true });
        }),
      ]);
    }
    sendSignal(-this.pid, 'SIGKILL');
    await this.ended;
    await waitUntil(() => !groupIsAlive(this.pid), 5_000);
  }
}
