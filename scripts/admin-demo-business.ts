/**
 * A small business for pictures of the admin panel: three weeks of customers who buy, talk, rate, give away,
 * and ask for their money back. Only for a stack of its own: it moves the business clock.
 */
import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import type { StackAddress } from '../local/demo/address.ts';
import { payAtCheckout } from '../local/demo/checkout.ts';
import { poll } from '../local/demo/customer.ts';
import type { Database } from '../supabase/functions/_shared/database.types.ts';

type Client = SupabaseClient<Database>;

interface Customer {
  id: string;
  email: string;
  client: Client;
  token: string;
}

const PEOPLE = [
  'Ada Lovelace',
  'Grace Hopper',
  'Alan Turing',
  'Katherine Johnson',
  'Edsger Dijkstra',
  'Barbara Liskov',
  'Donald Knuth',
  'Radia Perlman',
  'Tony Hoare',
  'Frances Allen',
] as const;

const DAY_SECONDS = 86_400;
const DAYS = 21;
const COMMENTS = ['Clear and quick.', 'It understood my accent!', 'A little slow today.'] as const;

/** Fills a stack; answers the ids of rows worth a picture. */
export async function fillBusiness(stack: StackAddress) {
  const db = postgres(stack.DB_URL, { onnotice: () => {}, max: 2, idle_timeout: 5 });
  const connect = (key: string): Client =>
    createClient<Database>(stack.API_URL, key, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
  const operator = connect(stack.SECRET_KEY);
  const admin = connect(stack.PUBLISHABLE_KEY);
  const { error } = await admin.auth.signInWithPassword({
    email: 'admin@mindbot.local',
    password: 'Admin1234',
  });
  if (error) throw error;

  const setClock = (secondsAgo: number) =>
    db`update private.clock set "offset" = make_interval(secs => ${-secondsAgo})`;
  const must = <T>({ data, error: refusal }: { data: T; error: { message: string } | null }): T => {
    if (refusal) throw new Error(refusal.message);
    return data;
  };

  const signUp = async (name: string): Promise<Customer> => {
    const client = connect(stack.PUBLISHABLE_KEY);
    const email = `${name.toLowerCase().replace(' ', '.')}@example.com`;
    const { data, error: refusal } = await client.auth.signUp({
      email,
      password: 'Correct1Horse',
      options: { data: { full_name: name } },
    });
    if (refusal || !data.user || !data.session) throw refusal ?? new Error('no session');
    await db`update profiles set created_at = private.now() where id = ${data.user.id}`;
    return { id: data.user.id, email, client, token: data.session.access_token };
  };

  const buy = async (customer: Customer, packageId: string, isGift = false): Promise<string> => {
    const answer = await fetch(`${stack.API_URL}/functions/v1/purchase`, {
      method: 'POST',
      headers: {
        apikey: stack.PUBLISHABLE_KEY,
        authorization: `Bearer ${customer.token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ package_id: packageId, gift: isGift }),
    });
    const order = (await answer.json()) as { payment_id: string; checkout_url: string };
    await payAtCheckout(stack, order.checkout_url);
    await poll(
      'the webhook',
      async () =>
        must(await operator.from('payments').select('status').eq('id', order.payment_id).single())
          ?.status,
      (status) => status === 'succeeded',
    );
    return order.payment_id;
  };

  /** A call of so many seconds that began so long ago; `isOpen`: it goes on. */
  const talk = async (
    customer: Customer,
    agent: string,
    secondsAgo: number,
    seconds: number,
    isOpen = false,
  ): Promise<string> => {
    await setClock(secondsAgo);
    const begun = must(
      await operator.rpc('authorize_session', { user_id: customer.id, agent_type: agent }),
    );
    const id = begun?.session_id ?? '';
    await operator.rpc('start_session', { session_id: id, worker_id: 'worker-1' });
    for (let used = 60, seq = 1; used < seconds; used += 60, seq += 1) {
      await setClock(secondsAgo - used);
      await operator.rpc('heartbeat_session', { session_id: id, seq, used_seconds: used });
    }
    await setClock(secondsAgo - seconds);
    if (!isOpen) {
      must(
        await operator.rpc('end_session', {
          session_id: id,
          used_seconds: seconds,
          reason: 'user_left',
          agent_state: {
            interruptions: 2,
            response_times_ms: [620, 540, 710],
            low_balance_warned: false,
            preferences: { language: 'en', pace: 'slow' },
          },
        }),
      );
    }
    return id;
  };

  const people: Customer[] = [];
  const payments: string[] = [];
  const sessions: string[] = [];
  for (const [index, name] of PEOPLE.entries()) {
    await setClock((DAYS - index * 1.7) * DAY_SECONDS);
    const customer = await signUp(name);
    people.push(customer);
    // Every fifth only looks around.
    if (index % 5 === 4) continue;
    payments.push(await buy(customer, 'starter_1h'));
    for (const call of [0, 1, 2, 3].slice(0, (index % 4) + 1)) {
      const ago = (DAYS - index * 1.7 - call * 1.3) * DAY_SECONDS - 5_000 * (call + 1);
      const id = await talk(
        customer,
        ['basic', 'enhanced', 'rag'][call % 3] ?? 'basic',
        ago,
        95 + 130 * call + 40 * index,
      );
      sessions.push(id);
      if (call !== 1) {
        await customer.client.rpc('rate_session', {
          session_id: id,
          rating: 5 - ((index + call) % 3),
          comment: COMMENTS[(index + call) % 3] ?? '',
        });
      }
    }
  }
  const [first, second, third] = people;
  if (!first || !second || !third) throw new Error('nobody signed up');
  await setClock(2 * DAY_SECONDS);
  await buy(second, 'starter_1h', true);
  const codes = must(
    await admin.rpc('admin_issue_codes', {
      package_id: 'starter_1h',
      quantity: 12,
      reason: 'For the visitors of the autumn fair.',
    }),
  ) as { activation_code: string }[];
  await people[4]?.client.rpc('redeem_code', { code: codes[0]?.activation_code ?? '' });
  must(
    await admin.rpc('admin_grant_time', {
      user_id: first.id,
      seconds: 1800,
      reason: 'The line broke twice on Monday.',
    }),
  );
  must(
    await admin.rpc('admin_update_settings', {
      changes: { max_sessions: 80 },
      reason: 'The new voice plan allows 80 lines.',
    }),
  );
  const refunded = payments[3] ?? '';
  await fetch(`${stack.API_URL}/functions/v1/admin-refund`, {
    method: 'POST',
    headers: {
      apikey: stack.PUBLISHABLE_KEY,
      authorization: `Bearer ${(await admin.auth.getSession()).data.session?.access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      payment_id: refunded,
      amount_cents: 400,
      reason: 'Half an hour was noise.',
    }),
  });
  const live = [
    await talk(first, 'basic', 740, 700, true),
    await talk(third, 'rag', 260, 240, true),
  ];
  await setClock(0);
  await db.end();
  let seq = 1_000;
  /** The calls that go on say so, as their worker would. */
  const beat = async (): Promise<void> => {
    seq += 1;
    for (const id of live) {
      const { started_at } = must(
        await operator.from('voice_sessions').select('started_at').eq('id', id).single(),
      ) ?? { started_at: null };
      const used_seconds = Math.floor((Date.now() - Date.parse(started_at ?? '')) / 1000);
      must(await operator.rpc('heartbeat_session', { session_id: id, seq, used_seconds }));
    }
  };
  return { people, payments, sessions, live, refunded, beat };
}
