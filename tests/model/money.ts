/** The reference model: buying, gifting, refunding (DESIGN §6). */
import { expire, finish, isOver, move } from './cards.ts';
import { answer, type Card, type Expected, type Payment, refuse, type World } from './state.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

export interface Order {
  user: string;
  packageId: string;
  isGift: boolean;
  key: string | null;
  fingerprint: string | null;
}

/** What the database made for an order: the model takes over ids and codes. */
export interface MadeOrder {
  payment_id: string;
  time_card_id: string;
  activation_code: string | null;
}

export function buy(world: World, order: Order, made: MadeOrder | undefined): Expected {
  const person = world.people.find(({ id }) => id === order.user);
  if (!person) return refuse('not_found');
  if (!person.isActive) return refuse('account_inactive');
  const earlier = world.payments.find(
    ({ user, key }) => user === order.user && key !== null && key === order.key,
  );
  if (earlier) {
    if (earlier.fingerprint !== order.fingerprint) return refuse('idempotency_conflict');
    return answer({
      payment_id: earlier.id,
      status: earlier.status,
      is_replay: true,
      activation_code: null,
    });
  }
  const offer = world.packages.find(({ id }) => id === order.packageId);
  if (!offer) return refuse('not_found');

  const card: Card = {
    ...newCard(world, made?.time_card_id ?? '', offer.seconds),
    owner: order.isGift ? null : order.user,
    purchaser: order.user,
    source: order.isGift ? 'gift' : 'purchase',
    priceCents: offer.cents,
    validityDays: offer.validityDays,
    code: order.isGift ? (made?.activation_code ?? null) : null,
    everCode: order.isGift ? (made?.activation_code ?? null) : null,
  };
  world.cards.push(card);
  world.payments.push({
    id: made?.payment_id ?? '',
    user: order.user,
    card,
    amountCents: offer.cents,
    status: 'pending',
    refundedCents: 0,
    isPaid: false,
    isAttached: false,
    createdAt: world.now,
    key: order.key,
    fingerprint: order.fingerprint,
    disputes: new Map(),
  });
  return answer({ status: 'pending', amount_cents: offer.cents, is_replay: false });
}

/** A pending card that nobody owns. */
export function newCard(world: World, id: string, seconds: number): Card {
  return {
    id,
    owner: null,
    purchaser: null,
    source: 'promo',
    status: 'pending',
    remaining: seconds,
    held: 0,
    used: 0,
    expired: 0,
    revoked: 0,
    owed: 0,
    priority: 100,
    priceCents: 0,
    validityDays: null,
    createdAt: world.now,
    expiresAt: null,
    code: null,
    everCode: null,
  };
}

function activate(world: World, card: Card): void {
  card.status = 'active';
  card.expiresAt = card.validityDays === null ? null : world.now + card.validityDays * DAY;
}

/** What a Stripe object says of a payment, whatever the event was called. */
export type Report = 'paid' | 'refused' | 'given_up' | 'undecided';

export function applyReport(world: World, payment: Payment, report: Report): string {
  payment.isAttached = true;
  if (report === 'undecided') return 'ignored';
  if (report === 'paid') {
    if (payment.isPaid) return 'duplicate';
    credit(world, payment);
    return 'credited';
  }
  if (payment.isPaid) return 'ignored';
  if (report === 'refused') {
    if (payment.status === 'canceled') return 'ignored';
    payment.status = 'failed';
    return 'failed';
  }
  if (payment.status === 'canceled') return 'ignored';
  cancel(payment);
  return 'canceled';
}

function credit(world: World, payment: Payment): void {
  const { card } = payment;
  payment.isPaid = true;
  payment.status = 'succeeded';
  if (card.status === 'revoked') move(card, 'revoked', 'remaining', card.revoked);
  if (card.source === 'gift') card.status = 'pending';
  else activate(world, card);
  judge(world, payment);
}

function cancel(payment: Payment): void {
  payment.status = 'canceled';
  revokeAll(payment.card);
}

function totalSeconds(card: Card): number {
  return card.remaining + card.held + card.used + card.expired + card.revoked;
}

/** Takes all that is left; what is held goes when its session gives it back. */
export function revokeAll(card: Card): void {
  move(card, 'remaining', 'revoked', card.remaining);
  move(card, 'expired', 'revoked', card.expired);
  card.status = 'revoked';
}

/** Purchases that never reached Stripe are given up after a day; answers how many. */
export function giveUpPayments(world: World): number {
  const stale = world.payments.filter(
    ({ status, isAttached, createdAt }) =>
      status === 'pending' && !isAttached && createdAt < world.now - DAY,
  );
  stale.forEach(cancel);
  return stale.length;
}

/** A charge with its cumulative refund. */
export function applyCharge(world: World, payment: Payment, refundedCents: number): string {
  payment.isAttached = true;
  let outcome = 'duplicate';
  if (!payment.isPaid) {
    credit(world, payment);
    outcome = 'credited';
  }
  if (refundedCents <= payment.refundedCents) return outcome;
  const { card } = payment;
  const target = Math.floor((totalSeconds(card) * refundedCents) / payment.amountCents);
  takeBack(card, Math.max(0, target - card.revoked - card.owed));
  payment.refundedCents = refundedCents;
  if (refundedCents === payment.amountCents) card.status = 'revoked';
  settlePayment(payment);
  return 'refunded';
}

export function isDisputed(payment: Payment): boolean {
  return [...payment.disputes.values()].includes('open');
}

/** What came in less what went out: refunds, and what a bank took back. Not said where it was both. */
export function balanceCents(payment: Payment): number | undefined {
  if (!payment.isPaid) return 0;
  const isLost = [...payment.disputes.values()].includes('lost');
  if (!isLost) return payment.amountCents - payment.refundedCents;
  return payment.refundedCents > 0 ? undefined : 0;
}

/** What a paid payment is, by what was refunded and disputed. */
function settlePayment(payment: Payment): void {
  const states = [...payment.disputes.values()];
  if (payment.refundedCents === payment.amountCents) payment.status = 'refunded';
  else if (states.includes('open') || states.includes('lost')) payment.status = 'disputed';
  else payment.status = payment.refundedCents > 0 ? 'partially_refunded' : 'succeeded';
}

/** Unused seconds first; what is held or spent is owed. */
function takeBack(card: Card, seconds: number): void {
  let due = seconds;
  for (const bucket of ['remaining', 'expired'] as const) {
    const taken = Math.min(due, card[bucket]);
    move(card, bucket, 'revoked', taken);
    due -= taken;
  }
  card.owed += due;
  finish(card);
}

export function applyDispute(
  world: World,
  payment: Payment,
  id: string,
  state: 'open' | 'won' | 'lost',
): void {
  if (state === 'open' && payment.disputes.has(id)) return;
  payment.disputes.set(id, state);
  if (payment.isPaid) judge(world, payment);
}

/** Brings a card to where it would be had it not been frozen. */
function thaw(world: World, card: Card): void {
  card.status = 'active';
  const hadTime = card.remaining + card.held + card.expired > 0;
  if (hadTime && isOver(card, world.now)) expire(card);
  else finish(card);
}

/** What the disputes of a paid payment do to its card: an open one freezes, a lost one revokes, a won one thaws. */
function judge(world: World, payment: Payment): void {
  const { card } = payment;
  const states = [...payment.disputes.values()];
  if (states.includes('lost')) {
    takeBack(card, totalSeconds(card) - card.revoked - card.owed);
    card.status = 'revoked';
  } else if (states.includes('open')) {
    const isTalkedOn = card.status === 'expired' && card.held > 0;
    if (card.status === 'active' || card.status === 'used' || isTalkedOn) card.status = 'frozen';
  } else if (card.status === 'frozen') {
    thaw(world, card);
  }
  settlePayment(payment);
}

/** A new code for a gift that its giver bought and nobody redeemed; the old one dies. */
export function reissue(
  world: World,
  user: string,
  card: Card | undefined,
  code: string,
): Expected {
  const person = world.people.find(({ id }) => id === user);
  if (!person?.isActive) return refuse('account_inactive');
  if (!card || card.purchaser !== user || card.source !== 'gift') return refuse('not_found');
  if (card.status !== 'pending') return refuse('illegal_transition');
  card.code = code;
  card.everCode = code;
  return answer({ time_card_id: card.id });
}

/** Somebody tries a code: one error for all that is wrong, and only so many attempts an hour. */
export function redeem(world: World, user: string, code: string): Expected {
  const person = world.people.find(({ id }) => id === user);
  if (!person) return refuse('not_found');
  if (!person.isActive) return refuse('account_inactive');
  person.attempts = person.attempts.filter((at) => at > world.now - HOUR);
  if (person.attempts.length >= world.settings.code_attempts_per_hour) {
    return refuse('too_many_attempts');
  }
  const card = world.cards.find((one) => one.code === code && one.status === 'pending');
  const payment = world.payments.find((one) => one.card === card);
  if (
    !card ||
    (payment && payment.status !== 'succeeded' && payment.status !== 'partially_refunded')
  ) {
    person.attempts.push(world.now);
    return refuse('code_not_accepted');
  }
  card.code = null;
  card.owner = user;
  activate(world, card);
  return answer({ time_card_id: card.id, total_seconds: card.remaining + card.revoked });
}
