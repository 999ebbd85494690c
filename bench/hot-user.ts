import type { Sql } from 'postgres';
import { customer, inLanes, openSession, openShop } from './harness/calls.ts';
import type { Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const CONNECTIONS = 8;
const CALLS_PER_LANE = 4;
/** Five minutes of talk: a beat every 15 seconds, of which the first one and the last find less than a slice left. */
const BEATS_PER_CALL = 20;
const BEAT_SECONDS = 15;

/** One call from its authorisation to its settlement. */
async function call(sql: Sql, user: string): Promise<void> {
  const session = await openSession(sql, user);
  for (let seq = 1; seq <= BEATS_PER_CALL; seq += 1) {
    await sql`
      select * from public.heartbeat_session(${session}::uuid, ${seq}::bigint, ${seq * BEAT_SECONDS}::bigint, null)`;
  }
  await sql`
    select * from public.end_session(${session}::uuid, ${BEATS_PER_CALL * BEAT_SECONDS}::bigint, 'done', null)`;
}

function calls(connections: Sql[], userOf: (lane: number) => string): Contender {
  return async () =>
    (await time(() =>
      inLanes(connections.length, CALLS_PER_LANE, async (lane) => {
        const sql = connections[lane];
        if (sql) await call(sql, userOf(lane));
      }),
    )) /
    (CONNECTIONS * CALLS_PER_LANE);
}

/** Nothing but what takes turns on one person: opening a session and giving it back. */
function openings(connections: Sql[], userOf: (lane: number) => string): Contender {
  return async () =>
    (await time(() =>
      inLanes(connections.length, BEATS_PER_CALL, async (lane) => {
        const sql = connections[lane];
        if (!sql) return;
        const [opened] = await sql`
          select session_id from public.authorize_session(${userOf(lane)}::uuid, 'basic')`;
        await sql`select * from public.end_session(${String(opened?.session_id)}::uuid, 0, 'done', null)`;
      }),
    )) /
    (CONNECTIONS * BEATS_PER_CALL);
}

export const part: Part = {
  title: 'throughput of 8 lines at once, all of one user, over 8 users',
  async measure(bench) {
    const database = await bench.emptyDatabase();
    await openShop(database.owner);
    const connections = await database.connect(CONNECTIONS);
    const people: string[] = [];
    for (let lane = 0; lane < CONNECTIONS; lane += 1) people.push(await customer(database.owner));
    const hot = await customer(database.owner);
    const oneOf = (lane: number) => people[lane] ?? hot;

    const samples = await interleave(bench.rounds, {
      spread: calls(connections, oneOf),
      hot: calls(connections, () => hot),
      spreadOpenings: openings(connections, oneOf),
      hotOpenings: openings(connections, () => hot),
    });
    return [
      compare(
        'whole calls of 20 beats',
        'throughput',
        samples.hot,
        samples.spread,
        { atLeast: 0.5 },
        ['one user', '8 users'],
      ),
      compare(
        'only opening and settling, which take turns',
        'throughput',
        samples.hotOpenings,
        samples.spreadOpenings,
        null,
        ['one user', '8 users'],
      ),
    ];
  },
};
