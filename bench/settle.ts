import type { BenchDatabase, Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const SETTLEMENTS_PER_ROUND = 200;

/** Settles that many calls, each of another person of the history; opening them is not timed. */
async function settlements({ owner: sql }: BenchDatabase): Promise<Contender> {
  await sql`update public.settings set max_sessions = 1000000, max_sessions_per_user = 1000`;
  const people = await sql`
    select owner_id from public.time_cards where status = 'active' order by random() limit 5000`;
  let next = 0;
  return async () => {
    const sessions: string[] = [];
    while (sessions.length < SETTLEMENTS_PER_ROUND) {
      const user = String(people[next % people.length]?.owner_id);
      next += 1;
      const [session] =
        await sql`select session_id from public.authorize_session(${user}, 'basic')`;
      await sql`select from public.start_session(${session?.session_id}, 'worker-1')`;
      sessions.push(String(session?.session_id));
    }
    const taken = await time(async () => {
      for (const session of sessions) {
        await sql`select * from public.end_session(${session}::uuid, 0, 'done', null)`;
      }
    });
    return taken / SETTLEMENTS_PER_ROUND;
  };
}

export const part: Part = {
  title: 'throughput of end_session at 1,000,000 sessions and cards over that at 10,000',
  async measure(bench) {
    const small = await bench.filledDatabase(10_000);
    const large = await bench.filledDatabase(1_000_000);
    const samples = await interleave(bench.rounds, {
      small: await settlements(small),
      large: await settlements(large),
    });
    return [
      compare(
        'settling at 1,000,000 over 10,000',
        'throughput',
        samples.large,
        samples.small,
        { atLeast: 0.9 },
        ['at 1,000,000', 'at 10,000'],
      ),
    ];
  },
};
