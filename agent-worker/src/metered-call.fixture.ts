import type { Beat, BeatAnswer, Billing, SessionEnd, StartedSession } from './billing-client.ts';
import { BillingError } from './billing-client.ts';
import { FakeClock } from './fake-clock.fixture.ts';
import { MeteredCall } from './metered-call.ts';
import type { GoodbyeCause } from './metered-call.ts';

export const sessionId = '0b9f4bd2-6f0c-4c0e-9a3e-0d3d2b7d9a11';

/** How a beat is answered: with figures, never (`hang`), or not at all (`fail`). */
export type BeatScript = (beat: Beat) => Partial<BeatAnswer> | 'hang' | 'fail';

export const unreachable = () => new BillingError('unreachable', 0, 'test');

export interface MeterTestOptions {
  started?: Partial<StartedSession>;
  onBeat?: BeatScript;
  goodbyeMs?: number;
}

/** A meter on a fake clock and a scripted database, with a diary of everything it did. */
export function meterUnderTest(options: MeterTestOptions = {}) {
  const clock = new FakeClock();
  const began = clock.now();
  const diary: string[] = [];
  const beats: Beat[] = [];
  const ends: SessionEnd[] = [];
  const script = { onBeat: options.onBeat ?? (() => ({})) };
  const at = () => Math.round((clock.now() - began) / 1000);
  const started: StartedSession = {
    session_id: sessionId,
    status: 'active',
    agent_type: 'basic',
    user_id: 'u',
    full_name: 'Ada',
    preferences: {},
    used_seconds: 0,
    granted_until_seconds: 300,
    remaining_seconds: 3600,
    low_balance: false,
    final: false,
    heartbeat_interval_seconds: 15,
    heartbeat_seq: 0,
    low_balance_seconds: 1800,
    last_minute_seconds: 60,
    session_timeout_seconds: 1800,
    kind: 'basic',
    instructions: null,
    voice: null,
    greeting: null,
    agent_state: {},
    keep_transcripts: true,
    ...options.started,
  };
  const billing: Billing = {
    start: async () => started,
    async beat(beat) {
      beats.push(beat);
      const answer = script.onBeat(beat);
      if (answer === 'fail') throw unreachable();
      if (answer === 'hang') return new Promise<BeatAnswer>(() => {});
      return {
        granted_until_seconds: started.granted_until_seconds,
        remaining_seconds: started.remaining_seconds - beat.usedSeconds,
        low_balance: started.low_balance,
        final: started.final,
        action: 'continue',
        ...answer,
      };
    },
    async end(end) {
      ends.push(end);
      diary.push(`${at()} settled`);
      return {
        session_id: sessionId,
        billed_seconds: end.usedSeconds,
        status: 'completed',
      };
    },
    forSession: () => ({ call: () => Promise.reject(unreachable()) }),
  };
  const meter = new MeteredCall({
    sessionId,
    workerId: 'w',
    billing,
    clock,
    log: { info: () => {}, warn: () => {} },
    agentState: () => ({ interruptions: 0 }),
    hooks: {
      onState: () => {},
      onNotice: (type) => diary.push(`${at()} notice ${type}`),
      sayGoodbye: (cause: GoodbyeCause) => {
        diary.push(`${at()} goodbye ${cause}`);
        return new Promise((resolve) => {
          clock.after(options.goodbyeMs ?? 3_000, () => {
            diary.push(`${at()} goodbye heard`);
            resolve();
          });
        });
      },
      onGoodbyeWithdrawn: () => diary.push(`${at()} goes on`),
      onOver: (reason) => diary.push(`${at()} over ${reason}`),
    },
  });
  return { meter, clock, billing, beats, ends, diary, script };
}
