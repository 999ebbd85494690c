import { createHmac } from 'node:crypto';
import type { DeliveryPlan, Tamper } from './faults.ts';
import { newId } from './ids.ts';
import type { Store, StoredEvent } from './store.ts';

/** One attempt: when (ms since 1970), what came back, how long it took (ms). */
export interface Attempt {
  at: number;
  status: number | null;
  error: string | null;
  ms: number;
}

/** One event on its way to the webhook endpoint. */
export interface Delivery {
  id: string;
  event_id: string;
  event_type: string;
  status: 'pending' | 'held' | 'delivered' | 'failed' | 'dropped';
  tamper: Tamper | null;
  attempts: Attempt[];
  /** When to try next, ms since 1970. */
  next_at: number;
}

export interface DelivererOptions {
  store: Store;
  /** Where to post; null: events are recorded but not delivered. */
  url: string | null;
  secret: string;
  /** Clock in ms. */
  nowMs: () => number;
  /** First wait between attempts; each next one is twice as long, at most `maxRetryMs`. */
  firstRetryMs?: number;
  maxRetryMs?: number;
  maxAttempts?: number;
  timeoutMs?: number;
  /** At least 0, less than 1; which of the waiting deliveries goes first. */
  random?: () => number;
  log: (level: 'warn', msg: string, extra: Record<string, unknown>) => void;
}

const maxInFlight = 8;

/** `t=…,v1=…` over `${t}.${payload}` (https://docs.stripe.com/webhooks#verify-manually). */
export function signatureHeader(payload: string, secret: string, seconds: number): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** Posts events, signed anew at each attempt, until one is answered 2xx. Their order is left to chance. */
export class Deliverer {
  readonly #options: Required<DelivererOptions>;
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #groups = new Map<number, string[]>();
  readonly #stop = new AbortController();
  #chains = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DelivererOptions) {
    this.#options = {
      firstRetryMs: 500,
      maxRetryMs: 30_000,
      maxAttempts: 40,
      timeoutMs: 10_000,
      random: Math.random,
      ...options,
    };
  }

  /** Goes on with what an earlier run left undelivered. */
  start(): void {
    for (const delivery of this.#all()) {
      if (delivery.status === 'held') delivery.status = 'pending';
      if (delivery.status === 'pending') delivery.next_at = this.#options.nowMs();
    }
    this.#pump();
  }

  enqueue(event: StoredEvent, plan: DeliveryPlan): void {
    if (this.#options.url === null) return;
    for (let copy = 0; copy < plan.copies; copy += 1) {
      const delivery: Delivery = {
        id: newId('whd_'),
        event_id: event.id,
        event_type: event.type,
        status: plan.isDropped ? 'dropped' : plan.group === null ? 'pending' : 'held',
        tamper: plan.tamper,
        attempts: [],
        next_at: this.#options.nowMs() + plan.delayMs,
      };
      this.#options.store.put('deliveries', delivery.id, delivery);
      if (delivery.status === 'held' && plan.group !== null) {
        const group = this.#groups.get(plan.group.id) ?? [];
        group.push(delivery.id);
        this.#groups.set(plan.group.id, group);
      }
    }
    if (plan.group !== null && (this.#groups.get(plan.group.id)?.length ?? 0) >= plan.group.hold) {
      void this.#release(plan.group.id);
    }
    // Not at once: the events of one call shall be there together, to go out in any order.
    setImmediate(() => this.#pump());
  }

  /** Sends an event again, whatever became of it. */
  resend(event: StoredEvent): Delivery | undefined {
    const before = new Set(this.#all().map((delivery) => delivery.id));
    this.enqueue(event, {
      copies: 1,
      delayMs: 0,
      isDropped: false,
      hasSecondId: false,
      tamper: null,
      group: null,
    });
    return this.#all().find((delivery) => !before.has(delivery.id));
  }

  /** The events with a delivery that was not accepted (yet). */
  undelivered(): Set<string> {
    const open = this.#all().filter((delivery) => delivery.status !== 'delivered');
    return new Set(open.map((delivery) => delivery.event_id));
  }

  /** Waits until nothing is pending, at most `timeoutMs`; `hurry` tries waiting ones at once. Answers what is left. */
  async flush(timeoutMs: number, hurry: boolean): Promise<number> {
    const until = this.#options.nowMs() + timeoutMs;
    const chains = [...this.#groups.keys()].map((id) => this.#release(id));
    if (hurry) {
      for (const delivery of this.#all()) {
        if (delivery.status === 'pending') delivery.next_at = this.#options.nowMs();
      }
    }
    this.#pump();
    await Promise.race([Promise.all(chains), pause(timeoutMs, this.#stop.signal)]);
    while (this.#unfinished() > 0 && this.#options.nowMs() < until) {
      if (this.#stop.signal.aborted) break;
      await pause(20, this.#stop.signal);
    }
    return this.#unfinished();
  }

  /** Stops; what is undelivered stays in the store. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop.abort();
    await Promise.all(this.#inFlight.values());
  }

  #all(): Delivery[] {
    return [...this.#options.store.all('deliveries').values()];
  }

  #unfinished(): number {
    return (
      this.#all().filter((each) => each.status === 'pending' || each.status === 'held').length +
      this.#chains
    );
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted || this.#options.url === null) return;
    const now = this.#options.nowMs();
    let next = Infinity;
    const due: Delivery[] = [];
    for (const delivery of this.#options.store.all('deliveries').values()) {
      if (delivery.status !== 'pending' || this.#inFlight.has(delivery.id)) continue;
      if (delivery.next_at > now) next = Math.min(next, delivery.next_at);
      else due.push(delivery);
    }
    while (due.length > 0 && this.#inFlight.size < maxInFlight) {
      const [any] = due.splice(Math.floor(this.#options.random() * due.length), 1);
      if (any !== undefined) void this.#begin(any);
    }
    if (next < Infinity) {
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, next - now));
    }
  }

  #begin(delivery: Delivery): Promise<void> {
    const running = this.#attempt(delivery).finally(() => {
      this.#inFlight.delete(delivery.id);
      this.#pump();
    });
    this.#inFlight.set(delivery.id, running);
    return running;
  }

  /** Sends a held-back group one after the other, last first. */
  async #release(groupId: number): Promise<void> {
    const ids = this.#groups.get(groupId) ?? [];
    this.#groups.delete(groupId);
    this.#chains += 1;
    for (const id of ids.toReversed()) {
      const delivery = this.#options.store.get('deliveries', id);
      if (delivery !== undefined && !this.#stop.signal.aborted) await this.#begin(delivery);
    }
    this.#chains -= 1;
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { store, url, secret, nowMs, log } = this.#options;
    const event = store.get('events', delivery.event_id);
    if (event === undefined || url === null) {
      delivery.status = 'failed';
      return;
    }
    const started = nowMs();
    const payload = JSON.stringify(withTamper({ ...event, pending_webhooks: 1 }, delivery.tamper));
    const attempt: Attempt = { at: started, status: null, error: null, ms: 0 };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': signatureHeader(payload, secret, Math.floor(started / 1000)),
        },
        body: payload,
        // A redirect is a failed delivery, as it is at Stripe.
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
      });
      attempt.status = response.status;
      await response.body?.cancel();
    } catch (error) {
      // An attempt that the shutdown cut off does not count.
      if (this.#stop.signal.aborted) return;
      attempt.error = reason(error);
    }
    attempt.ms = nowMs() - started;
    delivery.attempts.push(attempt);
    if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
      delivery.status = 'delivered';
    } else if (delivery.attempts.length >= this.#options.maxAttempts) {
      delivery.status = 'failed';
      log('warn', 'webhook given up', { event_id: event.id, event_type: event.type });
    } else {
      delivery.status = 'pending';
      delivery.next_at = nowMs() + this.#backoffMs(delivery.attempts.length);
      log('warn', 'webhook not accepted, will retry', {
        event_id: event.id,
        event_type: event.type,
        attempt: delivery.attempts.length,
        status: attempt.status,
        error: attempt.error,
      });
    }
    store.put('deliveries', delivery.id, delivery);
  }

  #backoffMs(attempts: number): number {
    return Math.min(
      this.#options.maxRetryMs,
      this.#options.firstRetryMs * 2 ** Math.min(attempts - 1, 20),
    );
  }
}

function withTamper(event: StoredEvent, tamper: Tamper | null): StoredEvent {
  if (tamper === null) return event;
  const object = { ...event.data.object };
  if (tamper.amount !== undefined) {
    for (const field of ['amount', 'amount_received', 'amount_captured', 'amount_total']) {
      if (typeof object[field] === 'number') object[field] = tamper.amount;
    }
  }
  if (tamper.amount_refunded !== undefined && 'amount_refunded' in object) {
    object['amount_refunded'] = tamper.amount_refunded;
  }
  if (tamper.currency !== undefined && 'currency' in object) object['currency'] = tamper.currency;
  return { ...event, data: { ...event.data, object } };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'timed out';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

/** Resolves after `ms`, or at once when stopped. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
  });
}
