import { z } from 'zod';
import { callStripe } from '../_shared/stripe.ts';
import type { Stripe } from '../_shared/stripe.ts';
import { callRpc } from '../_shared/supabase.ts';
import type { Db } from '../_shared/supabase.ts';
import type { StepContext } from './handler.ts';

/** The events that `apply_stripe_event` makes something of; Stripe takes up to 20 types. */
const TYPES = [
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'payment_intent.canceled',
  'payment_intent.payment_failed',
  'payment_intent.succeeded',
  'charge.succeeded',
  'charge.updated',
  'charge.refunded',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_reinstated',
  'charge.dispute.funds_withdrawn',
  'refund.failed',
  'refund.updated',
];

/** An event can become visible later than one that was created after it. */
const OVERLAP_SECONDS = 600;
/** Where nothing was read yet; what is older is found by asking about the payments. */
const FIRST_LOOK_SECONDS = 24 * 3600;
const PAGE_SIZE = 100;
const MAX_PAGES = 20;

const cursor = z.object({ read_until_at: z.string().nullable() });
const missedEvents = z.array(z.object({ event_id: z.string() }));
const applied = z.object({ outcome: z.string() });

/**
 * Reads Stripe's list of events from where the last run got to, oldest first, and applies those that never arrived
 * as their webhook would. Each page that is applied moves the cursor, so a run that breaks off loses nothing.
 * @returns how many were applied
 */
export async function recoverEvents(
  deps: { db: Db; stripe: Stripe },
  context: StepContext,
): Promise<number> {
  const read = await callRpc(deps.db, 'read_stripe_cursor', {}, cursor);
  if (read.error) throw new Error(`read_stripe_cursor: ${read.error.code}`);
  const { read_until_at } = read.data;
  const from =
    read_until_at === null
      ? Math.floor(context.limits.now() / 1000) - FIRST_LOOK_SECONDS
      : Math.floor(Date.parse(read_until_at) / 1000) - OVERLAP_SECONDS;
  let recovered = 0;
  for await (const page of pagesSince(deps.stripe, from, context)) {
    recovered += await applyMissed(deps.db, page, context);
    const newest = page.at(-1);
    if (newest === undefined) continue;
    const moved = await callRpc(
      deps.db,
      'advance_stripe_cursor',
      { read_until_at: new Date(newest.created * 1000).toISOString() },
      z.unknown(),
    );
    if (moved.error) throw new Error(`advance_stripe_cursor: ${moved.error.code}`);
  }
  return recovered;
}

/**
 * Pages of events, oldest first, which Stripe gives only before some event (`ending_before`): the newest one of
 * before that time. Where there is none, all there are.
 */
async function* pagesSince(
  stripe: Stripe,
  from: number,
  context: StepContext,
): AsyncGenerator<Stripe.Event[]> {
  const before = await listEvents(stripe, { created: { lt: from }, limit: 1 }, context);
  let anchor = before?.data[0]?.id;
  if (before === null) return;
  if (anchor === undefined) {
    yield* allPages(stripe, context);
    return;
  }
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await listEvents(stripe, { ending_before: anchor }, context);
    if (page === null) return;
    yield page.data.toReversed();
    if (!page.has_more) return;
    anchor = page.data[0]?.id ?? anchor;
  }
}

async function* allPages(stripe: Stripe, context: StepContext): AsyncGenerator<Stripe.Event[]> {
  const pages: Stripe.Event[][] = [];
  let last: string | undefined;
  for (;;) {
    const page = await listEvents(
      stripe,
      last === undefined ? {} : { starting_after: last },
      context,
    );
    // Half of it would be the newer half, and move the cursor past the older one.
    if (page === null) return;
    pages.push(page.data.toReversed());
    last = page.data.at(-1)?.id;
    if (!page.has_more || last === undefined) break;
  }
  yield* pages.toReversed();
}

/** One page, newest first; null when Stripe cannot be reached or time is up. */
async function listEvents(
  stripe: Stripe,
  params: Stripe.EventListParams,
  context: StepContext,
): Promise<Stripe.ApiList<Stripe.Event> | null> {
  const { limits } = context;
  if (limits.now() >= limits.deadline) return null;
  const page = await callStripe(() =>
    stripe.events.list({ types: TYPES, limit: PAGE_SIZE, ...params }),
  );
  if (page.error) {
    context.problem({ step: 'recover_events', code: page.error.code });
    return null;
  }
  return page.data;
}

async function applyMissed(
  db: Db,
  page: readonly Stripe.Event[],
  context: StepContext,
): Promise<number> {
  if (page.length === 0) return 0;
  const event_ids = page.map(({ id }) => id);
  const listed = await callRpc(db, 'list_missed_stripe_events', { event_ids }, missedEvents);
  if (listed.error) throw new Error(`list_missed_stripe_events: ${listed.error.code}`);
  const missed = new Set(listed.data.map(({ event_id }) => event_id));
  let count = 0;
  for (const event of page) {
    if (!missed.has(event.id)) continue;
    const result = await callRpc(db, 'apply_stripe_event', { event }, applied);
    const outcome = result.error?.code ?? result.data?.outcome;
    if (result.error || outcome === 'error') {
      // It is in the inbox: tried again while it is new, then an admin replays it.
      const code = result.error?.code ?? 'internal_error';
      context.log.error('event not applied', { event_id: event.id, code });
      context.problem({ step: 'recover_events', code, event_id: event.id });
    } else if (outcome !== 'duplicate') {
      context.log.info('event recovered', {
        event_id: event.id,
        event_type: event.type,
        outcome: outcome ?? null,
      });
      count += 1;
    }
  }
  return count;
}
