import { z } from 'zod';
import { synthesize } from '../voice/synthesis.ts';
import type { StackAddress } from './address.ts';
import { type Client, connect, must } from './customer.ts';
import { minutes, progress, skipped, step } from './report.ts';
import { RoomCustomer } from './room-customer.ts';

const tokenSchema = z.object({
  server_url: z.string(),
  participant_token: z.string(),
  session_id: z.string(),
  granted_seconds: z.number(),
  remaining_seconds: z.number(),
});

const question = 'Hello! What can you do for me?';

/** What a call was, as the caller saw it. */
export interface CallReport {
  sessionId: string;
  /** Seconds by the caller's own clock from the agent's first sign of life to hanging up; null without a room. */
  clockSeconds: number | null;
}

/** Talks to the agent in a real room for some seconds, and hangs up. */
export async function spokenCall(
  stack: StackAddress,
  customer: Client,
  talkMs = 20_000,
): Promise<CallReport> {
  const answer = await must(
    customer.functions.invoke('livekit-token', { body: { agent_type: 'basic' } }),
  );
  const token = tokenSchema.parse(answer);
  step(
    'token',
    `${token.granted_seconds} s held of ${minutes(token.remaining_seconds)} for one room`,
  );

  const caller = new RoomCustomer();
  try {
    await caller.join(token.server_url, token.participant_token);
    step('room', `joined as ${caller.identity.slice(0, 8)}…, microphone on`);

    await caller.until(
      'the meter',
      () => caller.attribute('mindbot.remaining_seconds') !== undefined,
    );
    const startedAt = performance.now();
    await caller.until('the agent to speak', () => caller.heardMs > 200);
    await caller.until('the greeting in the transcript', () => caller.saidBy('agent').length > 0);
    step('agent', `says: “${caller.saidBy('agent')[0]}”`);

    await caller.until(
      'the agent to listen',
      () => caller.attribute('lk.agent.state') === 'listening',
    );
    await scriptTranscriber(stack, question);
    const said = caller.saidBy('agent').length;
    const heard = caller.heardMs;
    await caller.say(await synthesize(question, { sampleRate: 48_000 }));
    progress('customer', `says: “${question}”`);
    await caller.until(
      'an answer',
      () => caller.saidBy('agent').length > said && caller.heardMs > heard + 200,
    );
    step('agent', `answers: “${caller.saidBy('agent').slice(said).join(' ')}”`);
    step(
      'sound',
      `${(caller.heardMs / 1000).toFixed(1)} s of speech heard, loudest ${Math.round(caller.loudestHeard)} of 32767`,
    );

    while (performance.now() - startedAt < talkMs) {
      progress('countdown', minutes(caller.remainingSeconds()));
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    const clockSeconds = (performance.now() - startedAt) / 1000;
    await caller.leave();
    step('hung up', `after ${clockSeconds.toFixed(1)} s by the caller's clock`);
    return { sessionId: token.session_id, clockSeconds };
  } catch (error) {
    await caller.leave().catch(() => {});
    throw error;
  }
}

/** The double of the transcriber hears that somebody speaks, not what: it is told. */
async function scriptTranscriber(stack: StackAddress, line: string): Promise<void> {
  if (!stack.VOICE_DOUBLE_URL) return;
  await fetch(`${stack.VOICE_DOUBLE_URL}/_double/script`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [line], clear: true }),
  });
}

/** The charging steps of a call without a room, as the agent worker takes them. */
export async function silentCall(stack: StackAddress, userId: string): Promise<CallReport> {
  skipped(
    'room',
    'there is no LiveKit server (see the README for how to get one); the call has no sound',
  );
  const worker = connect(stack, stack.SECRET_KEY);
  const session = await must(
    worker.rpc('authorize_session', { user_id: userId, agent_type: 'basic' }),
  );
  const sessionId = z.string().parse(session.session_id);
  step('authorised', `${session.granted_seconds} s held`);
  await must(worker.rpc('start_session', { session_id: sessionId, worker_id: 'demo' }));
  for (let seq = 1; seq <= 3; seq += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const beat = await must(
      worker.rpc('heartbeat_session', { session_id: sessionId, seq, used_seconds: seq * 2 }),
    );
    progress('countdown', minutes(Number(beat.remaining_seconds)));
  }
  await must(worker.rpc('end_session', { session_id: sessionId, used_seconds: 6, reason: 'demo' }));
  return { sessionId, clockSeconds: null };
}
