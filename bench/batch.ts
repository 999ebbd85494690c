import { customer, holdPlenty, openSession, openShop } from './harness/calls.ts';
import type { Part } from './harness/part.ts';
import { compare, interleave, time } from './harness/rounds.ts';

const SESSIONS = 100;
const BATCHES_PER_ROUND = 10;

export const part: Part = {
  title:
    'time of a batch of 100 beats, per session, over that of a single beat, over one connection',
  async measure(bench) {
    const database = await bench.emptyDatabase();
    const sql = database.owner;
    await openShop(sql);
    const sessions: string[] = [];
    for (let index = 0; index < SESSIONS; index += 1) {
      const session = await openSession(sql, await customer(sql));
      await holdPlenty(sql, session);
      sessions.push(session);
    }
    await sql`vacuum analyze`;
    let seq = 0;

    const samples = await interleave(bench.rounds, {
      async single() {
        seq += 1;
        const taken = await time(async () => {
          for (const session of sessions) {
            await sql`
              select * from public.heartbeat_session(${session}::uuid, ${seq}::bigint, ${seq}::bigint, null)`;
          }
        });
        return taken / SESSIONS;
      },
      async batch() {
        const batches = Array.from({ length: BATCHES_PER_ROUND }, () => {
          seq += 1;
          return sessions.map((session_id) => ({ session_id, seq, used_seconds: seq }));
        });
        const taken = await time(async () => {
          for (const beats of batches)
            await sql`select * from public.heartbeat_sessions(${sql.json(beats)})`;
        });
        return taken / BATCHES_PER_ROUND / SESSIONS;
      },
    });
    return [
      compare(
        'a beat in a batch of 100 over a single one',
        'time',
        samples.batch,
        samples.single,
        { atMost: 1 / 12 },
        ['in a batch', 'single'],
      ),
    ];
  },
};
