import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inheritedEnv } from './child-env.ts';
import { LIVEKIT_VERSION } from './livekit-find.ts';
import type { Logs } from './logs.ts';
import { Problem } from './problem.ts';
import { sendSignal } from './processes.ts';

const BUILD_WITHIN_MS = 20 * 60_000;

/**
 * Builds the LiveKit server into the user's cache. The finished program gets its name in one step, so an
 * interrupted build is never taken for a server, and two stacks may build at once.
 * @throws {Problem} with the last words of the compiler
 */
export async function buildLiveKit(options: {
  go: string;
  path: string;
  logs: Logs;
  signal: AbortSignal;
  /** Told every second what the compiler has come to. */
  onProgress: (text: string) => void;
}): Promise<void> {
  const { go, path, logs, signal, onProgress } = options;
  mkdirSync(dirname(path), { recursive: true });
  const bin = mkdtempSync(join(dirname(path), 'building-'));
  const log = logs.open('livekit-build', { fresh: true });
  try {
    const child = spawn(
      go,
      ['install', '-v', `github.com/livekit/livekit-server/cmd/server@${LIVEKIT_VERSION}`],
      {
        env: { GOTOOLCHAIN: 'auto', ...inheritedEnv(process.env), GOBIN: bin, GOFLAGS: '' },
        stdio: ['ignore', log, log],
        detached: true,
      },
    );
    const end = () => {
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
    };
    const progress = setInterval(() => {
      const compiled = logs.countLines('livekit-build');
      onProgress(`${compiled} packages, ${logs.tail('livekit-build', 1)[0] ?? ''}`);
    }, 1_000);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(BUILD_WITHIN_MS)]);
    patience.addEventListener('abort', end, { once: true });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }).finally(() => clearInterval(progress));
    patience.removeEventListener('abort', end);
    signal.throwIfAborted();
    if (code !== 0) {
      const words = logs.tail('livekit-build', 6).map((line) => `\n    ${line}`);
      throw new Problem(`The LiveKit server could not be built:${words.join('')}`);
    }
    const built = join(bin, process.platform === 'win32' ? 'server.exe' : 'server');
    chmodSync(built, 0o755);
    renameSync(built, path);
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
}
