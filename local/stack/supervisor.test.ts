import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logs } from './logs.ts';
import type { Part } from './part.ts';
import { tcpProbe } from './probes.ts';
import { groupIsAlive, endRecorded, readRecord } from './processes.ts';
import { Supervisor } from './supervisor.ts';

let folder: string;
let supervisor: Supervisor;
const warn = vi.fn<(message: string) => void>();
const fail = vi.fn<(error: Error) => void>();
const patient = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mindbot-supervisor-'));
  vi.clearAllMocks();
  supervisor = new Supervisor({
    logs: new Logs(folder),
    recordPath: join(folder, 'processes.json'),
    events: { warn, fail },
    firstBackOffMs: 5,
  });
});
afterEach(async () => {
  await supervisor.stopAll(AbortSignal.abort());
  rmSync(folder, { recursive: true });
});

function part(script: string, changes: Partial<Part> = {}): Part {
  return {
    name: 'sample',
    command: process.execPath,
    args: ['-e', script],
    cwd: folder,
    env: {},
    ready: async () => true,
    readyWithinMs: 10_000,
    whenItEnds: 'restart',
    stop: { signal: 'SIGTERM', to: 'group', withinMs: 5_000, layer: 1 },
    ...changes,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const idle = 'setInterval(() => {}, 1000)';

describe('the supervisor', () => {
  it('waits until a part is ready', async () => {
    const port = await freePort();
    const script = `setTimeout(() => require('net').createServer().listen(${port}, '127.0.0.1'), 200)`;
    const ready = tcpProbe(port);
    await supervisor.start(part(script, { ready }));
    expect(await ready()).toBe(true);
  });

  it('tells the last words of a part that does not start', async () => {
    const start = supervisor.start(
      part('console.error("no such thing"); process.exit(3)', { ready: async () => false }),
    );
    await expect(start).rejects.toThrow(/exit code 3[\s\S]*no such thing/);
  });

  it('starts a part again that ends by itself', async () => {
    await supervisor.start(part(idle));
    const before = supervisor.pids()['sample'] ?? 0;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith('sample is up again.'), 10_000);
    expect(supervisor.pids()['sample']).not.toBe(before);
    expect(fail).not.toHaveBeenCalled();
  });

  it('gives up when the others cannot go on without it', async () => {
    await supervisor.start(part(idle, { whenItEnds: 'fatal' }));
    process.kill(supervisor.pids()['sample'] ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(fail).toHaveBeenCalledOnce(), 10_000);
    expect(fail.mock.calls[0]?.[0].message).toContain('sample ended by itself (signal SIGKILL)');
  });

  it('gives up on a part that keeps ending', async () => {
    await supervisor.start(part('setTimeout(() => process.exit(1), 30)'));
    await vi.waitFor(() => expect(fail).toHaveBeenCalledOnce(), 10_000);
    expect(fail.mock.calls[0]?.[0].message).toContain('keeps ending');
  });

  it('ends a part with all its children and leaves no record', async () => {
    await supervisor.start(
      part(
        `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(idle)}]); ${idle}`,
      ),
    );
    const pid = supervisor.pids()['sample'] ?? 0;
    await supervisor.stopAll(patient);
    expect(groupIsAlive(pid)).toBe(false);
    expect(existsSync(join(folder, 'processes.json'))).toBe(false);
  });

  it('kills a part that does not heed, at once when hurried', async () => {
    const port = await freePort();
    const deaf = `process.on('SIGTERM', () => {}); require('net').createServer().listen(${port}, '127.0.0.1')`;
    const stop = { signal: 'SIGTERM', to: 'process', withinMs: 600_000, layer: 1 } as const;
    await supervisor.start(part(deaf, { stop, ready: tcpProbe(port) }));
    const pid = supervisor.pids()['sample'] ?? 0;
    await supervisor.stopAll(AbortSignal.timeout(100));
    expect(groupIsAlive(pid)).toBe(false);
  });

  it('ends the lower layers first', async () => {
    const ends = join(folder, 'ends');
    for (const [name, layer] of [
      ['database', 2],
      ['worker', 0],
      ['gateway', 1],
    ] as const) {
      const port = await freePort();
      const telling = `
        process.on('SIGTERM', () => {
          require('fs').appendFileSync(${JSON.stringify(ends)}, '${name} ');
          process.exit();
        });
        require('net').createServer().listen(${port}, '127.0.0.1')`;
      const stop = { signal: 'SIGTERM', to: 'process', withinMs: 5_000, layer } as const;
      await supervisor.start(part(telling, { name, stop, ready: tcpProbe(port) }));
    }
    await supervisor.stopAll(patient);
    expect(readFileSync(ends, 'utf8')).toBe('worker gateway database ');
  });
});

describe('what a killed supervisor leaves', () => {
  it('is found in its record and ended', async () => {
    await supervisor.start(part(idle, { whenItEnds: 'fatal' }));
    const record = readRecord(join(folder, 'processes.json'));
    const pid = supervisor.pids()['sample'] ?? 0;
    expect(record?.processes.map((p) => p.pid)).toEqual([pid]);
    expect(record && (await endRecorded(record))).toEqual(['sample']);
    expect(groupIsAlive(pid)).toBe(false);
  });

  it('is left alone when its pid belongs to another process by now', async () => {
    await supervisor.start(part(idle));
    const record = readRecord(join(folder, 'processes.json'));
    const others = record?.processes.map((p) => ({ ...p, birth: 'long ago' })) ?? [];
    expect(await endRecorded({ supervisor: 1, processes: others })).toEqual([]);
    expect(groupIsAlive(supervisor.pids()['sample'] ?? 0)).toBe(true);
  });
});
