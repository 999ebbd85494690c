import { z } from 'zod';

const count = z.int().min(1).max(10_000).default(1);
const type = z.string().max(100).optional();

/** What tests can ask to go wrong. `count`: how many deliveries or calls it is for. `type`: only events of this type. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('duplicate'),
    count,
    type,
    times: z.int().min(1).max(20).default(1),
  }),
  z.strictObject({ kind: z.literal('delay'), count, type, ms: z.int().min(0).max(600_000) }),
  /** Holds deliveries back until there are `hold` of them, then sends them one by one, last first. */
  z.strictObject({ kind: z.literal('reorder'), type, hold: z.int().min(2).max(100) }),
  z.strictObject({ kind: z.literal('drop'), count, type }),
  z.strictObject({ kind: z.literal('second_event_id'), count, type }),
  /** Changes the object in the delivered event. What the API reports stays true. */
  z.strictObject({
    kind: z.literal('tamper'),
    count,
    type,
    amount: z.int().optional(),
    amount_refunded: z.int().optional(),
    currency: z.string().length(3).optional(),
  }),
  z.strictObject({
    kind: z.literal('api'),
    count,
    mode: z.enum(['500', '429', 'timeout', 'close', 'slow']),
    /** `after`: the call takes effect and only its answer is lost. */
    when: z.enum(['before', 'after']).default('before'),
    method: z.enum(['GET', 'POST', 'DELETE']).optional(),
    /** Only calls whose path starts with this. */
    path: z.string().max(200).optional(),
    /** For `slow` and `timeout`: how long. */
    ms: z.int().min(0).max(60_000).default(1_000),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type ApiFault = Extract<Fault, { kind: 'api' }>;
export type Tamper = Omit<Extract<Fault, { kind: 'tamper' }>, 'kind' | 'count' | 'type'>;

/** What the faults make of one delivery. */
export interface DeliveryPlan {
  copies: number;
  delayMs: number;
  isDropped: boolean;
  hasSecondId: boolean;
  tamper: Tamper | null;
  /** Set when the delivery is to be held back with others, `hold` of them in all. */
  group: { id: number; hold: number } | null;
}

const maxFaults = 100;

/** The faults that are waiting to happen; kept in memory only. */
export class FaultBox {
  #waiting: { fault: Fault; left: number; id: number }[] = [];
  #nextId = 1;

  add(fault: Fault): void {
    if (this.#waiting.length >= maxFaults) throw new RangeError(`at most ${maxFaults} faults`);
    const left = fault.kind === 'reorder' ? fault.hold : fault.count;
    this.#waiting.push({ fault, left, id: this.#nextId });
    this.#nextId += 1;
  }

  list(): object[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, left }));
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Uses up the faults for one delivery of an event of this type. Different kinds add up. */
  forDelivery(eventType: string): DeliveryPlan {
    const plan: DeliveryPlan = {
      copies: 1,
      delayMs: 0,
      isDropped: false,
      hasSecondId: false,
      tamper: null,
      group: null,
    };
    const used = new Set<string>();
    for (const entry of this.#waiting) {
      const { fault } = entry;
      if (fault.kind === 'api' || used.has(fault.kind)) continue;
      if (fault.type !== undefined && fault.type !== eventType) continue;
      used.add(fault.kind);
      entry.left -= 1;
      if (fault.kind === 'duplicate') plan.copies += fault.times;
      if (fault.kind === 'delay') plan.delayMs = fault.ms;
      if (fault.kind === 'drop') plan.isDropped = true;
      if (fault.kind === 'second_event_id') plan.hasSecondId = true;
      if (fault.kind === 'reorder') plan.group = { id: entry.id, hold: fault.hold };
      if (fault.kind === 'tamper') {
        plan.tamper = {
          ...(fault.amount === undefined ? {} : { amount: fault.amount }),
          ...(fault.amount_refunded === undefined
            ? {}
            : { amount_refunded: fault.amount_refunded }),
          ...(fault.currency === undefined ? {} : { currency: fault.currency }),
        };
      }
    }
    this.#waiting = this.#waiting.filter((entry) => entry.left > 0);
    return plan;
  }

  /** Uses up one API fault for this call, if there is one. */
  forCall(method: string, path: string): ApiFault | undefined {
    for (const entry of this.#waiting) {
      const { fault } = entry;
      if (fault.kind !== 'api') continue;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (fault.path !== undefined && !path.startsWith(fault.path)) continue;
      entry.left -= 1;
      this.#waiting = this.#waiting.filter((each) => each.left > 0);
      return fault;
    }
    return undefined;
  }
}
