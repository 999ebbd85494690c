import { createHash } from 'node:crypto';
import { StripeApiError } from './errors.ts';
import type { Store } from './store.ts';

/** The first answer to an Idempotency-Key (https://docs.stripe.com/api/idempotent_requests). */
export interface SavedAnswer {
  path: string;
  fingerprint: string;
  request_id: string;
  status: number;
  body: string;
  /** Seconds since 1970. */
  saved_at: number;
}

/** Stripe may forget a key after this many seconds. */
const keptSeconds = 24 * 3600;

/** Remembers answers by key, and which keys are being worked on right now. */
export class Idempotency {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #running = new Set<string>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Call before the endpoint runs: gives the saved answer, or undefined and takes the key.
   * Throws 400 `idempotency_error` when the key was used for something else, and 409
   * `idempotency_key_in_use` while the first request is still going on.
   */
  take(key: string, path: string, params: unknown): SavedAnswer | undefined {
    if (key.length > 255) {
      throw new StripeApiError(
        400,
        'invalid_request_error',
        'Idempotency keys are at most 255 characters long.',
        {},
        false,
      );
    }
    const saved = this.#store.get('idempotency', key);
    if (saved !== undefined && this.#now() - saved.saved_at < keptSeconds) {
      if (saved.path !== path) {
        throw mismatch(
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs '${saved.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      if (saved.fingerprint !== fingerprint(params)) {
        throw mismatch(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      return saved;
    }
    if (this.#running.has(key)) {
      throw new StripeApiError(
        409,
        'invalid_request_error',
        `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
        { code: 'idempotency_key_in_use' },
        false,
      );
    }
    this.#running.add(key);
    return undefined;
  }

  save(key: string, params: unknown, answer: Omit<SavedAnswer, 'fingerprint' | 'saved_at'>): void {
    this.#store.delete('idempotency', key);
    this.#store.put('idempotency', key, {
      ...answer,
      fingerprint: fingerprint(params),
      saved_at: this.#now(),
    });
  }

  release(key: string): void {
    this.#running.delete(key);
  }
}

function mismatch(message: string): StripeApiError {
  return new StripeApiError(400, 'idempotency_error', message, {}, false);
}

/** The same for the same parameters in another order. Hashed: parameters can hold a card number. */
function fingerprint(params: unknown): string {
  return createHash('sha256').update(canonical(params)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
