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

/** A card's status and what is in its buckets; buckets that are empty are left out. */
export async function cardState(db: TestDatabase, id: string): Promise<Row> {
  const [card] = await db.owner`
    select status, remaining_seconds as remaining, held_seconds as held, used_seconds as used,
      expired_seconds as expired, revoked_seconds as revoked
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
