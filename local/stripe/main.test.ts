import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secretKey, webhookSecret } from './harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stripe-double-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Line {
  msg: string;
  url?: string;
  problems?: string[];
}

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  const firstLine = new Promise<Line>((resolve) => {
    reader.on('line', (line) => {
      lines.push(JSON.parse(line) as Line);
      resolve(JSON.parse(line) as Line);
    });
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, firstLine, lines, exit };
}

const good = () => ({
  STRIPE_DOUBLE_PORT: '0',
  STRIPE_DOUBLE_STATE: join(folder, 'stripe.json'),
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_WEBHOOK_URL: 'http://127.0.0.1:1/webhook',
});

test('names every variable that is missing or wrong, and none of their values', async () => {
  const run = start({ STRIPE_SECRET_KEY: 'sk_live_precious', STRIPE_DOUBLE_PORT: 'many' });
  expect(await run.exit).toBe(1);
  const problems = (await run.firstLine).problems?.join('\n') ?? '';
  for (const name of Object.keys(good())) expect(problems).toContain(name);
  expect(problems).not.toContain('precious');
});

test('says when it is ready and keeps what it knows over SIGTERM', async () => {
  const first = start(good());
  const { url } = await first.firstLine;
  const made = await fetch(`${url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}` },
    body: new URLSearchParams({ name: 'Ada' }),
  });
  const { id } = (await made.json()) as { id: string };
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  expect(readdirSync(folder)).toEqual(['stripe.json']);

  const second = start(good());
  const found = await fetch(`${(await second.firstLine).url}/v1/customers/${id}`, {
    headers: { authorization: `Bearer ${secretKey}` },
  });
  expect(await found.json()).toMatchObject({ id, name: 'Ada' });
  second.child.kill('SIGINT');
  expect(await second.exit).toBe(0);
});

test('sets a state file that it cannot read aside and starts empty', async () => {
  writeFileSync(join(folder, 'stripe.json'), '{"version":0');
  const run = start(good());
  expect((await run.firstLine).msg).toContain('set aside');
  await expect.poll(() => run.lines.map((line) => line.msg)).toContain('ready');
  run.child.kill('SIGTERM');
  expect(await run.exit).toBe(0);
  expect(readdirSync(folder).some((name) => name.includes('unreadable'))).toBe(true);
});

test('says that its port is taken', async () => {
  const first = start(good());
  const port = new URL((await first.firstLine).url ?? '').port;
  const second = start({ ...good(), STRIPE_DOUBLE_PORT: port });
  expect(await second.exit).toBe(1);
  expect(await second.firstLine).toMatchObject({ msg: 'port in use', port: Number(port) });
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
});
