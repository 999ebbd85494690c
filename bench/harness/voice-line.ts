/** Calls against a running stack, for `bench/voice.ts`. */
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AccessToken, RoomAgentDispatch, RoomConfiguration } from 'livekit-server-sdk';
import type { Sql } from 'postgres';
import { z } from 'zod';
import type { StackAddress } from '../../local/demo/address.ts';
import { connect, must } from '../../local/demo/customer.ts';
import { RoomCustomer } from '../../local/demo/room-customer.ts';
import { UNMETERED_AGENT } from './unmetered-worker.ts';

/** A caller in a room with an agent; `firstWordMs` is from the wish to join to the first sound. */
export interface Line {
  caller: RoomCustomer;
  firstWordMs: number;
  /** Of the metered ones. */
  sessionId: string | null;
}

/** A machine that is busy may take long; what it takes is what is measured. */
const PATIENCE_MS = 60_000;
/** After so long without a sound nothing more of an answer is on its way. */
const SILENCE_MS = 500;

const tokenSchema = z.object({
  server_url: z.string(),
  participant_token: z.string(),
  session_id: z.string(),
});

/** A new customer with an hour, and their way into a call. */
export async function customer(stack: StackAddress, owner: Sql): Promise<() => Promise<Line>> {
  const client = connect(stack);
  const email = `bench-${randomUUID()}@example.com`;
  const { session, user } = await must(client.auth.signUp({ email, password: 'Correct1Horse' }));
  const card = randomUUID();
  await owner`
    insert into time_cards (id, owner_id, source, status)
    values (${card}, ${user?.id ?? ''}, 'grant', 'active')`;
  await owner`select private.move_seconds(${card}, 'issue', null, 'remaining', 3600)`;
  return async () => {
    const startedAt = performance.now();
    const answer = await fetch(`${stack.API_URL}/functions/v1/livekit-token`, {
      method: 'POST',
      headers: {
        apikey: stack.PUBLISHABLE_KEY,
        authorization: `Bearer ${session?.access_token}`,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    const token = tokenSchema.parse(await answer.json());
    return enter(token.server_url, token.participant_token, startedAt, token.session_id);
  };
}

/** A room with the unmetered agent. */
export async function unmeteredLine(stack: StackAddress): Promise<Line> {
  const startedAt = performance.now();
  const token = new AccessToken(stack.LIVEKIT_API_KEY, stack.LIVEKIT_API_SECRET, {
    identity: randomUUID(),
  });
  token.addGrant({ roomJoin: true, room: `bench-${randomUUID()}` });
  token.roomConfig = new RoomConfiguration({
    departureTimeout: 1,
    agents: [new RoomAgentDispatch({ agentName: UNMETERED_AGENT })],
  });
  return enter(stack.LIVEKIT_URL ?? '', await token.toJwt(), startedAt, null);
}

async function enter(
  url: string,
  token: string,
  startedAt: number,
  sessionId: string | null,
): Promise<Line> {
  const caller = new RoomCustomer();
  await caller.join(url, token);
  try {
    await caller.until('the first word', () => caller.heardMs > 0, PATIENCE_MS);
    const firstWordMs = performance.now() - startedAt;
    await quiet(caller);
    return { caller, firstWordMs, sessionId };
  } catch (error) {
    await caller.leave();
    throw error;
  }
}

/** Waits until the agent has finished, and the last of it has arrived. */
async function quiet(caller: RoomCustomer): Promise<void> {
  const listens = () => caller.attribute('lk.agent.state') === 'listening';
  for (let heard = -1; heard !== caller.heardMs;) {
    await caller.until('the agent to listen', listens, PATIENCE_MS);
    heard = caller.heardMs;
    await delay(SILENCE_MS);
  }
}

const SAMPLE_RATE = 48_000;

/** Says something; milliseconds from its end to the agent's first sound. */
export async function turn({ caller }: Line, speech: Int16Array): Promise<number> {
  await quiet(caller);
  const speechMs = (speech.length / SAMPLE_RATE) * 1000;
  const endsAt = performance.now() + speechMs;
  const speaking = caller.say(speech);
  await delay(speechMs);
  const before = caller.heardMs;
  await caller.until('an answer', () => caller.heardMs > before, PATIENCE_MS);
  const response = performance.now() - endsAt;
  await speaking;
  await quiet(caller);
  return response;
}

/** Starts the worker without metering; resolves to what stops it. */
export async function startUnmeteredWorker(
  stack: StackAddress,
  voiceUrl: string,
): Promise<() => void> {
  const script = fileURLToPath(new URL('./unmetered-worker.ts', import.meta.url));
  const child = spawn(process.execPath, [script, 'start'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      SUPABASE_URL: stack.API_URL,
      SUPABASE_SECRET_KEY: stack.SECRET_KEY,
      LIVEKIT_URL: stack.LIVEKIT_URL,
      LIVEKIT_API_KEY: stack.LIVEKIT_API_KEY,
      LIVEKIT_API_SECRET: stack.LIVEKIT_API_SECRET,
      OPENAI_API_KEY: 'sk-local-double',
      OPENAI_BASE_URL: `${voiceUrl}/v1`,
      DEEPGRAM_API_KEY: 'local',
      DEEPGRAM_BASE_URL: voiceUrl.replace(/^http/, 'ws'),
      WORKER_PORT: '0',
    },
  });
  const lines = createInterface(child.stdout);
  for await (const line of lines) if (line.includes('registered worker')) break;
  child.stdout.resume();
  return () => child.kill('SIGKILL');
}

/** What processes have used of one core since they began, in milliseconds, and what memory is theirs alone. */
export async function usageOf(
  pids: readonly number[],
): Promise<{ cpuMs: number; memoryMb: number }> {
  let ticks = 0;
  let kilobytes = 0;
  for (const pid of pids) {
    // proc(5): user and system time are the 14th and 15th field, in hundredths of a second.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
    const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1]);
  }
  return { cpuMs: ticks * 10, memoryMb: kilobytes / 1024 };
}
