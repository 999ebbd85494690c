import { afterEach, beforeEach, expect, test } from 'vitest';
import { startMaintenanceRig } from '../_shared/testing/maintenance.ts';
import type { MaintenanceRig } from '../_shared/testing/maintenance.ts';
import { stripeError } from '../_shared/testing/stripe.ts';
import type { StripeRequest } from '../_shared/testing/stripe.ts';
import { raised } from '../_shared/testing/supabase.ts';

const READ_UNTIL = 1_795_000_000;

let rig: MaintenanceRig;
/** What Stripe has, oldest first; one per second from `READ_UNTIL` on, after one that is old. */
let events: Array<{ id: string; type: string; created: number }>;
let inbox: Set<string>;
let applied: string[];
let cursors: unknown[];

beforeEach(async () => {
  rig = await startMaintenanceRig();
  events = [{ id: 'evt_old', type: 'payment_intent.succeeded', created: READ_UNTIL - 5000 }];
  inbox = new Set();
  applied = [];
  cursors = [];
  rig.fake.routes['GET /v1/events'] = (request) => ({ body: listed(request) });
  Object.assign(rig.supabase.rpcs, {
    read_stripe_cursor: () => ({
      body: { read_until_at: new Date(READ_UNTIL * 1000).toISOString() },
    }),
    list_missed_stripe_events: ({ event_ids }: { event_ids?: string[] }) => ({
      body: event_ids?.filter((id) => !inbox.has(id)).map((event_id) => ({ event_id })),
    }),
    apply_stripe_event: ({ event }: { event?: { id: string } }) => {
      applied.push(event?.id ?? '');
      return { body: { outcome: 'credited' } };
    },
    advance_stripe_cursor: ({ read_until_at }: { read_until_at?: unknown }) => {
      cursors.push(read_until_at);
      return { body: {} };
    },
  });
});
afterEach(() => rig.close());

function happen(count: number): string[] {
  const ids = Array.from({ length: count }, (_, n) => `evt_${n}`);
  for (const [n, id] of ids.entries()) {
    events.push({ id, type: 'payment_intent.succeeded', created: READ_UNTIL + n });
  }
  return ids;
}

/** https://docs.stripe.com/api/pagination: newest first, `ending_before` gives the page next to that event. */
function listed({ params }: StripeRequest) {
  const limit = Number(params.get('limit'));
  const before = params.get('ending_before');
  const after = params.get('starting_after');
  const under = Number(params.get('created[lt]') ?? Infinity);
  const newestFirst = events.filter(({ created }) => created < under).toReversed();
  const at = newestFirst.findIndex(({ id }) => id === (before ?? after));
  const rest =
    before === null ? newestFirst.slice(after === null ? 0 : at + 1) : newestFirst.slice(0, at);
  const data = before === null ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: 'list', data, has_more: rest.length > limit };
}

const recovered = async () => (await rig.run()).body['recovered_events'];

test('applies what never arrived, oldest first, and moves the cursor', async () => {
  const [first = '', second = '', third = ''] = happen(3);
  inbox.add(second);
  expect(await recovered()).toBe(2);
  expect(applied).toEqual([first, third]);
  expect(cursors).toEqual([new Date((READ_UNTIL + 2) * 1000).toISOString()]);
});

test('reads a backlog of many pages from its old end', async () => {
  const ids = happen(250);
  expect(await recovered()).toBe(250);
  expect(applied).toEqual(ids);
  expect(cursors).toHaveLength(3);
});

test('reads the last ten minutes again, for what became visible late', async () => {
  events.push({ id: 'evt_late', type: 'charge.refunded', created: READ_UNTIL - 599 });
  expect(await recovered()).toBe(1);
  expect(applied).toEqual(['evt_late']);
});

test.each([250, 0])('reads everything where nothing is older (%i events)', async (count) => {
  events = [];
  const ids = happen(count);
  expect(await recovered()).toBe(count);
  expect(applied).toEqual(ids);
});

test('goes on in the next run where Stripe broke off', async () => {
  const ids = happen(150);
  const list = rig.fake.routes['GET /v1/events'];
  let calls = 0;
  rig.fake.routes['GET /v1/events'] = (request) => {
    calls += 1;
    return calls > 2 ? stripeError(500, { type: 'api_error' }) : (list?.(request) ?? {});
  };
  const { status, body } = await rig.run();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    recovered_events: 100,
    problems: [{ step: 'recover_events', code: 'payment_provider_unavailable' }],
  });
  expect(applied).toEqual(ids.slice(0, 100));
  expect(cursors).toEqual([new Date((READ_UNTIL + 99) * 1000).toISOString()]);
});

test('moves no cursor past the older half that it could not read', async () => {
  events = [];
  happen(150);
  const list = rig.fake.routes['GET /v1/events'];
  rig.fake.routes['GET /v1/events'] = (request) =>
    request.params.has('starting_after')
      ? stripeError(500, { type: 'api_error' })
      : (list?.(request) ?? {});
  expect(await recovered()).toBe(0);
  expect(cursors).toEqual([]);
});

test('names an event that cannot be applied, and goes on', async () => {
  const [bad = '', good = ''] = happen(2);
  rig.supabase.rpcs['apply_stripe_event'] = ({ event }) => {
    applied.push((event as { id: string }).id);
    return { body: { outcome: (event as { id: string }).id === bad ? 'error' : 'credited' } };
  };
  const { body } = await rig.run();
  expect(body).toMatchObject({
    recovered_events: 1,
    problems: [{ step: 'recover_events', code: 'internal_error', event_id: bad }],
  });
  expect(applied).toEqual([bad, good]);
});

test('counts no event whose webhook was faster', async () => {
  happen(1);
  rig.supabase.rpcs['apply_stripe_event'] = () => ({ body: { outcome: 'duplicate' } });
  expect(await recovered()).toBe(0);
});

test('stops neither the rest nor the answer when the cursor cannot be read', async () => {
  rig.supabase.rpcs['read_stripe_cursor'] = () => raised(500, 'broken');
  const { status, body } = await rig.run();
  expect(status).toBe(200);
  expect(body['problems']).toEqual([{ step: 'recover_events', code: 'internal_error' }]);
});
