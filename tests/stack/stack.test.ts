import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stripe } from 'stripe';
import type { StackAddress } from '../../local/demo/address.ts';
import { isTcpPortFree } from '../../local/stack/ports.ts';
import { processBirth, readRecord } from '../../local/stack/processes.ts';
import { newStackEnv, programEnv, startStack } from '../support/stack-server.ts';

/* Starting and stopping, tried on a small stack of this file's own: no voice part, no app. */

const SMALL = { MINDBOT_WITHOUT: 'app,worker,livekit,voice,clock' };
let stackEnv: Record<string, string>;
let remove: () => Promise<void>;
let running: Awaited<ReturnType<typeof startStack>>;

beforeAll(async () => {
  const made = await newStackEnv();
  stackEnv = { ...made.stackEnv, ...SMALL };
  remove = made.remove;
  running = await startStack(stackEnv);
});

afterAll(async () => {
  await running.stop();
  await remove();
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `local/<program>.ts` until it ends by itself, at most 20 s. */
function run(program: string, env: Record<string, string>): Promise<Ended> {
  const script = fileURLToPath(new URL(`../../local/${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: programEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

const clientOf = (stack: StackAddress) =>
  createClient(stack.API_URL, stack.PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
  });

async function stripeCustomers(stack: StackAddress): Promise<string[]> {
  const { hostname, port } = new URL(stack.STRIPE_API_BASE ?? '');
  const stripe = new Stripe(stack.STRIPE_SECRET_KEY, { host: hostname, port, protocol: 'http' });
  return (await stripe.customers.list({ limit: 100 })).data.map(({ id }) => id);
}

test('a second start on the same data folder is refused and says where the first one is', async () => {
  const { code, stderr } = await run('start', stackEnv);
  expect(code).toBe(1);
  expect(stderr).toContain(`MindBot is already running at ${running.address.API_URL}`);
});

test('a start on taken ports names each of them and its variable', async () => {
  const other = await newStackEnv();
  try {
    const { code, stderr } = await run('start', {
      ...other.stackEnv,
      ...SMALL,
      MINDBOT_PORT_API: stackEnv['MINDBOT_PORT_API'] ?? '',
      MINDBOT_PORT_STRIPE: stackEnv['MINDBOT_PORT_STRIPE'] ?? '',
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `port ${stackEnv['MINDBOT_PORT_API']}/tcp (MINDBOT_PORT_API) is taken`,
    );
    expect(stderr).toContain('(MINDBOT_PORT_STRIPE) is taken');
    expect(stderr).not.toContain('MINDBOT_PORT_DB');
  } finally {
    await other.remove();
  }
});

test('a running stack is not reset', async () => {
  const { code, stderr } = await run('reset', stackEnv);
  expect(code).toBe(1);
  expect(stderr).toContain('Stop it first');
});

test('accounts, balances, keys and the customers of the Stripe double survive a restart', async () => {
  const account = { email: 'kept@example.com', password: 'Correct1Horse' };
  const before = clientOf(running.address);
  await before.auth.signUp({ ...account, options: { data: { full_name: 'Ada Lovelace' } } });
  const purchase = await before.functions.invoke('purchase', {
    body: { package_id: 'starter_1h', payment_method_id: 'pm_card_visa' },
  });
  expect(purchase.error).toBeNull();
  const customers = await stripeCustomers(running.address);
  expect(customers).toHaveLength(1);

  expect(await running.stop()).toBe(0);
  const { address } = running;
  running = await startStack(stackEnv);

  expect(running.address).toEqual(address);
  expect(await stripeCustomers(running.address)).toEqual(customers);
  const after = clientOf(running.address);
  expect((await after.auth.signInWithPassword(account)).error).toBeNull();
  const { data } = await after.rpc('get_balance');
  expect(data).toMatchObject({ remaining_seconds: 3600 });
});

test('SIGTERM leaves no process, port or lock behind, and status then says that it is down', async () => {
  const home = stackEnv['MINDBOT_HOME'] ?? '';
  const { processes = [] } = readRecord(join(home, 'processes.json')) ?? {};
  expect(processes.map(({ name }) => name).toSorted()).toEqual([
    'admin',
    'functions',
    'gateway',
    'postgres',
    'stripe',
  ]);
  const { pid } = JSON.parse(readFileSync(join(home, 'lock'), 'utf8')) as { pid: number };

  expect(await running.stop()).toBe(0);

  expect([pid, ...processes.map((part) => part.pid)].filter(processBirth)).toEqual([]);
  for (const name of ['API', 'DB', 'STRIPE', 'FUNCTIONS']) {
    expect(await isTcpPortFree(Number(stackEnv[`MINDBOT_PORT_${name}`]))).toBe(true);
  }
  const left = readdirSync(home).filter((file) => /lock|run\.json|processes|\.tmp/.test(file));
  expect(left).toEqual([]);
  expect(await run('status', stackEnv)).toEqual({
    code: 1,
    stdout: '',
    stderr: `MindBot is not running (${home}). Start it with: npm start\n`,
  });
});
