import type { StoredEvent, Store } from './store.ts';
import type { FaultBox } from './faults.ts';
import type { Later } from './later.ts';
import type { Deliverer } from './webhooks.ts';

/** The version that stripe-node 23.1 pins; what events are rendered in. */
export const apiVersion = '2026-10-28.endive';

/** Which API request caused a change; both null for what a customer does on a hosted page. */
export interface Origin {
  id: string | null;
  idempotency_key: string | null;
}

export const fromPage: Origin = { id: null, idempotency_key: null };

/** What every part of the double works with. */
export interface Double {
  store: Store;
  faults: FaultBox;
  deliverer: Deliverer;
  later: Later;
  /** Where browsers reach the hosted pages, without a slash at the end. */
  baseUrl: string;
  /** The time in whole seconds, as in Stripe's objects. */
  now(): number;
  /** Records an event and queues its webhook. `object` is copied. */
  emit(
    type: string,
    object: object,
    origin: Origin,
    previous?: Record<string, unknown>,
  ): StoredEvent;
}

/** One request to the API, as an endpoint sees it. */
export interface Call {
  double: Double;
  /** The form or query, unparsed. `expand` is dealt with outside the endpoint. */
  params: unknown;
  /** The parts of the path that the route names with a colon. */
  path: Record<string, string>;
  origin: Origin;
}

export type Endpoint = (call: Call) => object;

/** A row of the route table: method, path with `:name` parts, endpoint. */
export type Route = readonly ['GET' | 'POST' | 'DELETE', string, Endpoint];

/** The id of a field that Stripe can expand. Stored objects are never expanded. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : value.id;
}
