import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readFileIfThere } from './files.ts';
import { hasCode } from './problem.ts';

/**
 * When a process began, as text that no later process with the same pid shares: the kernel's boot id
 * and start tick (proc(5), field 22) on Linux, the start date by ps(1) elsewhere.
 * Undefined when there is no such process.
 */
export function processBirth(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed yet.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch (error) {
    if (process.platform === 'linux') return undefined;
    if (!hasCode(error, 'ENOENT')) return undefined;
  }
  try {
    const out = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return out.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The command line of a process, or undefined when it cannot be seen. */
export function processCommand(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

export const stopRule = z.object({
  signal: z.enum(['SIGTERM', 'SIGINT']),
  /** `process`: it looks after its own children. `group`: all of them are told. */
  to: z.enum(['process', 'group']),
  /** After so long it is killed. */
  withinMs: z.number(),
  /** Lower layers end first; parts of one layer end together. */
  layer: z.number(),
});
export type StopRule = z.infer<typeof stopRule>;

const recordedProcess = z.object({
  name: z.string(),
  pid: z.number(),
  birth: z.string(),
  stop: stopRule,
});
/** A started process, as kept in `processes.json`. Its group has its own pid. */
export type RecordedProcess = z.infer<typeof recordedProcess>;

const recordFile = z.object({ supervisor: z.number(), processes: z.array(recordedProcess) });
export type RecordFile = z.infer<typeof recordFile>;

/** What a supervisor has left in its record; undefined when there is none, or none that can be read. */
export function readRecord(path: string): RecordFile | undefined {
  const content = readFileIfThere(path);
  if (content === undefined) return undefined;
  try {
    return recordFile.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** Sends a signal; a process or group that is gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

export function groupIsAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives but belongs to somebody else, as Postgres does under root.
    return hasCode(error, 'EPERM');
  }
}

/** Polls until true or until the time is up; answers whether it became true. */
export async function waitUntil(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() >= deadline) return false;
    await sleep(50);
  }
  return true;
}

/**
 * Ends processes that a supervisor has left behind, layer by layer, each kindly first. A pid that now
 * belongs to another process is left alone. Answers the names of those it ended.
 */
export async function endRecorded(record: RecordFile): Promise<string[]> {
  const alive = record.processes.filter((p) => processBirth(p.pid) === p.birth);
  const layers = [...new Set(alive.map((p) => p.stop.layer))].toSorted((a, b) => a - b);
  for (const layer of layers) {
    await Promise.all(
      alive
        .filter((p) => p.stop.layer === layer)
        .map(async ({ pid, birth, stop }) => {
          sendSignal(stop.to === 'group' ? -pid : pid, stop.signal);
          await waitUntil(() => processBirth(pid) !== birth, stop.withinMs);
          sendSignal(-pid, 'SIGKILL');
          await waitUntil(() => !groupIsAlive(pid), 5_000);
        }),
    );
  }
  return alive.map((p) => p.name);
}
