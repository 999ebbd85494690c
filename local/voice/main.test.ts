import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const lineSchema = z.looseObject({
  level: z.string(),
  msg: z.string(),
  url: z.string().optional(),
});

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the program and reads its first line. */
async function start(environment: Record<string, string>): Promise<{
  child: ChildProcess;
  line: z.infer<typeof lineSchema>;
}> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, VOICE_DOUBLE_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  if (child.stdout === null) throw new Error('no output to read');
  const [text] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, line: lineSchema.parse(JSON.parse(text)) };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? ((await once(child, 'exit'))[0] as number | null);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'it says when it is ready and ends on %s',
  async (signal) => {
    const { child, line } = await start({});
    expect(line).toMatchObject({ level: 'info', msg: 'ready' });
    expect((await fetch(`${line.url}/healthz`)).status).toBe(200);
    child.kill(signal);
    expect(await exitCode(child)).toBe(0);
  },
);

test('a port that is taken is a clear error', async () => {
  const { line: first } = await start({});
  const taken = new URL(first.url ?? '').port;
  const { child, line } = await start({ VOICE_DOUBLE_PORT: taken });
  expect(line).toMatchObject({ level: 'error', msg: 'cannot listen', port: Number(taken) });
  expect(await exitCode(child)).toBe(1);
});

test('a bad environment and a bad script file are named', async () => {
  const port = await start({ VOICE_DOUBLE_PORT: 'abc' });
  expect(String(port.line['problem'])).toContain('VOICE_DOUBLE_PORT');
  expect(await exitCode(port.child)).toBe(1);
  const script = await start({ VOICE_DOUBLE_SCRIPT: '/nonexistent.json' });
  expect(script.line['msg']).toContain('VOICE_DOUBLE_SCRIPT');
  expect(await exitCode(script.child)).toBe(1);
});

test('the script file sets the lines and rules', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-voice-'));
  const path = join(folder, 'script.json');
  const content = { lines: ['From the file.'], rules: [{ match: 'x', answer: 'y' }] };
  await writeFile(path, JSON.stringify(content));
  const { line } = await start({ VOICE_DOUBLE_SCRIPT: path });
  await rm(folder, { recursive: true });
  const state = await (await fetch(`${line.url}/_double/state`)).json();
  expect(state).toMatchObject({ script: { loop: content.lines }, rules: content.rules });
});
