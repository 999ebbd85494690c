import { z } from 'zod';

export const FAULT_TARGETS = ['llm', 'tts', 'stt'] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];

const shared = {
  target: z.enum(FAULT_TARGETS),
  /** How many calls it hits. */
  times: z.int().min(1).max(1000).default(1),
};

/**
 * What goes wrong with the next calls to one vendor's service.
 * - `status`: the call (for `stt`: the WebSocket handshake) is answered with this HTTP status
 * - `timeout`: nothing is answered until `hold_ms` have passed; then the socket is closed
 * - `break`: the socket is cut after so many chunks of the answer (for `stt`: of received audio)
 * - `close`: the socket is closed without an answer (for `stt`: accepted, then closed with 1011)
 */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...shared,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retry_after_seconds: z.int().min(0).max(3600).optional(),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('timeout'),
    hold_ms: z.int().min(1).max(120_000).default(60_000),
  }),
  z.strictObject({
    ...shared,
    kind: z.literal('break'),
    after_chunks: z.int().min(0).max(10_000).default(1),
  }),
  z.strictObject({ ...shared, kind: z.literal('close') }),
]);

export type Fault = z.infer<typeof faultSchema>;

/** Faults wait in the order in which they were asked for, each target on its own. */
export class FaultQueue {
  #waiting: Fault[] = [];

  add(faults: readonly Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ ...fault })));
  }

  /** The fault that this call must suffer, if any. */
  take(target: FaultTarget): Fault | undefined {
    const fault = this.#waiting.find((waiting) => waiting.target === target);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== fault);
    return { ...fault };
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly Fault[] {
    return this.#waiting;
  }
}
