/** Set-up of the stack tests: a whole local stack of their own, on free ports and with a data folder of its own. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { askStatus, type StackAddress } from '../../local/demo/address.ts';
import { VARIABLES } from '../../local/stack/env.ts';
import { freePort } from './free-port.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    stack: StackAddress;
    /** The environment that the stack runs in: its data folder and its ports. */
    stackEnv: Record<string, string>;
  }
}

const ports = [
  'API',
  'DB',
  'STRIPE',
  'FUNCTIONS',
  'VOICE',
  'APP',
  'ADMIN',
  'WORKER',
  'LIVEKIT',
  'LIVEKIT_TCP',
  'LIVEKIT_UDP',
];
const startTimeoutMs = 10 * 60_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stackEnv, remove } = await newStackEnv();
  const stack = await startStack(stackEnv).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  project.provide('stackEnv', stackEnv);
  project.provide('stack', stack.address);
  return async () => {
    await stack.stop();
    await remove();
  };
}

/** The environment for a stack of its own: a new data folder, which `remove` deletes, and free ports. */
export async function newStackEnv(): Promise<{
  stackEnv: Record<string, string>;
  remove: () => Promise<void>;
}> {
  const home = await mkdtemp(join(tmpdir(), 'mindbot-stack-'));
  await chmod(home, 0o755);
  const stackEnv: Record<string, string> = {
    MINDBOT_HOME: home,
    MINDBOT_ENV_FILE: 'none',
    // The tests call maintenance themselves, when they want it.
    MINDBOT_CLOCK_SECONDS: '3600',
  };
  for (const port of ports) stackEnv[`MINDBOT_PORT_${port}`] = String(await freePort());
  return { stackEnv, remove: () => rm(home, { recursive: true, force: true }) };
}

/**
 * The environment of the tests' programs. Real keys of whoever runs the tests stay out of them; an empty
 * value counts as not given.
 */
export function programEnv(stackEnv: Record<string, string>): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...Object.fromEntries(VARIABLES.map((name) => [name, ''])),
    ...stackEnv,
  };
}

/** Starts `npm start`'s program and resolves once it is up; what it printed is in the error when it is not. */
export async function startStack(
  stackEnv: Record<string, string>,
): Promise<{ address: StackAddress; stop: () => Promise<number | null> }> {
  const env = programEnv(stackEnv);
  const script = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));

  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the stack did not start:\n${output}`);
    }
    if (Date.now() > deadline) {
      child.kill('SIGTERM');
      await exited;
      throw new Error(`the stack took too long to start:\n${output}`);
    }
    try {
      const address = await askStatus(env);
      return {
        address,
        stop: async () => {
          child.kill('SIGTERM');
          return exited;
        },
      };
    } catch {
      await delay(500);
    }
  }
}
