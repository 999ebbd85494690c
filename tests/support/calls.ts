/** What tests of calls share: joining a room as a customer, and the switches of the voice doubles. */
import { inject } from 'vitest';
import { z } from 'zod';
import { RoomCustomer } from '../../local/demo/room-customer.ts';
import { invoke, operator, owner, type Person, poll } from './stack.ts';

const callers: RoomCustomer[] = [];

/** Every caller hangs up; for `afterEach`. */
export async function hangUpAll(): Promise<void> {
  await Promise.all(callers.splice(0).map((caller) => caller.leave().catch(() => {})));
}

const tokenSchema = z.object({
  server_url: z.string(),
  participant_token: z.string(),
  session_id: z.string(),
  room_name: z.string(),
});

/** Authorises a session and asks for its token. */
export async function tokenFor(person: Person, agentType = 'basic') {
  const { status, body } = await invoke('livekit-token', {
    as: person,
    body: { agent_type: agentType },
  });
  if (status !== 201) throw new Error(`livekit-token answered ${status}: ${JSON.stringify(body)}`);
  return tokenSchema.parse(body);
}

/** Asks for a room and joins it, without waiting for anybody. */
export async function join(person: Person, agentType?: string) {
  const token = await tokenFor(person, agentType);
  const caller = new RoomCustomer();
  callers.push(caller);
  await caller.join(token.server_url, token.participant_token);
  return { caller, sessionId: token.session_id, roomName: token.room_name, token };
}

/** A call whose agent has begun to speak; `startedAt` is when its meter showed. */
export async function answered(person: Person, agentType?: string) {
  const joined = await join(person, agentType);
  const { caller } = joined;
  await caller.until(
    'the meter',
    () => caller.attribute('mindbot.remaining_seconds') !== undefined,
  );
  const startedAt = performance.now();
  await caller.until('the agent to speak', () => caller.heardMs > 200);
  return { ...joined, startedAt };
}

/** A call whose greeting has been spoken. */
export async function call(person: Person, agentType?: string) {
  const begun = await answered(person, agentType);
  await begun.caller.until('the greeting', () => begun.caller.saidBy('agent').length > 0);
  return begun;
}

/** Types something and answers what the agent then says that matches. */
export async function ask(caller: RoomCustomer, text: string, expected: RegExp): Promise<string> {
  const before = caller.saidBy('agent').length;
  const answer = () =>
    caller
      .saidBy('agent')
      .slice(before)
      .find((said) => expected.test(said));
  await caller.type(text);
  await caller.until(`an answer to "${text}"`, () => answer() !== undefined);
  return answer() ?? '';
}

export async function session(id: string) {
  const { data, error } = await operator.from('voice_sessions').select('*').eq('id', id).single();
  if (error) throw new Error(error.message);
  return data;
}

export function settled(id: string) {
  return poll(
    'the settlement',
    () => session(id),
    ({ status }) => status === 'completed' || status === 'error',
    30_000,
  );
}

/** The process that runs the call: the worker names itself as worker, job and process. */
export async function jobPid(sessionId: string): Promise<number> {
  const { worker_id: workerId } = await session(sessionId);
  return z.coerce.number().int().min(2).parse(workerId?.split('/').at(-1));
}

/** Short beats and slices, so that a call of seconds goes through what a call of an hour does. */
export async function shortBeats(): Promise<void> {
  await operator
    .from('settings')
    .update({
      heartbeat_interval_seconds: 2,
      heartbeat_timeout_seconds: 30,
      hold_slice_seconds: 10,
    })
    .eq('id', true);
}

export async function usualBeats(): Promise<void> {
  await owner`update private.clock set "offset" = '0'`;
  await operator
    .from('settings')
    .update({
      heartbeat_interval_seconds: 15,
      heartbeat_timeout_seconds: 90,
      hold_slice_seconds: 300,
    })
    .eq('id', true);
}

const logSchema = z.object({
  entries: z.array(z.object({ event: z.string(), detail: z.record(z.string(), z.unknown()) })),
});

async function voiceSwitch(path: string, body?: object): Promise<unknown> {
  const port = inject('stackEnv')['MINDBOT_PORT_VOICE'];
  const response = await fetch(`http://127.0.0.1:${port}/_double/${path}`, {
    method: body ? 'POST' : 'GET',
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok)
    throw new Error(`the double answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The switches of the voice doubles; `local/voice/README.md` tells what they take. */
export const voice = {
  /** What the language model does: `match` is a regular expression on the customer's last words. */
  rules: (rules: object[]) => voiceSwitch('rules', { rules }),
  faults: (faults: object[]) => voiceSwitch('faults', { faults, replace: true }),
  /** What the transcriber hears next. */
  hears: (lines: string[]) => voiceSwitch('script', { lines, clear: true }),
  reset: () => voiceSwitch('reset', {}),
  log: async () => logSchema.parse(await voiceSwitch('log')).entries,
};
