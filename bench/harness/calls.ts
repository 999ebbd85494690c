import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';

/** Seconds on a card that no benchmark uses up. */
const PLENTY = 1_000_000_000;

/** A person with one card that lasts. */
export async function customer(sql: Sql): Promise<string> {
  const id = randomUUID();
  await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
  await sql`
    with card as (
      insert into public.time_cards (owner_id, source, status) values (${id}, 'grant', 'active') returning id
    )
    select private.move_seconds(card.id, 'issue', null, 'remaining', ${PLENTY}) from card`;
  return id;
}

/** Puts the basic agent on offer and lifts the limits on sessions at once. */
export async function openShop(sql: Sql): Promise<void> {
  await sql`insert into public.agent_types (id, name) values ('basic', 'Basic') on conflict do nothing`;
  await sql`update public.settings set max_sessions = 1000000, max_sessions_per_user = 1000`;
}

/** An open session of somebody, started so long ago that its worker may report any time. */
export async function openSession(sql: Sql, user: string): Promise<string> {
  const [session] = await sql`select session_id from public.authorize_session(${user}, 'basic')`;
  const id = String(session?.session_id);
  await sql`select from public.start_session(${id}, 'worker-1')`;
  await sql`
    update public.voice_sessions set started_at = started_at - interval '20 years' where id = ${id}`;
  return id;
}

/** Lets an open session hold so much that no beat has to hold more. */
export async function holdPlenty(sql: Sql, session: string): Promise<void> {
  await sql`
    select private.hold_time(s.id, s.user_id, ${PLENTY / 2}, private.lock_usable_cards(array[s.user_id]))
    from public.voice_sessions s where s.id = ${session}`;
}

/** Does the work of every lane at the same time, so many turns each, one after another within a lane. */
export async function inLanes(
  lanes: number,
  turns: number,
  work: (lane: number, turn: number) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let turn = 0; turn < turns; turn += 1) await work(lane, turn);
    }),
  );
}
