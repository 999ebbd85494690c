import { randomUUID } from 'node:crypto';
import type { BenchDatabase, Figure, Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const READS_PER_ROUND = 20;

/** Rows of a page and the one that tells whether there is another. */
const PAGE = 'limit 26';

/** What the lists of the panel ask, as PostgREST puts it; `$user` is somebody in the middle of the history. */
const QUERIES: Readonly<Record<string, string>> = {
  'users, newest': `select * from panel_users order by created_at desc, id desc ${PAGE}`,
  'users by address': `select * from panel_users order by email, id ${PAGE}`,
  'users by last sign-in': `
    select * from panel_users order by last_login_at desc nulls last, id desc ${PAGE}`,
  'users by a part of their address': `
    select * from admin_search_users('$part') order by created_at desc, id desc ${PAGE}`,
  'cards, newest': `select * from panel_cards order by created_at desc, id desc ${PAGE}`,
  'cards of a status': `
    select * from panel_cards where status = 'active' order by created_at desc, id desc ${PAGE}`,
  'cards of a user': `
    select * from panel_cards where owner_id = '$user' order by created_at desc, id desc ${PAGE}`,
  'cards by a part of an address': `
    select * from admin_search_cards('$part') order by created_at desc, id desc ${PAGE}`,
  'sessions, newest': `select * from panel_sessions order by created_at desc, id desc ${PAGE}`,
  'sessions by charge': `select * from panel_sessions order by billed_seconds desc, id desc ${PAGE}`,
  'sessions of a rating': `
    select * from panel_sessions where rating = 1 order by created_at desc, id desc ${PAGE}`,
  'sessions of a week, none of a status': `
    select * from panel_sessions
    where status = 'error' and created_at >= now() - interval '7 days'
    order by created_at desc, id desc ${PAGE}`,
  'sessions of a user': `
    select * from panel_sessions where user_id = '$user' order by created_at desc, id desc ${PAGE}`,
  'sessions by a part of an address': `
    select * from admin_search_sessions('$part') order by created_at desc, id desc ${PAGE}`,
  'the timeline of a session': `
    select * from panel_session_timeline where session_id = '$session' order by at, id limit 501`,
  'payments, newest': `select * from panel_payments order by created_at desc, id desc ${PAGE}`,
  'payments to review': `
    select * from panel_payments where review_reason is not null
    order by created_at desc, id desc ${PAGE}`,
  'payments by an id of Stripe': `
    select * from admin_search_payments('$intent') order by created_at desc, id desc ${PAGE}`,
  'the acts on a user': `
    select * from panel_user_audit where user_id = '$user' order by id desc limit 11`,
};

/** An admin's connection, on which each of the lists is read. */
async function lists(database: BenchDatabase): Promise<Map<string, Contender>> {
  const id = randomUUID();
  await database.owner`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
  await database.owner`insert into public.admins (user_id, role) values (${id}, 'support')`;
  const [one] = await database.owner`
    select s.id, s.user_id, (select stripe_payment_intent_id from payments limit 1) as intent
    from voice_sessions s order by s.created_at offset 5000 limit 1`;
  const [sql] = await database.connect(1);
  if (!sql) throw new Error('no connection');
  await sql`select set_config('request.jwt.claim.sub', ${id}, false)`;
  await sql`set role authenticated`;
  const user = String(one?.user_id);
  const contenders = new Map<string, Contender>();
  for (const [name, query] of Object.entries(QUERIES)) {
    const text = query
      .replaceAll('$user', user)
      .replaceAll('$part', user.slice(0, 18))
      .replaceAll('$session', String(one?.id))
      .replaceAll('$intent', String(one?.intent));
    contenders.set(
      name,
      async () =>
        (await time(async () => {
          for (let read = 0; read < READS_PER_ROUND; read += 1) await sql.unsafe(text);
        })) / READS_PER_ROUND,
    );
  }
  return contenders;
}

export const part: Part = {
  title: 'the lists of the admin panel at 100,000 users and 1,000,000 sessions',
  async measure(bench) {
    const small = await lists(await bench.filledDatabase(10_000));
    const large = await lists(await bench.filledDatabase(1_000_000));
    const figures: Figure[] = [];
    for (const [name, contender] of large) {
      const samples = await interleave(bench.rounds, {
        large: contender,
        small: small.get(name) ?? contender,
      });
      figures.push(
        compare(
          `${name}, over its cost at 10,000`,
          'time',
          samples.large,
          samples.small,
          { atMost: 1.5 },
          ['at 1,000,000', 'at 10,000'],
        ),
      );
    }
    return figures;
  },
};
