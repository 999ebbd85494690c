import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { giveCard, type Row, signUp, type TestDatabase, violations } from '../support/database.ts';

/** What authorize_session answers. */
export interface Authorization {
  session_id: string;
  room_name: string;
  granted_seconds: number;
  remaining_seconds: number;
  agent_type: string;
}

/** What a beat answers. */
export interface BeatAnswer {
  session_id: string;
  granted_until_seconds: number;
  remaining_seconds: number;
  low_balance: boolean;
  final: boolean;
  action: string;
}

/** What create_purchase answers, as far as these tests read it. */
export interface Purchase {
  payment_id: string;
  time_card_id: string;
  status: string;
  is_replay: boolean;
  /** The code of a gift, in the first answer only. */
  activation_code: string | null;
}

/** What redeem_code answers, and the HTTP status that it tells PostgREST (null: the usual 200). */
export interface RedeemAnswer {
  status: string | null;
  body: Row;
}

/** A person with one active card that never expires. */
export async function customer(
  db: TestDatabase,
  seconds = 3600,
  columns: Record<string, unknown> = {},
): Promise<{ user: string; card: string }> {
  const user = await signUp(db);
  return { user, card: await giveCard(db, user, seconds, columns) };
}

export async function authorize(
  db: TestDatabase,
  user: string,
  agentType = 'basic',
): Promise<Authorization> {
  const row = await db.call('service', 'authorize_session', {
    user_id: user,
    agent_type: agentType,
  });
  return row as unknown as Authorization;
}

/** Authorises and starts a session; answers its id. */
export async function talk(db: TestDatabase, user: string, agentType = 'basic'): Promise<string> {
  const { session_id } = await authorize(db, user, agentType);
  await db.call('service', 'start_session', { session_id, worker_id: 'worker-1' });
  return session_id;
}

export async function beat(
  db: TestDatabase,
  session: string,
  seq: number | string | null,
  used: number | string | null,
  state: unknown = null,
): Promise<BeatAnswer> {
  const row = await db.call('service', 'heartbeat_session', {
    session_id: session,
    seq,
    used_seconds: used,
    agent_state: state,
  });
  return row as unknown as BeatAnswer;
}

export function end(
  db: TestDatabase,
  session: string,
  used: number | string | null,
  reason: string | null = 'done',
  state: unknown = null,
): Promise<Row> {
  return db.call('service', 'end_session', {
    session_id: session,
    used_seconds: used,
    reason,
    agent_state: state,
  });
}

export function sweep(db: TestDatabase): Promise<Row> {
  return db.call('service', 'run_maintenance');
}

/** A card's status, what is in its buckets and what it owes; what is zero is left out. */
export async function cardState(db: TestDatabase, id: string): Promise<Row> {
  const [card] = await db.owner`
    select status, remaining_seconds as remaining, held_seconds as held, used_seconds as used,
      expired_seconds as expired, revoked_seconds as revoked, owed_seconds as owed
    from time_cards where id = ${id}`;
  return Object.fromEntries(Object.entries(card ?? {}).filter(([, value]) => value !== 0));
}

export async function sessionRow(db: TestDatabase, id: string): Promise<Row> {
  const [row] = await db.owner`select * from voice_sessions where id = ${id}`;
  return row ?? {};
}

export async function paymentRow(db: TestDatabase, id: string): Promise<Row> {
  const [row] = await db.owner`select * from payments where id = ${id}`;
  return row ?? {};
}

/** How many sessions, holds and ledger entries there are: what a refused call must leave as it was. */
export async function traces(db: TestDatabase): Promise<Row> {
  const [row] = await db.owner`
    select (select count(*) from voice_sessions) as sessions, (select count(*) from card_holds) as holds,
      (select count(*) from ledger_entries) as entries, (select count(*) from payments) as payments,
      (select count(*) from time_cards) as cards`;
  return row ?? {};
}

export async function setSettings(db: TestDatabase, columns: Record<string, unknown>) {
  await db.owner`update settings set ${db.owner(columns)}`;
}

export async function offerAgent(
  db: TestDatabase,
  columns: Record<string, unknown> = {},
): Promise<string> {
  const id = `agent_${randomUUID().replaceAll('-', '_')}`;
  await db.owner`insert into agent_types ${db.owner({ id, name: id, ...columns })}`;
  return id;
}

/** Ends whatever a test left open, restores the settings, and checks that every second is accounted for. */
export async function settleUp(db: TestDatabase): Promise<void> {
  await db.owner`delete from settings`;
  await db.owner`insert into settings default values`;
  await db.advance(3600);
  await sweep(db);
  expect(await violations(db)).toEqual([]);
}

/** The unix second that is so many whole seconds into a session. */
export async function secondsInto(
  db: TestDatabase,
  session: string,
  seconds: number,
): Promise<number> {
  const [row] = await db.owner`
    select ceil(extract(epoch from started_at))::bigint as start from voice_sessions where id = ${session}`;
  return Number(row?.start) + seconds;
}

/** A participant_left event as LiveKit's webhook tells it; protobuf JSON leaves default values out. */
export function someoneLeft(
  session: string,
  at: number,
  who: { user: string } | 'agent',
  disconnectReason?: string,
): Record<string, unknown> {
  return {
    id: `EV_${randomUUID()}`,
    event: 'participant_left',
    createdAt: String(at),
    room: { name: `session-${session}` },
    participant: {
      identity: who === 'agent' ? 'agent-worker' : who.user,
      ...(who === 'agent' ? { kind: 'AGENT' } : {}),
      ...(disconnectReason === undefined ? {} : { disconnectReason }),
    },
  };
}

export function roomEvent(db: TestDatabase, event: unknown): Promise<Row> {
  return db.call('service', 'record_livekit_event', { event });
}

export async function purchase(
  db: TestDatabase,
  user: string,
  args: Record<string, unknown> = {},
): Promise<Purchase> {
  const row = await db.call('service', 'create_purchase', {
    user_id: user,
    package_id: 'starter_1h',
    flow: 'payment_intent',
    ...args,
  });
  return row as unknown as Purchase;
}

/** A payment intent of a purchase of 999 cents as Stripe shows it. */
export function intent(
  bought: Purchase,
  status: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  const paid = status === 'succeeded';
  return {
    id: `pi_${bought.payment_id}`,
    object: 'payment_intent',
    status,
    amount: 999,
    amount_received: paid ? 999 : 0,
    currency: 'usd',
    metadata: { payment_id: bought.payment_id },
    ...(paid ? { latest_charge: `ch_${bought.payment_id}` } : {}),
    ...(status === 'requires_payment_method'
      ? {
          latest_charge: `ch_declined_${bought.payment_id}`,
          last_payment_error: {
            code: 'card_declined',
            decline_code: 'insufficient_funds',
            message: 'No.',
          },
        }
      : {}),
    ...fields,
  };
}

/** A checkout session of a purchase of 999 cents as Stripe shows it. */
export function checkout(
  bought: Purchase,
  status: string,
  paymentStatus: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `cs_${bought.payment_id}`,
    object: 'checkout.session',
    status,
    payment_status: paymentStatus,
    amount_total: 999,
    currency: 'usd',
    client_reference_id: bought.payment_id,
    payment_intent: paymentStatus === 'paid' ? `pi_${bought.payment_id}` : null,
    metadata: {},
    ...fields,
  };
}

/** The charge of a purchase of 999 cents as Stripe shows it, with so much of it refunded in all. */
export function charge(
  bought: Purchase,
  refunded = 0,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `ch_${bought.payment_id}`,
    object: 'charge',
    status: 'succeeded',
    captured: true,
    amount: 999,
    amount_captured: 999,
    amount_refunded: refunded,
    refunded: refunded === 999,
    currency: 'usd',
    payment_intent: `pi_${bought.payment_id}`,
    metadata: { payment_id: bought.payment_id },
    receipt_url: `https://receipt.example/${bought.payment_id}`,
    ...fields,
  };
}

/** A dispute of a purchase as Stripe shows it; disputes carry none of our metadata. */
export function dispute(
  bought: Purchase,
  status: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `du_${bought.payment_id}`,
    object: 'dispute',
    status,
    amount: 999,
    currency: 'usd',
    reason: 'fraudulent',
    charge: `ch_${bought.payment_id}`,
    payment_intent: `pi_${bought.payment_id}`,
    metadata: {},
    ...fields,
  };
}

/** A refund of a purchase as Stripe shows it. */
export function refund(
  bought: Purchase,
  status: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: `re_${bought.payment_id}`,
    object: 'refund',
    status,
    amount: 999,
    currency: 'usd',
    charge: `ch_${bought.payment_id}`,
    payment_intent: `pi_${bought.payment_id}`,
    metadata: {},
    ...fields,
  };
}

/** Delivers the objects of Stripe one after the other, each as an event of its own; answers the outcomes. */
export async function tell(
  db: TestDatabase,
  ...objects: Record<string, unknown>[]
): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const object of objects) {
    const { outcome, detail } = await deliver(db, stripeEvent(object));
    // An event that could not be applied is a defect, never an outcome to be expected.
    expect({ outcome, detail }).not.toMatchObject({ outcome: 'error' });
    outcomes.push(outcome);
  }
  return outcomes;
}

/** A purchase that is paid for. */
export async function paidPurchase(
  db: TestDatabase,
  user: string,
  args: Record<string, unknown> = {},
): Promise<Purchase> {
  const bought = await purchase(db, user, args);
  await tell(db, intent(bought, 'succeeded'));
  return bought;
}

/** A gift with its code, paid for or not. */
export async function gift(
  db: TestDatabase,
  giver: string,
  isPaid = true,
): Promise<Purchase & { code: string }> {
  const bought = await (isPaid ? paidPurchase : purchase)(db, giver, { is_gift: true });
  if (bought.activation_code === null) throw new Error('a gift without a code');
  return { ...bought, code: bought.activation_code };
}

export function redeem(db: TestDatabase, user: string, code: string | null): Promise<RedeemAnswer> {
  return db.as({ user }, async (sql) => {
    const [row] = await sql`select public.redeem_code(${code}) as body`;
    const [answer] = await sql`
      select nullif(current_setting('response.status', true), '') as status`;
    return { status: answer?.status as string | null, body: row?.body as Row };
  });
}

/** What a code that is refused is answered. */
export const refusedCode = {
  status: '404',
  body: {
    code: 'PT404',
    message: 'code_not_accepted',
    details: expect.stringMatching(/^\{"attempts_left": \d+\}$/),
    hint: expect.any(String),
  },
};

/** The money book of a payment: what came in and went out, in order. */
export async function book(db: TestDatabase, payment: string): Promise<[string, number][]> {
  const rows = await db.owner`
    select kind, amount_cents from payment_entries where payment_id = ${payment} order by id`;
  return rows.map((row) => [String(row.kind), Number(row.amount_cents)]);
}

/** How the calls ended that were made at once: the codes of those refused; whatever is no rule of ours fails. */
export async function atOnce(calls: Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(calls);
  return results.flatMap((result) => {
    if (result.status === 'fulfilled') {
      // A deadlock of an event is stored with it instead of raised.
      const value = result.value as { outcome?: unknown; detail?: unknown } | undefined;
      expect({ outcome: value?.outcome, detail: value?.detail }).not.toMatchObject({
        outcome: 'error',
      });
      return [];
    }
    const { code, message } = result.reason as { code: string; message: string };
    // A deadlock, a broken constraint or a serialisation failure is never an answer.
    expect(`${code} ${message}`).toMatch(/^PT4\d\d \w+$/);
    return [message];
  });
}

export function stripeEvent(
  object: Record<string, unknown>,
  id: string = `evt_${randomUUID()}`,
): Record<string, unknown> {
  return {
    id,
    type: `${String(object.object)}.updated`,
    api_version: '2026-01-01',
    data: { object },
  };
}

export function deliver(db: TestDatabase, event: unknown): Promise<Row> {
  return db.call('service', 'apply_stripe_event', { event });
}

/** Resolves once so many statements of this database wait for a lock. */
export async function someoneWaits(db: TestDatabase, statements = 1): Promise<void> {
  for (const _ of times(500, (index) => index)) {
    const [row] = await db.owner`
      select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (Number(row?.count) >= statements) return;
  }
  throw new Error('nobody waits for a lock');
}

/** Random numbers in [0, 1) that are the same in every run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
