import { accessSync, constants } from 'node:fs';
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** The version that is built, cached and run. Its Go module has no `replace`, so `go install` can build it. */
export const LIVEKIT_VERSION = 'v1.13.5';
const OLDEST_GO = [1, 21] as const;

/** How to get a server where there is none. */
export const NO_LIVEKIT =
  'No LiveKit server: the voice part is off, all else works. To get one, install Go 1.21 or newer ' +
  '(the server is then built once), or livekit-server (https://docs.livekit.io/transport/self-hosting/local/), ' +
  'or start Docker, or set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET in .env.';

/** Where the LiveKit server comes from, in the order in which it is looked for. */
export type LiveKitSource =
  | { kind: 'external'; url: string }
  | { kind: 'binary'; path: string; from: string }
  | { kind: 'build'; go: string; path: string }
  | { kind: 'docker'; docker: string }
  | { kind: 'none'; help: string };

/** What the search looks at. */
export interface LiveKitSurroundings {
  readonly externalUrl: string | undefined;
  /** The full path of a program on the PATH. */
  readonly which: (program: string) => string | undefined;
  readonly isExecutable: (path: string) => boolean;
  readonly cacheFolder: string;
  /** What `go version` prints. */
  readonly goVersion: (go: string) => Promise<string>;
  /** Whether an engine answers, not only whether the client is installed. */
  readonly dockerRuns: (docker: string) => Promise<boolean>;
}

export function cachedServer(cacheFolder: string): string {
  return join(cacheFolder, `livekit-server-${LIVEKIT_VERSION}`);
}

/** Go from 1.21 fetches the toolchain that a module asks for. */
export function goIsRecent(output: string): boolean {
  const found = /go(\d+)\.(\d+)/.exec(output);
  if (!found) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
}

export async function findLiveKit(around: LiveKitSurroundings): Promise<LiveKitSource> {
  if (around.externalUrl) return { kind: 'external', url: around.externalUrl };
  const installed = around.which('livekit-server');
  if (installed) return { kind: 'binary', path: installed, from: 'the PATH' };
  const cached = cachedServer(around.cacheFolder);
  if (around.isExecutable(cached)) return { kind: 'binary', path: cached, from: 'the cache' };
  const go = around.which('go');
  if (go && goIsRecent(await around.goVersion(go))) return { kind: 'build', go, path: cached };
  const docker = around.which('docker');
  if (docker && (await around.dockerRuns(docker))) return { kind: 'docker', docker };
  return { kind: 'none', help: NO_LIVEKIT };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

export function surroundings(
  source: Readonly<Record<string, string | undefined>>,
  externalUrl: string | undefined,
): LiveKitSurroundings {
  const cache = source['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return {
    externalUrl,
    which: (program) =>
      (source['PATH'] ?? '')
        .split(delimiter)
        // npm puts node_modules/.bin first; nothing there is a server or a compiler.
        .filter((folder) => folder !== '' && !folder.includes('node_modules'))
        .map((folder) => join(folder, program))
        .find(isExecutable),
    isExecutable,
    cacheFolder: join(cache, 'mindbot'),
    goVersion: async (go) => {
      try {
        return (await run(go, ['version'], { timeout: 10_000 })).stdout;
      } catch {
        return '';
      }
    },
    dockerRuns: async (docker) => {
      try {
        await run(docker, ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 });
        return true;
      } catch {
        return false;
      }
    },
  };
}
