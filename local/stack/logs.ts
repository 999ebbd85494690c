import {
  appendFileSync,
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere } from './files.ts';
import { hasCode } from './problem.ts';

/** A log is cut when it reaches this size; the piece before is kept once, as `<part>.log.1`. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 20_000;

/** The log files of the parts: the parts write to them directly, whatever happens to the supervisor. */
export class Logs {
  readonly #folder: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  path(part: string): string {
    return join(this.#folder, `${part}.log`);
  }

  /** A fresh log for this run, opened for appending; the log of the run before becomes `.log.1`. */
  open(part: string, options: { fresh: boolean }): number {
    const path = this.path(part);
    if (options.fresh) {
      try {
        renameSync(path, `${path}.1`);
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
    return openSync(path, 'a', 0o600);
  }

  /** A line of the supervisor's own, with its time. */
  append(part: string, line: string): void {
    appendFileSync(this.path(part), `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
  }

  /** Keeps every log within bounds from now on. Writers append, so cutting under them is harmless. */
  watchSizes(): void {
    this.#timer = setInterval(() => this.cutLongLogs(MAX_LOG_BYTES), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  cutLongLogs(maxBytes: number): void {
    for (const file of readdirSync(this.#folder)) {
      const path = join(this.#folder, file);
      if (!file.endsWith('.log') || statSync(path).size <= maxBytes) continue;
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  countLines(part: string): number {
    return (readFileIfThere(this.path(part)) ?? '').split('\n').length - 1;
  }

  /** The last lines of a part's log that are not empty, at most `count`, each cut to a readable length. */
  tail(part: string, count = 12): string[] {
    const maxBytes = 16 * 1024;
    let fd: number;
    try {
      fd = openSync(this.path(part), 'r');
    } catch {
      return [];
    }
    try {
      const { size } = fstatSync(fd);
      const buffer = Buffer.alloc(Math.min(size, maxBytes));
      readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      return buffer
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-count)
        .map((line) => line.slice(0, 300));
    } finally {
      closeSync(fd);
    }
  }
}
