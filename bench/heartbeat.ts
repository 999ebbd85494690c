import type { Sql } from 'postgres';
import { customer, holdPlenty, inLanes, openSession, openShop } from './harness/calls.ts';
import type { Bench, Figure, Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const SLICE_SECONDS = 300;
/** A beat every 15 seconds holds the next slice of 300 once in so many beats. */
const BEATS_PER_SLICE = 20;
const BEATS_PER_ROUND = 600;

/** A table with rows like those of sessions, and nothing but its primary key. */
const plainTable = `
  create table private.plain_sessions (like public.voice_sessions including defaults);
  alter table private.plain_sessions add primary key (id);
  insert into private.plain_sessions select * from public.voice_sessions`;

interface Lane {
  sql: Sql;
  session: string;
  seq: number;
  used: number;
}

/** Beats of one lane's session after another, each over its own connection. */
function beats(lanes: Lane[], secondsOf: (lane: Lane) => number): Contender {
  const turns = BEATS_PER_ROUND / lanes.length;
  return async () =>
    (await time(() =>
      inLanes(lanes.length, turns, async (index) => {
        const lane = lanes[index];
        if (!lane) return;
        lane.seq += 1;
        lane.used += secondsOf(lane);
        await lane.sql`
          select * from public.heartbeat_session(${lane.session}::uuid, ${lane.seq}::bigint, ${lane.used}::bigint, null)`;
      }),
    )) / BEATS_PER_ROUND;
}

function plainUpdates(lanes: Lane[]): Contender {
  const turns = BEATS_PER_ROUND / lanes.length;
  return async () =>
    (await time(() =>
      inLanes(lanes.length, turns, async (index) => {
        const lane = lanes[index];
        if (!lane) return;
        lane.seq += 1;
        await lane.sql`
          update private.plain_sessions
          set used_seconds = ${lane.seq}::bigint, heartbeat_seq = ${lane.seq}::bigint, last_heartbeat_at = now()
          where id = ${lane.session}::uuid`;
      }),
    )) / BEATS_PER_ROUND;
}

async function openLanes(connections: Sql[], plenty: boolean) {
  return Promise.all(
    connections.map(async (sql): Promise<Lane> => {
      const session = await openSession(sql, await customer(sql));
      if (plenty) await holdPlenty(sql, session);
      return { sql, session, seq: 0, used: 0 };
    }),
  );
}

async function measureWith(bench: Bench, count: number): Promise<Figure[]> {
  const database = await bench.emptyDatabase();
  await openShop(database.owner);
  const connections = await database.connect(count);
  const quiet = await openLanes(connections, true);
  const usual = await openLanes(connections, false);
  const hungry = await openLanes(connections, false);
  await database.owner.unsafe(plainTable);
  await database.owner`vacuum analyze`;

  const samples = await interleave(bench.rounds, {
    bare: plainUpdates(quiet.map((lane) => ({ ...lane }))),
    quiet: beats(quiet, () => 1),
    usual: beats(usual, () => SLICE_SECONDS / BEATS_PER_SLICE),
    hungry: beats(hungry, () => SLICE_SECONDS),
  });
  const over = `${count} connection${count === 1 ? '' : 's'}`;
  const figure = (name: string, kind: 'quiet' | 'usual' | 'hungry', goal: number | null) =>
    compare(
      `${name}, ${over}`,
      'throughput',
      samples[kind],
      samples.bare,
      goal === null ? null : { atLeast: goal },
      ['a beat', 'a bare update'],
    );
  return [
    figure('a beat that extends nothing', 'quiet', 0.85),
    figure('beats of a call, one in 20 extends', 'usual', 0.6),
    figure('every beat extends', 'hungry', null),
  ];
}

export const part: Part = {
  title:
    'throughput of heartbeat_session over that of a bare one-row UPDATE of the same row width, fsync on',
  async measure(bench) {
    return [...(await measureWith(bench, 1)), ...(await measureWith(bench, 8))];
  },
};
