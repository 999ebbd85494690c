/** The reference model: what an admin does to cards (DESIGN §11). */
import { move } from './cards.ts';
import { isDisputed, newCard } from './money.ts';
import { answer, type Card, type Expected, refuse, type World } from './state.ts';

export function grant(
  world: World,
  given: { user: string; seconds: number; expiresAt: number | null },
  id: string,
): Expected {
  if (!world.people.some((person) => person.id === given.user)) return refuse('not_found');
  world.cards.push({
    ...newCard(world, id, given.seconds),
    owner: given.user,
    source: 'grant',
    status: 'active',
    expiresAt: given.expiresAt,
  });
  return answer({ total_seconds: given.seconds });
}

/** Takes a card back with all that is left on it; what is held goes when its session ends. */
export function revoke(card: Card): Expected {
  if (card.status === 'revoked') return refuse('illegal_transition');
  move(card, 'remaining', 'revoked', card.remaining);
  card.status = 'revoked';
  return answer({ status: 'revoked', remaining_seconds: 0 });
}

/** Makes a card last longer and brings back what had expired. */
export function extend(world: World, card: Card, expiresAt: number | null): Expected {
  const isLater = card.expiresAt !== null && (expiresAt === null || expiresAt > card.expiresAt);
  const isAhead = expiresAt === null || expiresAt > world.now;
  const wrong = isLater && isAhead ? [] : ['invalid_input'];
  if (!isExtendable(world, card)) return refuse('illegal_transition', ...wrong);
  if (wrong.length > 0) return refuse(...wrong);
  card.expiresAt = expiresAt;
  move(card, 'expired', 'remaining', card.expired);
  if (card.status !== 'frozen') card.status = 'active';
  return answer({ status: card.status });
}

function isExtendable(world: World, card: Card): boolean {
  if (card.status === 'active' || card.status === 'frozen') return true;
  const hasTime = card.status === 'expired' ? card.expired + card.held > 0 : card.expired > 0;
  if (!hasTime || (card.status !== 'expired' && card.status !== 'used')) return false;
  const payment = world.payments.find((one) => one.card === card);
  return !payment || !isDisputed(payment);
}

/** Free cards of a package's time and validity that wait for whoever has their codes. */
export function issueCodes(
  world: World,
  packageId: string,
  made: { time_card_id: string; activation_code: string }[],
): Expected {
  const offer = world.packages.find(({ id }) => id === packageId);
  if (!offer) return refuse('not_found');
  for (const { time_card_id, activation_code } of made) {
    world.cards.push({
      ...newCard(world, time_card_id, offer.seconds),
      validityDays: offer.validityDays,
      code: activation_code,
      everCode: activation_code,
    });
  }
  return answer(...made.map(() => ({})));
}
