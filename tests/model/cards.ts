/** The reference model: how seconds move between the buckets of cards (DESIGN §4). */
import type { Bucket, Card, Session, World } from './state.ts';

export function move(card: Card, from: Bucket, to: Bucket, seconds: number): void {
  card[from] -= seconds;
  card[to] += seconds;
}

export function isOver(card: Card, now: number): boolean {
  return card.expiresAt !== null && card.expiresAt <= now;
}

/** A person's cards that can be burned now, in burn order: priority, soonest expiry, free first, oldest. */
export function usableCards(world: World, user: string): Card[] {
  const last = Number.MAX_SAFE_INTEGER;
  return world.cards
    .filter((card) => card.owner === user && card.status === 'active' && !isOver(card, world.now))
    .filter((card) => card.remaining > 0)
    .toSorted(
      (a, b) =>
        a.priority - b.priority ||
        (a.expiresAt ?? last) - (b.expiresAt ?? last) ||
        Number(a.priceCents > 0) - Number(b.priceCents > 0) ||
        a.createdAt - b.createdAt ||
        (a.id < b.id ? -1 : 1),
    );
}

export function usableSeconds(world: World, user: string): number {
  return usableCards(world, user).reduce((sum, card) => sum + card.remaining, 0);
}

/** Sets aside up to so many seconds for a session. */
export function hold(world: World, session: Session, wanted: number): void {
  let missing = wanted;
  for (const card of usableCards(world, session.user)) {
    const seconds = Math.min(missing, card.remaining);
    if (seconds === 0) break;
    move(card, 'remaining', 'held', seconds);
    const known = session.holds.find((one) => one.card === card);
    if (known) known.held += seconds;
    else session.holds.push({ card, held: seconds, used: 0 });
    session.granted += seconds;
    missing -= seconds;
  }
}

/** Burns so many seconds of what a session holds, in hold order, and gives the rest back. */
export function release(world: World, session: Session, billed: number): void {
  let due = billed;
  for (const one of session.holds) {
    const burned = Math.min(due, one.held);
    due -= burned;
    move(one.card, 'held', 'used', burned);
    one.used += burned;
    const unused = one.held - burned;
    one.held = 0;
    const isAllGone = giveBack(one.card, unused, world.now) === 0;
    if (isAllGone) finish(one.card);
  }
}

/**
 * Held time that was not used goes back, unless it is owed to a refund or its card died meanwhile; answers what the card
 * got, there or where expired time is.
 */
function giveBack(card: Card, seconds: number, now: number): number {
  const owed = card.status === 'revoked' ? seconds : Math.min(seconds, card.owed);
  move(card, 'held', 'revoked', owed);
  card.owed = Math.max(0, card.owed - owed);
  const rest = seconds - owed;
  const isDead = card.status === 'expired' || isOver(card, now);
  move(card, 'held', isDead ? 'expired' : 'remaining', rest);
  return rest;
}

/** A card is used once its last second is talked or taken back. */
export function finish(card: Card): void {
  if (card.status === 'active' && card.remaining + card.held === 0) card.status = 'used';
}

/** Expires what is left on cards whose time is over; answers how many. */
export function expireCards(world: World): number {
  const over = world.cards.filter((card) => card.status === 'active' && isOver(card, world.now));
  for (const card of over) expire(card);
  return over.length;
}

export function expire(card: Card): void {
  move(card, 'remaining', 'expired', card.remaining);
  card.status = 'expired';
}
