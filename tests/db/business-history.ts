import { giveCard, type Row, signUp, type TestDatabase } from '../support/database.ts';
import {
  authorize,
  beat,
  deliver,
  end,
  intent,
  type Purchase,
  purchase,
  sessionRow,
  stripeEvent,
  sweep,
} from './scenario.ts';

/** What a history knows of itself that no table tells afterwards. */
export interface History {
  /** Wall-clock seconds by the day on which they became known. */
  served: Map<string, number>;
  /** When a payment was first declined or given up, by its id; also of those that were paid later. */
  failures: Map<string, Date>;
}

const packages = [
  { id: 'starter_1h', seconds: 3600, cents: 999, currency: 'usd' },
  { id: 'long_7h', seconds: 25_000, cents: 4999, currency: 'usd' },
  { id: 'euro_1h', seconds: 3601, cents: 1001, currency: 'eur' },
] as const;

/** The business day (UTC) that it is. */
export async function today(db: TestDatabase): Promise<string> {
  const [row] = await db.owner`select (private.now() at time zone 'UTC')::date::text as day`;
  return String(row?.day);
}

export async function closeDays(db: TestDatabase): Promise<number> {
  const [row] = await db.owner`select private.close_days() as days`;
  return Number(row?.days);
}

/** A person who signs up now, by the business clock. */
export async function newcomer(db: TestDatabase): Promise<string> {
  const id = await signUp(db);
  await db.owner`update profiles set created_at = private.now() where id = ${id}`;
  return id;
}

export async function offerPackages(db: TestDatabase): Promise<void> {
  for (const { id, seconds, cents, currency } of packages) {
    await db.owner`
      insert into packages (id, name, total_seconds, price_cents, currency, validity_days)
      values (${id}, ${id}, ${seconds}, ${cents}, ${currency}, 20) on conflict do nothing`;
  }
}

/** A purchase as Stripe tells of it: its intent, the charge that paid, a dispute. */
export interface Sale {
  user: string;
  bought: Purchase;
  cents: number;
  currency: string;
  refunded: number;
}

export async function order(
  db: TestDatabase,
  user: string,
  index: number,
  isGift = false,
): Promise<Sale> {
  const offer = packages[index % packages.length] ?? packages[0];
  const bought = await purchase(db, user, { package_id: offer.id, is_gift: isGift });
  return { user, bought, cents: offer.cents, currency: offer.currency, refunded: 0 };
}

export function intentOf(sale: Sale, status: string): Record<string, unknown> {
  return intent(sale.bought, status, {
    amount: sale.cents,
    amount_received: status === 'succeeded' ? sale.cents : 0,
    currency: sale.currency,
  });
}

export function pay(db: TestDatabase, sale: Sale, status = 'succeeded'): Promise<Row> {
  return deliver(db, stripeEvent(intentOf(sale, status)));
}

/** Refunds so much more of a sale, as the charge tells it: cumulatively. */
export function refund(db: TestDatabase, sale: Sale, cents: number): Promise<Row> {
  sale.refunded = Math.min(sale.cents, sale.refunded + cents);
  const id = sale.bought.payment_id;
  return deliver(
    db,
    stripeEvent({
      id: `ch_${id}`,
      object: 'charge',
      status: 'succeeded',
      captured: true,
      payment_intent: `pi_${id}`,
      amount: sale.cents,
      amount_captured: sale.cents,
      amount_refunded: sale.refunded,
      currency: sale.currency,
    }),
  );
}

export function dispute(db: TestDatabase, sale: Sale, status: string): Promise<Row> {
  const id = sale.bought.payment_id;
  return deliver(
    db,
    stripeEvent({
      id: `dp_${id}`,
      object: 'dispute',
      status,
      payment_intent: `pi_${id}`,
      charge: `ch_${id}`,
      amount: sale.cents,
      currency: sale.currency,
      reason: 'fraudulent',
    }),
  );
}

/**
 * A call of so many seconds, ended by its worker or left silent for the sweep to settle.
 * @returns its session, undefined when there was no time for it
 */
export async function call(
  db: TestDatabase,
  history: History,
  user: string,
  seconds: number,
  how: 'ended' | 'silent' | 'unjoined',
): Promise<string | undefined> {
  let session: string;
  try {
    session = (await authorize(db, user)).session_id;
  } catch {
    return undefined;
  }
  if (how === 'unjoined') {
    await db.advance(125);
    await sweep(db);
    return session;
  }
  await db.call('service', 'start_session', { session_id: session, worker_id: 'worker-1' });
  await db.advance(Math.ceil(seconds / 2));
  await beat(db, session, 1, Math.floor(seconds / 2));
  if (how === 'silent') {
    await db.advance(200);
    await sweep(db);
  } else {
    await db.advance(Math.ceil(seconds / 2));
    await end(db, session, seconds);
  }
  await note(db, history, session, 0);
  return session;
}

/** What a worker that had lost the database reports of a call that the sweep settled. */
export async function reportLate(
  db: TestDatabase,
  history: History,
  session: string,
): Promise<void> {
  const before = Number((await sessionRow(db, session)).used_seconds);
  await end(db, session, before + 150);
  await note(db, history, session, before);
}

async function note(db: TestDatabase, history: History, session: string, before: number) {
  const day = await today(db);
  const more = Number((await sessionRow(db, session)).used_seconds) - before;
  history.served.set(day, (history.served.get(day) ?? 0) + more);
}

async function noteFailures(db: TestDatabase, { failures }: History) {
  const rows = await db.owner`select id, failed_at from payments where failed_at is not null`;
  for (const { id, failed_at } of rows) if (!failures.has(id)) failures.set(id, failed_at as Date);
}

/** Plays so many days of business of every kind, and closes the days that are due now and then. */
export async function playBusiness(
  db: TestDatabase,
  random: () => number,
  days: number,
): Promise<History> {
  const history: History = { served: new Map(), failures: new Map() };
  const people: string[] = [];
  const sales: Sale[] = [];
  const waiting: Sale[] = [];
  const unsettled: string[] = [];
  const any = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const upTo = (limit: number) => 1 + Math.floor(random() * limit);

  const acts: Record<string, () => Promise<unknown>> = {
    async join() {
      people.push(await newcomer(db));
    },
    async buy() {
      const sale = await order(db, any(people) ?? '', upTo(3), random() < 0.3);
      const fate = random();
      if (fate < 0.6) await pay(db, sale);
      else if (fate < 0.7) await pay(db, sale, 'requires_payment_method');
      else if (fate < 0.8) await pay(db, sale, 'canceled');
      else waiting.push(sale);
      if (fate < 0.6) sales.push(sale);
    },
    async payLater() {
      const sale = waiting.shift();
      if (!sale) return;
      await pay(db, sale);
      sales.push(sale);
    },
    async redeem() {
      const sale = any(sales.filter(({ bought }) => bought.activation_code));
      await db
        .rpc({ user: any(people) ?? '' }, 'redeem_code', {
          code: sale?.bought.activation_code ?? 'none',
        })
        .catch(() => undefined);
    },
    async giveAway() {
      const source = any(['grant', 'promo', 'trial'] as const) ?? 'grant';
      const lasts = random() < 0.5 ? new Date(Date.now() + upTo(days) * 86_400_000) : null;
      const columns = { source, price_cents: 0, expires_at: lasts };
      await giveCard(db, any(people) ?? '', upTo(5000), columns).catch(() => undefined);
    },
    async talk() {
      const session = await call(db, history, any(people) ?? '', upTo(1500), 'ended');
      const user = session ? String((await sessionRow(db, session)).user_id) : '';
      if (session && random() < 0.5) {
        const args = { session_id: session, rating: upTo(5) };
        await db.rpc({ user }, 'rate_session', args);
        await db.advance(upTo(80_000));
        await db.rpc({ user }, 'rate_session', { ...args, rating: upTo(5) });
      }
    },
    async fallSilent() {
      const session = await call(db, history, any(people) ?? '', 2 * upTo(150), 'silent');
      if (session) unsettled.push(session);
    },
    stayAway: () => call(db, history, any(people) ?? '', 0, 'unjoined'),
    async report() {
      const session = unsettled.shift();
      if (session) await reportLate(db, history, session);
    },
    async refund() {
      const sale = any(sales);
      if (sale) await refund(db, sale, random() < 0.3 ? sale.cents : upTo(sale.cents));
    },
    async dispute() {
      const sale = any(sales);
      if (sale) await dispute(db, sale, any(['needs_response', 'won', 'lost']) ?? 'won');
    },
    sweep: () => sweep(db),
    close: () => closeDays(db),
  };

  await acts.join?.();
  const kinds = ['join', 'buy', 'talk', 'talk', ...Object.keys(acts)];
  for (let second = 0; second < days * 86_400;) {
    await acts[any(kinds) ?? 'talk']?.();
    await noteFailures(db, history);
    const pause = upTo(20_000);
    await db.advance(pause);
    second += pause;
  }
  return history;
}
