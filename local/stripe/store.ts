import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type Stripe from 'stripe';
import { z } from 'zod';
import type { SavedAnswer } from './idempotency.ts';
import type { Step } from './later.ts';
import type { Delivery } from './webhooks.ts';

/** Prices as they are on the wire, where a decimal is text. */
export type Price = Omit<Stripe.Price, 'unit_amount_decimal'> & {
  unit_amount_decimal: string | null;
};
export type LineItem = Omit<Stripe.LineItem, 'price'> & { price: Price | null };

/** The event as it is stored; `data.object` is a copy made when it happened. */
export interface StoredEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

/** What is remembered of a payment method's card: its name in the list of test cards, never a number. */
export interface CardOnFile {
  name: string;
  is_set_up: boolean;
  /** Paid with while it belonged to nobody, or detached: it cannot be used again. */
  is_used_up?: boolean;
}

/** What a checkout session keeps for the payment it will make. */
export interface CheckoutPlan {
  line_items: LineItem[];
  metadata: Record<string, string>;
  description: string | null;
  receipt_email: string | null;
  setup_future_usage: 'off_session' | 'on_session' | null;
}

export interface Kinds {
  customers: Stripe.Customer;
  products: Stripe.Product;
  prices: Price;
  payment_methods: Stripe.PaymentMethod;
  payment_intents: Stripe.PaymentIntent;
  charges: Stripe.Charge;
  setup_intents: Stripe.SetupIntent;
  refunds: Stripe.Refund;
  disputes: Stripe.Dispute;
  balance_transactions: Stripe.BalanceTransaction;
  checkout_sessions: Stripe.Checkout.Session;
  checkout_plans: CheckoutPlan;
  cards_on_file: CardOnFile;
  events: StoredEvent;
  deliveries: Delivery;
  steps: Step;
  idempotency: SavedAnswer;
}

/** The most of each kind that is kept; the oldest go first. */
const bounds: Record<keyof Kinds, number> = {
  customers: 20_000,
  products: 5_000,
  prices: 5_000,
  payment_methods: 20_000,
  payment_intents: 20_000,
  charges: 20_000,
  setup_intents: 20_000,
  refunds: 20_000,
  disputes: 5_000,
  balance_transactions: 20_000,
  checkout_sessions: 20_000,
  checkout_plans: 20_000,
  cards_on_file: 20_000,
  events: 10_000,
  deliveries: 10_000,
  steps: 10_000,
  idempotency: 10_000,
};
const kinds = Object.keys(bounds) as (keyof Kinds)[];

const stateVersion = 1;
const snapshotSchema = z.object({
  version: z.literal(stateVersion),
  kinds: z.record(z.string(), z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())]))),
});

/** Everything the double knows, in memory, in order of creation. */
export class Store {
  readonly #maps = new Map<keyof Kinds, Map<string, unknown>>(
    kinds.map((kind) => [kind, new Map<string, unknown>()]),
  );
  /** Called after every change. */
  onChange: () => void = () => undefined;

  all<K extends keyof Kinds>(kind: K): Map<string, Kinds[K]> {
    // Each map is only ever filled through `put`, which is typed by the kind.
    return this.#maps.get(kind) as Map<string, Kinds[K]>;
  }

  get<K extends keyof Kinds>(kind: K, id: string): Kinds[K] | undefined {
    return this.all(kind).get(id);
  }

  put<K extends keyof Kinds>(kind: K, id: string, value: Kinds[K]): Kinds[K] {
    const map = this.all(kind);
    map.set(id, value);
    for (const oldest of map.keys()) {
      if (map.size <= bounds[kind]) break;
      map.delete(oldest);
    }
    this.onChange();
    return value;
  }

  delete(kind: keyof Kinds, id: string): void {
    this.#maps.get(kind)?.delete(id);
    this.onChange();
  }

  /** Any API object by its id, whatever its kind; for `expand`. */
  find(id: string): unknown {
    for (const [prefix, kind] of prefixes) {
      if (id.startsWith(prefix)) return this.get(kind, id);
    }
    return undefined;
  }

  snapshot(): string {
    const entries = kinds.map((kind) => [kind, [...this.all(kind)]]);
    return JSON.stringify({ version: stateVersion, kinds: Object.fromEntries(entries) });
  }

  restore(json: string): void {
    const { kinds: saved } = snapshotSchema.parse(JSON.parse(json));
    for (const kind of kinds) {
      for (const [id, value] of saved[kind] ?? []) this.#maps.get(kind)?.set(id, value);
    }
  }
}

const prefixes: readonly [string, keyof Kinds][] = [
  ['cus_', 'customers'],
  ['prod_', 'products'],
  ['price_', 'prices'],
  ['pm_', 'payment_methods'],
  ['pi_', 'payment_intents'],
  ['ch_', 'charges'],
  ['seti_', 'setup_intents'],
  ['re_', 'refunds'],
  ['du_', 'disputes'],
  ['txn_', 'balance_transactions'],
  ['cs_', 'checkout_sessions'],
  ['evt_', 'events'],
];

type Log = (level: 'info' | 'warn' | 'error', msg: string, extra?: Record<string, unknown>) => void;

/**
 * Keeps a store in a file: reads it now, then writes it, atomically, soon after each change.
 * A file that cannot be read is set aside under another name, not overwritten.
 */
export function keepInFile(store: Store, file: string, log: Log): { flush(): void } {
  if (existsSync(file)) {
    try {
      store.restore(readFileSync(file, 'utf8'));
    } catch (error) {
      const aside = `${file}.unreadable-${Date.now()}`;
      renameSync(file, aside);
      log('warn', 'state file unreadable, set aside, starting empty', {
        set_aside_as: aside,
        reason: error instanceof Error ? error.name : 'unknown',
      });
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  let waitMs = 200;

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const started = performance.now();
    // The state holds the answers to API calls, among them client secrets.
    writeFileSync(`${file}.tmp`, store.snapshot(), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
    // A large state takes longer to write; then it is written less often.
    waitMs = Math.min(5000, Math.max(200, (performance.now() - started) * 20));
  }

  function writeSoon(): void {
    try {
      write();
    } catch (error) {
      log('error', 'state not written', {
        reason: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  store.onChange = () => {
    timer ??= setTimeout(writeSoon, waitMs);
  };
  return {
    flush() {
      if (timer !== undefined) write();
    },
  };
}
