/** Plays buying, gifting, redeeming, and what Stripe tells. */
import { randomUUID } from 'node:crypto';
import {
  asUser,
  nowhere,
  type Of,
  personOf,
  picked,
  type Play,
  type Plays,
  service,
} from './calls.ts';
import {
  applyCharge,
  applyDispute,
  applyReport,
  buy,
  type MadeOrder,
  redeem,
  reissue,
} from './money.ts';
import { answer, type Payment, type World } from './state.ts';
import { charge, dispute, reporting } from './stripe-objects.ts';

/** Delivers a Stripe event; the same event id a second time is a duplicate, whatever it carries. */
function deliver(
  world: World,
  payment: Payment | undefined,
  object: Record<string, unknown>,
  event: number | null,
  apply: (payment: Payment) => string | undefined,
): Play {
  const id = `evt_${event === null ? randomUUID() : `${payment?.id}_${event}`}`;
  const body = { id, type: `${String(object.object)}.updated`, data: { object } };
  return service('apply_stripe_event', { event: body }, () => {
    if (!payment) return answer({ outcome: 'ignored' });
    if (world.events.has(id)) return answer({ outcome: 'duplicate' });
    world.events.add(id);
    const outcome = apply(payment);
    return answer(outcome === undefined ? { event_id: id } : { outcome });
  });
}

function spell(code: string, how: Of<'redeem'>['how']): string {
  if (how === 'sloppy') return ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')}`;
  if (how === 'typo') return (code.startsWith('2') ? '3' : '2') + code.slice(1);
  return how === 'unknown' ? '0000-0000-0000-0000-0' : code;
}

export const moneyPlays: Plays<'buy' | 'stripe' | 'refund' | 'dispute' | 'redeem' | 'reissue'> = {
  buy(world, command) {
    const order = {
      user: personOf(world, command.person),
      packageId: world.packages[command.pack]?.id ?? 'none',
      isGift: command.isGift,
      key: command.key === null ? null : `key-${command.key}`,
      fingerprint: command.key === null ? null : `request-${command.request}`,
    };
    const args = {
      user_id: order.user,
      package_id: order.packageId,
      flow: 'payment_intent',
      is_gift: order.isGift,
      idempotency_key: order.key,
      request_fingerprint: order.fingerprint,
    };
    return service('create_purchase', args, (rows) =>
      buy(world, order, rows[0] as MadeOrder | undefined),
    );
  },

  stripe(world, command) {
    const payment = picked(world.payments, command.payment);
    if (!payment)
      return deliver(world, undefined, { id: 'cus_1', object: 'customer' }, null, () => '');
    const { object, says } = reporting(payment, command.report);
    const isCharge = command.report === 'charge';
    return deliver(world, payment, object, command.event, (one) =>
      isCharge ? applyCharge(world, one, 0) : applyReport(world, one, says),
    );
  },

  refund(world, command) {
    const payment = picked(world.payments, command.payment);
    if (!payment)
      return deliver(world, undefined, { id: 'ch_1', object: 'charge' }, null, () => '');
    const cents = Math.floor((payment.amountCents * command.permille) / 1000);
    return deliver(world, payment, charge(payment, cents), command.event, (one) =>
      applyCharge(world, one, cents),
    );
  },

  dispute(world, command) {
    const payment = picked(world.payments, command.payment);
    if (!payment)
      return deliver(world, undefined, { id: 'cus_1', object: 'customer' }, null, () => '');
    // A dispute has one verdict, whatever is delivered when.
    const verdict = command.dispute % 2 === 0 ? 'won' : 'lost';
    const state = command.isClosed ? verdict : 'open';
    const object = dispute(payment, command.dispute, state);
    return deliver(world, payment, object, null, (one) => {
      applyDispute(world, one, String(object.id), state);
      return undefined;
    });
  },

  redeem(world, command) {
    const withCodes = world.cards.filter(({ everCode }) => everCode !== null);
    const card = picked(withCodes, command.card);
    const code = spell(card?.everCode ?? '0000-0000-0000-0000-0', command.how);
    const user = personOf(world, command.person);
    const isMeant = command.how === 'right' || command.how === 'sloppy';
    return asUser(user, 'redeem_code', { code }, () =>
      redeem(world, user, isMeant ? (card?.everCode ?? '') : ''),
    );
  },

  reissue(world, command) {
    const card = picked(
      world.cards.filter(({ everCode }) => everCode !== null),
      command.card,
    );
    const user = personOf(world, command.person);
    return asUser(user, 'reissue_gift_code', { time_card_id: card?.id ?? nowhere }, (rows) =>
      reissue(world, user, card, String(rows[0]?.activation_code)),
    );
  },
};
