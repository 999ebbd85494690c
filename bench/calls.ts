/** As many calls at once as are asked for, on the one worker of a running stack: whether a beat is missed. */
import postgres from 'postgres';
import { type StackAddress, askStatus } from '../local/demo/address.ts';
import { synthesize } from '../local/voice/synthesis.ts';
import type { Figure, Part } from './harness/part.ts';
import { median } from './harness/rounds.ts';
import { type Line, customer, usageOf, turn } from './harness/voice-line.ts';

/** `BENCH_LOAD=8,16`: how many at once, one after the other. The worker must be allowed so many. */
const CALLS_AT_ONCE = (process.env['BENCH_LOAD'] ?? '').split(',').map(Number).filter(Boolean);
/** Four of the usual beats. */
const TALK_MS = 62_000;
/** A customer says something so often. */
const TURN_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const AT_MOST = 64;

/** Watches the beats of sessions as they come in; milliseconds between those that followed each other. */
function watchBeats(owner: postgres.Sql, ids: readonly string[]) {
  const last = new Map<string, number>();
  const gapsMs: number[] = [];
  const look = async () => {
    const rows = await owner<{ id: string; last_heartbeat_at: Date | null }[]>`
      select id, last_heartbeat_at from voice_sessions where id = any (${ids})`;
    for (const { id, last_heartbeat_at: at } of rows) {
      const before = last.get(id);
      const now = at?.getTime();
      if (now === undefined || now === before) continue;
      if (before !== undefined) gapsMs.push(now - before);
      last.set(id, now);
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await look();
    return gapsMs;
  };
}

/** The processes of those of the sessions that go on. */
async function processesOf(owner: postgres.Sql, ids: readonly string[]): Promise<number[]> {
  const rows = await owner<{ worker_id: string }[]>`
    select worker_id from voice_sessions where id = any (${ids}) and status = 'active'`;
  return rows.map(({ worker_id: id }) => Number(id.split('/').at(-1)));
}

/** What processes have used of a core by now, in milliseconds; nothing of one that is gone. */
async function cpuOf(pids: readonly number[]): Promise<Map<number, number>> {
  const used = await Promise.allSettled(pids.map((pid) => usageOf([pid])));
  return new Map(
    used.map((one, index) => [pids[index] ?? 0, one.status === 'fulfilled' ? one.value.cpuMs : 0]),
  );
}

/** Talks for a while; milliseconds that each answer took, and how many never came. */
async function talk(line: Line, speech: Int16Array, endsAt: number) {
  const responses: number[] = [];
  let unanswered = 0;
  while (performance.now() < endsAt) {
    const next = performance.now() + TURN_EVERY_MS;
    await turn(line, speech).then(
      (response) => responses.push(response),
      () => (unanswered += 1),
    );
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return { responses, unanswered };
}

async function measureCalls(
  stack: StackAddress,
  owner: postgres.Sql,
  calls: number,
): Promise<Figure[]> {
  const speech = await synthesize('What do you think of that?', { sampleRate: 48_000 });
  const enter = await Promise.all(Array.from({ length: calls }, () => customer(stack, owner)));
  const joined = await Promise.allSettled(enter.map((call) => call()));
  const lines = joined.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const ids = lines.flatMap(({ sessionId }) => sessionId ?? []);
    const pids = await processesOf(owner, ids);
    const [settings] = await owner<{ heartbeat_interval_seconds: number }[]>`
      select heartbeat_interval_seconds from settings`;
    const intervalMs = (settings?.heartbeat_interval_seconds ?? 15) * 1000;
    const cpuBefore = await cpuOf(pids);
    const startedAt = performance.now();
    const gaps = watchBeats(owner, ids);
    const talks = await Promise.all(lines.map((line) => talk(line, speech, startedAt + TALK_MS)));
    const elapsedMs = performance.now() - startedAt;
    const gapsMs = await gaps();
    // On a machine that is too small the framework kills processes that do not answer it.
    const lasted = await processesOf(owner, ids);
    const cpuAfter = await cpuOf(lasted);
    const usedMs = lasted.map((pid) => (cpuAfter.get(pid) ?? 0) - (cpuBefore.get(pid) ?? 0));
    const missed = gapsMs.reduce(
      (sum, gapMs) => sum + Math.max(0, Math.round(gapMs / intervalMs) - 1),
      0,
    );
    const responses = talks.flatMap((one) => one.responses);
    const firstWords = lines.map(({ firstWordMs }) => firstWordMs);
    const coresPerCall = median(usedMs) / elapsedMs;
    return [
      share(`calls answered, of ${calls} that began at once`, lines.length / calls, {
        'first word': inMs(firstWords),
      }),
      share(`calls that lasted, ${calls} at once`, lasted.length / calls, {}),
      share(`beats not missed, ${calls} calls at once`, gapsMs.length / (gapsMs.length + missed), {
        missed: String(missed),
        came: String(gapsMs.length),
        'every so often': inMs(gapsMs),
      }),
      share(
        `turns answered, ${calls} calls at once`,
        responses.length /
          Math.max(
            1,
            talks.reduce((all, one) => all + one.unanswered, responses.length),
          ),
        {
          response: inMs(responses),
          'a call takes': `${(coresPerCall * 100).toFixed(0)} % of a core`,
        },
      ),
    ];
  } finally {
    await Promise.allSettled(lines.map(({ caller }) => caller.leave()));
  }
}

function inMs(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  return `${Math.round(median([...values]))} ms, at most ${Math.round(Math.max(...values))} ms`;
}

function share(name: string, value: number, detail: Record<string, string>): Figure {
  const ratio = Number(value.toPrecision(3));
  return { name, ratio, spread: [ratio, ratio], goal: { atLeast: 1 }, detail };
}

export const part: Part = {
  title: 'many calls at once on one worker',

  async missing() {
    if (CALLS_AT_ONCE.length === 0)
      return 'it loads the machine: say how many with BENCH_LOAD=8,16 and give the worker as many (WORKER_MAX_CALLS)';
    const stack = await askStatus().catch(() => undefined);
    if (!stack) return 'it needs a running stack (npm start)';
    if (!stack.LIVEKIT_URL || !stack.VOICE_DOUBLE_URL)
      return 'the stack has no voice part, or real providers';
    return undefined;
  },

  async measure({ progress }) {
    const stack = await askStatus();
    const owner = postgres(stack.DB_URL, { onnotice: () => {}, max: 3 });
    const figures: Figure[] = [];
    try {
      for (const calls of CALLS_AT_ONCE) {
        progress(`calls: ${calls} at once`);
        figures.push(...(await measureCalls(stack, owner, Math.min(calls, AT_MOST))));
      }
      return figures;
    } finally {
      await owner.end({ timeout: 5 });
    }
  },
};
