import { z } from 'zod';
import type { Call, Double, Origin, Route } from './double.ts';
import { apiVersion } from './double.ts';
import { invalidParams, noSuch } from './errors.ts';
import { newId } from './ids.ts';
import { createdParam, listOf, matchesCreated, pageParams } from './lists.ts';
import { bool, read, text } from './params.ts';
import type { StoredEvent } from './store.ts';

/** Records what happened and queues its webhook, the way the waiting faults want it. */
export function emit(
  double: Omit<Double, 'emit'>,
  type: string,
  object: object,
  origin: Origin,
  previous?: Record<string, unknown>,
): StoredEvent {
  const copy = structuredClone(object) as Record<string, unknown>;
  const make = (): StoredEvent => ({
    id: newId('evt_1', 23),
    object: 'event',
    api_version: apiVersion,
    created: double.now(),
    data:
      previous === undefined ? { object: copy } : { object: copy, previous_attributes: previous },
    livemode: false,
    pending_webhooks: 0,
    request: { ...origin },
    type,
  });
  const event = make();
  const plan = double.faults.forDelivery(type);
  double.store.put('events', event.id, event);
  double.deliverer.enqueue(event, plan);
  if (plan.hasSecondId) {
    const twin = make();
    double.store.put('events', twin.id, twin);
    double.deliverer.resend(twin);
  }
  return event;
}

function shown(event: StoredEvent, undelivered: Set<string>): StoredEvent {
  return { ...event, pending_webhooks: undelivered.has(event.id) ? 1 : 0 };
}

const listParams = z.strictObject({
  ...pageParams,
  created: createdParam,
  delivery_success: bool.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});

/** `type` may end in `*`: `charge.*` (https://docs.stripe.com/api/events/list). */
function list({ double, params }: Call): object {
  const want = read(listParams, params);
  if (want.type !== undefined && want.types !== undefined) {
    throw invalidParams('You may only specify one of these parameters: type, types.', {
      code: 'parameters_exclusive',
      param: 'types',
    });
  }
  const types = want.types ?? (want.type === undefined ? undefined : [want.type]);
  const matchesType = (type: string) =>
    types === undefined ||
    types.some((each) => (each.endsWith('*') ? type.startsWith(each.slice(0, -1)) : each === type));
  const undelivered = double.deliverer.undelivered();
  const page = listOf(
    double.store.all('events').values(),
    want,
    '/v1/events',
    (event) =>
      matchesType(event.type) &&
      matchesCreated(event.created, want.created) &&
      (want.delivery_success === undefined || undelivered.has(event.id) !== want.delivery_success),
  );
  return { ...page, data: page.data.map((event) => shown(event, undelivered)) };
}

export const eventRoutes: readonly Route[] = [
  ['GET', '/v1/events', list],
  [
    'GET',
    '/v1/events/:id',
    ({ double, path }) => {
      const event = double.store.get('events', path['id'] ?? '');
      if (event === undefined) throw noSuch('event', path['id'] ?? '');
      return shown(event, double.deliverer.undelivered());
    },
  ],
];
