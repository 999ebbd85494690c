import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import type { BenchDatabase, Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const PAGES_PER_ROUND = 5;

/** An admin's connection, on which the KPI page of the last week is read. */
async function page(database: BenchDatabase): Promise<Contender> {
  const id = randomUUID();
  await database.owner`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
  await database.owner`insert into public.admins (user_id, role) values (${id}, 'support')`;
  const [sql] = await database.connect(1);
  if (!sql) throw new Error('no connection');
  await sql`select set_config('request.jwt.claim.sub', ${id}, false)`;
  await sql`set role authenticated`;
  return async () =>
    (await time(async () => {
      for (let read = 0; read < PAGES_PER_ROUND; read += 1) {
        await sql`select public.admin_kpis(current_date - 6, current_date)`;
      }
    })) / PAGES_PER_ROUND;
}

/** The least that a page without a roll-up would read: every row of what it counts, once, in order. */
function fullScan(sql: Sql): Contender {
  return () =>
    time(async () => {
      await sql`select date_trunc('day', created_at), count(*) from public.profiles group by 1`;
      await sql`
        select date_trunc('day', ended_at), count(*), sum(used_seconds), avg(rating)
        from public.voice_sessions group by 1`;
      await sql`
        select date_trunc('day', created_at), currency, kind, sum(amount_cents)
        from public.payment_entries group by 1, 2, 3`;
      await sql`
        select date_trunc('day', e.created_at), c.source, e.kind, sum(e.seconds)
        from public.ledger_entries e join public.time_cards c on c.id = e.card_id group by 1, 2, 3`;
      await sql`
        select sum(remaining_seconds + held_seconds), sum(used_seconds), sum(total_seconds)
        from public.time_cards where source in ('purchase', 'gift')`;
    });
}

export const part: Part = {
  title: 'admin_kpis() of a week at 1,000,000 sessions',
  async measure(bench) {
    const small = await bench.filledDatabase(10_000);
    const large = await bench.filledDatabase(1_000_000);
    const samples = await interleave(bench.rounds, {
      small: await page(small),
      large: await page(large),
      scan: fullScan(large.owner),
    });
    return [
      compare('over a full scan', 'time', samples.large, samples.scan, { atMost: 1 / 100 }, [
        'the page',
        'a full scan',
      ]),
      compare('over its cost at 10,000', 'time', samples.large, samples.small, { atMost: 1.5 }, [
        'at 1,000,000',
        'at 10,000',
      ]),
    ];
  },
};
