import { ServerOptions, cli } from '@livekit/agents';
import { fileURLToPath } from 'node:url';
import { EnvError, readEnv } from './env.ts';
import type { Env } from './env.ts';
import { healthPort } from './health-port.ts';

const AGENT_NAME = 'mindbot';
/** A busy machine may take long to load a job process; killing it then would make it busier. */
const INITIALIZE_LIMIT_MS = 60_000;
/** Covers the goodbye, the close of the pipeline and 30 s for a settlement. */
const SHUTDOWN_LIMIT_MS = 60_000;

function serverOptions(env: Env, port: number): ServerOptions {
  return new ServerOptions({
    agent: fileURLToPath(new URL('./job.ts', import.meta.url)),
    agentName: AGENT_NAME,
    wsURL: env.LIVEKIT_URL,
    apiKey: env.LIVEKIT_API_KEY,
    apiSecret: env.LIVEKIT_API_SECRET,
    host: env.WORKER_HOST,
    port,
    logLevel: env.LOG_LEVEL,
    numIdleProcesses: env.WORKER_IDLE_PROCESSES,
    initializeProcessTimeout: INITIALIZE_LIMIT_MS,
    shutdownProcessTimeout: SHUTDOWN_LIMIT_MS,
    drainTimeout: env.WORKER_DRAIN_SECONDS * 1000,
    // The framework's measure is the load of the whole machine, which says little about this worker
    // where it has neighbours; calls are what it can count.
    loadFunc: async (server) => server.activeJobs.length / env.WORKER_MAX_CALLS,
    loadThreshold: 1,
  });
}

try {
  const env = readEnv(process.env);
  cli.runApp(serverOptions(env, await healthPort(env.WORKER_PORT)));
} catch (error) {
  if (!(error instanceof EnvError)) throw error;
  console.error(error.message);
  process.exit(1);
}
