/** Calls against a running stack with its voice doubles: what metering costs them, and what a call costs the machine. */
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { askStatus, type StackAddress } from '../local/demo/address.ts';
import { synthesize } from '../local/voice/synthesis.ts';
import type { Figure, Part } from './harness/part.ts';
import { compare, interleave, median } from './harness/rounds.ts';
import {
  customer,
  type Line,
  startUnmeteredWorker,
  turn,
  unmeteredLine,
  usageOf,
} from './harness/voice-line.ts';

/** `BENCH_CALLS` asks for as many as the machine holds; the worker of the local stack takes ten. */
const CALLS_AT_ONCE = Number(process.env['BENCH_CALLS'] ?? 6);
const TALK_MS = 20_000;
/** Within noise: a turn with metering takes no longer than one without it, give or take a twentieth. */
const WITHIN_NOISE = 1.05;

async function stackOrNone(): Promise<StackAddress | undefined> {
  return askStatus().catch(() => undefined);
}

/** The language model answers everything alike, so that turns can be compared. */
async function answerAlike(stack: StackAddress): Promise<void> {
  const rules = [{ match: '.', answer: 'All right, go on.' }];
  await fetch(`${stack.VOICE_DOUBLE_URL}/_double/rules`, {
    method: 'POST',
    body: JSON.stringify({ rules, replace: true }),
  });
}

async function heartbeatSeconds(owner: postgres.Sql, seconds: number): Promise<void> {
  await owner`update settings set heartbeat_interval_seconds = ${seconds}`;
}

async function measureTurns(
  stack: StackAddress,
  owner: postgres.Sql,
  rounds: number,
): Promise<Figure[]> {
  const speech = await synthesize('What do you think of that?', { sampleRate: 48_000 });
  const stop = await startUnmeteredWorker(stack, stack.VOICE_DOUBLE_URL ?? '');
  const lines: Line[] = [];
  try {
    const call = await customer(stack, owner);
    const firstWords = await interleave(Math.min(rounds, 5), {
      metered: async () => hangUp(await call()),
      unmetered: async () => hangUp(await unmeteredLine(stack)),
    });
    // Fifteen times as many beats as usual.
    await heartbeatSeconds(owner, 1);
    const metered = await call();
    const unmetered = await unmeteredLine(stack);
    lines.push(metered, unmetered);
    const turns = await interleave(rounds, {
      metered: () => turn(metered, speech),
      unmetered: () => turn(unmetered, speech),
    });
    const labels: [string, string] = ['metered', 'unmetered'];
    return [
      compare(
        'end of speech to first sound, a beat every second',
        'time',
        turns.metered,
        turns.unmetered,
        { atMost: WITHIN_NOISE },
        labels,
      ),
      compare(
        'join to first word, authorised and metered',
        'time',
        firstWords.metered,
        firstWords.unmetered,
        null,
        labels,
      ),
    ];
  } finally {
    await heartbeatSeconds(owner, 15);
    await Promise.all(lines.map(hangUp));
    stop();
  }
}

async function hangUp({ caller, firstWordMs }: Line): Promise<number> {
  await caller.leave();
  // The next call of the same customer waits for the settlement of this one.
  await delay(1_500);
  return firstWordMs;
}

/** Several conversations at once, and what their processes use meanwhile. */
async function measureLoad(stack: StackAddress, owner: postgres.Sql): Promise<Figure[]> {
  const speech = await synthesize('What do you think of that?', { sampleRate: 48_000 });
  await heartbeatSeconds(owner, 2);
  const lines: Line[] = [];
  try {
    for (let n = 0; n < CALLS_AT_ONCE; n += 1) lines.push(await (await customer(stack, owner))());
    const ids = lines.flatMap(({ sessionId }) => sessionId ?? []);
    const rows = await owner<{ worker_id: string }[]>`
      select worker_id from voice_sessions where id = any (${ids})`;
    const pids = rows.map(({ worker_id: id }) => Number(id.split('/').at(-1)));
    const beatsBefore = await beats(owner, ids);
    const before = await usageOf(pids);
    const startedAt = performance.now();
    const responses = (
      await Promise.all(
        lines.map(async (line) => {
          const taken: number[] = [];
          while (performance.now() - startedAt < TALK_MS) taken.push(await turn(line, speech));
          return taken;
        }),
      )
    ).flat();
    const elapsedMs = performance.now() - startedAt;
    const after = await usageOf(pids);
    const sent = (await beats(owner, ids)) - beatsBefore;
    const expected = Math.floor(elapsedMs / 2_000) * CALLS_AT_ONCE;
    const coresPerCall = (after.cpuMs - before.cpuMs) / elapsedMs / CALLS_AT_ONCE;
    return [
      figure(`beats sent of those due, ${CALLS_AT_ONCE} calls at once`, sent / expected, {
        goal: { atLeast: 0.9 },
        detail: { sent: String(sent), due: String(expected) },
      }),
      figure('calls per core, by the time their processes used', 1 / coresPerCall, {
        detail: { 'a call takes': `${(coresPerCall * 100).toFixed(0)} % of a core` },
      }),
      figure('memory of a call, in units of 100 MB', after.memoryMb / CALLS_AT_ONCE / 100, {
        detail: {
          'a call takes': `${Math.round(after.memoryMb / CALLS_AT_ONCE)} MB`,
          response: `${Math.round(median(responses))} ms with ${CALLS_AT_ONCE} calls at once`,
        },
      }),
    ];
  } finally {
    await heartbeatSeconds(owner, 15);
    await Promise.all(lines.map(({ caller }) => caller.leave()));
  }
}

async function beats(owner: postgres.Sql, ids: string[]): Promise<number> {
  const [row] = await owner<{ beats: number }[]>`
    select sum(heartbeat_seq)::integer as beats from voice_sessions where id = any (${ids})`;
  return row?.beats ?? 0;
}

function figure(name: string, value: number, more: Partial<Figure> = {}): Figure {
  const ratio = Number(value.toPrecision(3));
  return { name, ratio, spread: [ratio, ratio], goal: null, detail: {}, ...more };
}

export const part: Part = {
  title: 'calls with the voice doubles, in the running stack',

  async missing() {
    const stack = await stackOrNone();
    if (!stack) return 'it needs a running stack (npm start)';
    if (!stack.LIVEKIT_URL || !stack.VOICE_DOUBLE_URL)
      return 'the stack has no voice part, or real providers';
    return undefined;
  },

  async measure({ rounds, progress }) {
    const stack = await askStatus();
    const owner = postgres(stack.DB_URL, { onnotice: () => {}, max: 3 });
    try {
      await answerAlike(stack);
      progress('voice: turns with and without metering');
      const turns = await measureTurns(stack, owner, rounds);
      progress(`voice: ${CALLS_AT_ONCE} calls at once`);
      return [...turns, ...(await measureLoad(stack, owner))];
    } finally {
      await fetch(`${stack.VOICE_DOUBLE_URL}/_double/reset`, { method: 'POST', body: '{}' });
      await owner.end({ timeout: 5 });
    }
  },
};
