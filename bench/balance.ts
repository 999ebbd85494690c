import type { Sql } from 'postgres';
import type { Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const READS_PER_ROUND = 1000;

/** The same read for all: what is left on the cards of a person. */
function reads(sql: Sql, users: string[]): Contender {
  return async () =>
    (await time(async () => {
      for (let read = 0; read < READS_PER_ROUND; read += 1) {
        const user = users[read % users.length] ?? '';
        await sql`
          select sum(remaining_seconds), sum(held_seconds), min(expires_at), count(*)
          from public.time_cards where owner_id = ${user}::uuid and status in ('active', 'expired', 'frozen')`;
      }
    })) / READS_PER_ROUND;
}

/** Speaks for one user from now on, as the Data API does for a request. */
async function speakFor(sql: Sql, user: string): Promise<void> {
  await sql`select set_config('request.jwt.claim.sub', ${user}, false)`;
  await sql`set role authenticated`;
}

export const part: Part = {
  title: 'reading a balance under row-level security over the same read without it, 10,000 cards',
  async measure(bench) {
    const database = await bench.filledDatabase(10_000);
    const people = await database.owner`
      select owner_id from public.time_cards where status = 'active' limit 1`;
    const user = String(people[0]?.owner_id);
    const [raw, guarded, called] = await database.connect(3);
    if (!raw || !guarded || !called) throw new Error('no connections');
    await speakFor(guarded, user);
    await speakFor(called, user);

    const samples = await interleave(bench.rounds, {
      raw: reads(raw, [user]),
      guarded: reads(guarded, [user]),
      called: async () =>
        (await time(async () => {
          for (let read = 0; read < READS_PER_ROUND; read += 1) {
            await called`select * from public.get_balance()`;
          }
        })) / READS_PER_ROUND,
    });
    const goal = { atLeast: 0.9 };
    return [
      compare('select under row-level security', 'throughput', samples.guarded, samples.raw, goal, [
        'guarded',
        'raw',
      ]),
      compare('get_balance()', 'throughput', samples.called, samples.raw, null, [
        'get_balance()',
        'raw',
      ]),
    ];
  },
};
