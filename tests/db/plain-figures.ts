import type { Row, TestDatabase } from '../support/database.ts';
import type { History } from './business-history.ts';

/**
 * The KPI figures of a period, written from their definitions and reading every row of every table
 * each time: what admin_kpis must agree with.
 */
export interface PlainBooks {
  profiles: Row[];
  sessions: Row[];
  payments: Row[];
  money: Row[];
  cards: Row[];
  ledger: Row[];
  history: History;
  /** When each day was closed that is. */
  closed: Map<string, Date>;
}

export async function readBooks(db: TestDatabase, history: History): Promise<PlainBooks> {
  const days = await db.owner`select day::text, closed_at from daily_stats`;
  const read = (table: string) => db.owner.unsafe<Row[]>(`select * from ${table}`);
  return {
    profiles: await read('profiles'),
    sessions: await read('voice_sessions'),
    payments: await read('payments'),
    money: await read('payment_entries'),
    cards: await read('time_cards'),
    ledger: await read('ledger_entries order by id'),
    history,
    closed: new Map(days.map(({ day, closed_at }) => [String(day), closed_at as Date])),
  };
}

const dayOf = (at: unknown): string => (at instanceof Date ? at.toISOString().slice(0, 10) : '');

export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of a day's week. */
export function weekOf(day: string): string {
  return daysAfter(day, -((new Date(day).getUTCDay() + 6) % 7));
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const isPaidFor = (card: Row) => card.source === 'purchase' || card.source === 'gift';

function rounded(part: number, whole: number, digits: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(digits));
}

interface Movement {
  day: string;
  card: Row;
  issued: number;
  used: number;
  expired: number;
  revoked: number;
}

/** Every entry of the ledger with the day on which it counts: of a card for sale from its payment on. */
function movements(books: PlainBooks): Movement[] {
  const cards = new Map(books.cards.map((card) => [card.id, card]));
  const paidOn = new Map<unknown, string>();
  for (const { kind, payment_id, created_at } of books.money) {
    const card = books.payments.find(({ id }) => id === payment_id)?.time_card_id;
    if (kind === 'paid') paidOn.set(card, dayOf(created_at));
  }
  return books.ledger.flatMap((entry): Movement[] => {
    const card = cards.get(entry.card_id);
    const paid = paidOn.get(entry.card_id);
    if (!card || (isPaidFor(card) && paid === undefined)) return [];
    const seconds = Number(entry.seconds);
    const into = (bucket: string) =>
      (entry.to_bucket === bucket ? seconds : 0) - (entry.from_bucket === bucket ? seconds : 0);
    const day = dayOf(entry.created_at);
    return [
      {
        day: isPaidFor(card) && paid !== undefined && paid > day ? paid : day,
        card,
        issued: entry.from_bucket === null ? seconds : 0,
        used: into('used'),
        expired: into('expired'),
        revoked: into('revoked'),
      },
    ];
  });
}

function cardSeconds(moved: Movement[]): Row {
  const kinds = {
    paid: ['purchase', 'gift'],
    grant: ['grant'],
    promo: ['promo'],
    trial: ['trial'],
  };
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, sources]) => {
      const theirs = moved.filter(({ card }) => sources.includes(String(card.source)));
      return [
        kind,
        {
          issued_seconds: sum(theirs.map(({ issued }) => issued)),
          used_seconds: sum(theirs.map(({ used }) => used)),
          expired_seconds: sum(theirs.map(({ expired }) => expired)),
          revoked_seconds: sum(theirs.map(({ revoked }) => revoked)),
        },
      ];
    }),
  );
}

/** Unused seconds of every card that was paid for, and what they cost; cents as a sum of whole fractions. */
function liabilities(moved: Movement[]): Row {
  const unit = 10n ** 12n;
  const currencies = new Map<string, { seconds: number; cents: bigint }>();
  for (const { card, issued, used, expired, revoked } of moved.filter((m) => isPaidFor(m.card))) {
    const total = currencies.get(String(card.currency)) ?? { seconds: 0, cents: 0n };
    const seconds = issued - used - expired - revoked;
    const price = BigInt(Number(card.price_cents) * seconds) * unit;
    total.seconds += seconds;
    total.cents += price / BigInt(Number(card.total_seconds));
    currencies.set(String(card.currency), total);
  }
  const list = [...currencies].toSorted(([a], [b]) => a.localeCompare(b));
  return {
    seconds: sum(list.map(([, { seconds }]) => seconds)),
    by_currency: list.map(([currency, { seconds, cents }]) => ({
      currency,
      seconds,
      cents: Number((cents + unit / 2n) / unit),
    })),
  };
}

/** The days on which payments were first declined that were not paid before the day was closed. */
function declines(books: PlainBooks): string[] {
  return [...books.history.failures].flatMap(([payment, failedAt]) => {
    const day = dayOf(failedAt);
    const paid = books.money.find((entry) => entry.kind === 'paid' && entry.payment_id === payment);
    const closedAt = books.closed.get(day);
    const paidInTime =
      paid !== undefined && (closedAt === undefined || (paid.created_at as Date) < closedAt);
    return paidInTime ? [] : [day];
  });
}

export function plainFigures(books: PlainBooks, from: string, to: string): Row {
  const isIn = (day: string) => day >= from && day <= to;
  const ended = books.sessions.filter(({ ended_at }) => isIn(dayOf(ended_at)));
  const rated = books.sessions.filter(({ rated_at }) => isIn(dayOf(rated_at)));
  const money = books.money.filter(({ created_at }) => isIn(dayOf(created_at)));
  const moved = movements(books);
  const upToNow = moved.filter(({ day }) => day <= to);
  const inPeriod = moved.filter(({ day }) => isIn(day));
  const ofKind = (currency: unknown, kind: string) =>
    sum(
      money
        .filter((entry) => entry.currency === currency && entry.kind === kind)
        .map(({ amount_cents }) => Math.abs(Number(amount_cents))),
    );
  const currencies = [...new Set(money.map(({ currency }) => String(currency)))].toSorted();
  const completed = ended.filter((s) => s.status === 'completed' && s.started_at !== null).length;
  const failed = ended.filter((s) => s.status === 'error').length;
  const served = sum(
    [...books.history.served].filter(([day]) => isIn(day)).map(([, seconds]) => seconds),
  );
  const succeeded = money.filter(({ kind }) => kind === 'paid').length;
  const declined = declines(books).filter(isIn).length;
  const points = rated.map(({ rating }) => Number(rating));
  const paid = upToNow.filter(({ card }) => isPaidFor(card));
  const billed = sum(inPeriod.map(({ used }) => used));
  const paidBilled = sum(inPeriod.filter(({ card }) => isPaidFor(card)).map(({ used }) => used));

  return {
    from_day: from,
    to_day: to,
    revenue: currencies.map((currency) => ({
      currency,
      paid_cents: ofKind(currency, 'paid'),
      refunded_cents: ofKind(currency, 'refund'),
      charged_back_cents: ofKind(currency, 'chargeback'),
      net_cents:
        ofKind(currency, 'paid') - ofKind(currency, 'refund') - ofKind(currency, 'chargeback'),
    })),
    sign_ups: books.profiles.filter(({ created_at }) => isIn(dayOf(created_at))).length,
    sessions: {
      completed,
      failed,
      unjoined: ended.length - completed - failed,
      average_seconds: rounded(served, completed + failed, 1),
    },
    payments: {
      succeeded,
      failed: declined,
      success_rate: rounded(succeeded, succeeded + declined, 4),
    },
    satisfaction: {
      ratings: rated.length,
      average: rounded(sum(points), points.length, 2),
      satisfied_rate: rounded(points.filter((point) => point >= 4).length, points.length, 4),
    },
    card_seconds: cardSeconds(inPeriod),
    card_utilisation: rounded(
      sum(paid.map(({ used }) => used)),
      sum(paid.map(({ issued, revoked }) => issued - revoked)),
      4,
    ),
    margin: {
      served_seconds: served,
      billed_seconds: billed,
      paid_billed_seconds: paidBilled,
      billed_per_served: rounded(billed, served, 4),
      paid_per_served: rounded(paidBilled, served, 4),
    },
    liabilities: liabilities(upToNow),
  };
}

/** Retention of the cohorts whose week lies in a period, up to a day. */
export function plainRetention(books: PlainBooks, from: string, to: string): Row[] {
  const weeks: string[] = [];
  for (let week = weekOf(from); week <= weekOf(to); week = daysAfter(week, 7)) weeks.push(week);
  return weeks.flatMap((week): Row[] => {
    const people = books.profiles.filter(({ created_at }) => weekOf(dayOf(created_at)) === week);
    if (people.length === 0) return [];
    const talkedIn = (other: string, { id }: Row) =>
      books.sessions.some(
        (s) =>
          s.user_id === id &&
          s.started_at !== null &&
          s.ended_at !== null &&
          weekOf(dayOf(s.ended_at)) === other,
      );
    const talked = weeks
      .filter((other) => other >= week)
      .map((other) => people.filter((person) => talkedIn(other, person)).length);
    const rates = talked.map((count) => rounded(count, people.length, 4));
    return [{ week, people: people.length, talked, rates }];
  });
}
