import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnv } from './child-env.ts';
import type { Logs } from './logs.ts';
import type { HomePaths } from './paths.ts';

/** Starts the watchdog; the answered function tells it that all is in order and ends it. */
export function startWatchdog(paths: HomePaths, logs: Logs): () => Promise<void> {
  const log = logs.open('watchdog', { fresh: true });
  let child: ChildProcess;
  try {
    child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'watchdog.ts'), paths.home, String(process.pid)],
      // In a session of its own: neither Ctrl-C nor a closing terminal may take it along.
      { detached: true, stdio: ['pipe', log, log], env: inheritedEnv(process.env), cwd: '/' },
    );
  } finally {
    closeSync(log);
  }
  child.once('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(2_000) });
    child.stdin?.end('goodbye');
    await ended.catch(() => child.kill('SIGKILL'));
  };
}
