import type { StackEnv } from './env.ts';
import type { Keys } from './keys.ts';
import { buildLiveKit } from './livekit-build.ts';
import { writeLiveKitConfig } from './livekit-config.ts';
import { findLiveKit, surroundings, type LiveKitSource } from './livekit-find.ts';
import type { Logs } from './logs.ts';
import type { HomePaths } from './paths.ts';
import { LOOPBACK } from './ports.ts';
import { describe } from './problem.ts';
import type { Step } from './screen.ts';
import { apiUrl } from './values.ts';

/** Where rooms are and with which key they are managed. */
export interface LiveKitAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export function searchLiveKit(env: StackEnv): Promise<LiveKitSource> {
  return findLiveKit(surroundings(process.env, env.livekit?.url));
}

/**
 * Builds the server where that is how to get it. A build that fails (no network, say) is not the end:
 * the search goes on after it.
 */
export async function obtainLiveKit(
  source: LiveKitSource,
  options: {
    env: StackEnv;
    logs: Logs;
    signal: AbortSignal;
    step: Step;
    warn: (text: string) => void;
  },
): Promise<LiveKitSource> {
  if (source.kind !== 'build') return source;
  options.step.note('building the LiveKit server, once, about 3 minutes');
  try {
    await buildLiveKit({
      ...source,
      logs: options.logs,
      signal: options.signal,
      onProgress: (text) => options.step.note(`building the LiveKit server, once: ${text}`),
    });
    return source;
  } catch (error) {
    if (options.signal.aborted) throw error;
    options.warn(describe(error));
    const around = surroundings(process.env, options.env.livekit?.url);
    return findLiveKit({ ...around, goVersion: async () => '' });
  }
}

export function liveKitAccess(
  source: LiveKitSource,
  env: StackEnv,
  keys: Keys,
): LiveKitAccess | undefined {
  if (env.livekit) return env.livekit;
  if (source.kind === 'none') return undefined;
  return {
    url: `ws://${LOOPBACK}:${env.ports.livekit}`,
    apiKey: keys.livekitApiKey,
    apiSecret: keys.livekitApiSecret,
  };
}

export function configureLiveKit(
  source: LiveKitSource,
  env: StackEnv,
  keys: Keys,
  paths: HomePaths,
): void {
  const inOwnNetwork = source.kind === 'docker' && process.platform !== 'linux';
  const gateway = inOwnNetwork ? `http://host.docker.internal:${env.ports.api}` : apiUrl(env);
  writeLiveKitConfig(paths.livekitConfig, {
    port: env.ports.livekit,
    tcpPort: env.ports.livekitTcp,
    udpPort: env.ports.livekitUdp,
    apiKey: keys.livekitApiKey,
    apiSecret: keys.livekitApiSecret,
    webhookUrl: `${gateway}/functions/v1/livekit-webhook`,
    bindAddress: inOwnNetwork ? '0.0.0.0' : LOOPBACK,
  });
}
