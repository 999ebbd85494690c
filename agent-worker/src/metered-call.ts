import type {
  AgentStateJson,
  BeatAnswer,
  Billing,
  EndedSession,
  StartedSession,
} from './billing-client.ts';
import { settledWithin } from './clock.ts';
import type { Clock } from './clock.ts';
import { CallTimer } from './call-timer.ts';
import { ServedTime } from './served-time.ts';
import { Grant, goodbyeLeadSeconds, graceAfterGrantMs } from './grant.ts';
import type { MeterState } from './grant.ts';

export type NoticeType = 'low_balance' | 'last_minute' | 'goodbye' | 'topped_up';

/** Why the agent says goodbye, so that it can tell the customer. */
export type GoodbyeCause =
  | 'out_of_time'
  | 'billing_unreachable'
  | 'asked_to_end'
  | 'worker_shutdown'
  | 'user_inactive'
  | 'cannot_answer'
  | 'cannot_hear';

/** Why nobody can be served, and the clock stands still. Several may hold at once. */
export type PauseReason = 'user_away' | 'link_down' | 'no_packets' | 'no_answer' | 'deaf';

/** What `end_session` is told; stored with the session. */
export type EndReason =
  | 'user_left'
  | 'room_closed'
  | 'grant_exhausted'
  | 'ended_on_request'
  | 'user_inactive'
  | 'worker_shutdown'
  | 'agent_failed';

const endReasons: Record<GoodbyeCause, EndReason> = {
  out_of_time: 'grant_exhausted',
  billing_unreachable: 'grant_exhausted',
  asked_to_end: 'ended_on_request',
  worker_shutdown: 'worker_shutdown',
  user_inactive: 'user_inactive',
  cannot_answer: 'agent_failed',
  cannot_hear: 'agent_failed',
};

export interface MeteredCallHooks {
  /** After the start, after every beat and whenever a figure changes. */
  onState(state: MeterState): void;
  onNotice(type: NoticeType, remainingSeconds: number): void;
  /** Speaks the goodbye; settles when it has been heard. `seconds` is how long it may take. */
  sayGoodbye(cause: GoodbyeCause, seconds: number): Promise<void>;
  /** A top-up arrived while the goodbye was spoken: the conversation goes on. */
  onGoodbyeWithdrawn(): void;
  /** The conversation must stop now. Called once; the settlement is under way. */
  onOver(reason: EndReason): void;
}

export interface MeterLog {
  info(attributes: object, message: string): void;
  warn(attributes: object, message: string): void;
}

export interface MeteredCallOptions {
  sessionId: string;
  workerId: string;
  billing: Billing;
  clock: Clock;
  hooks: MeteredCallHooks;
  log: MeterLog;
  agentState(): AgentStateJson;
}

/** A goodbye that no grant limits (shutdown, request) may take so long. */
const GOODBYE_LIMIT_MS = 8_000;
/** A beat goes out so long before the goodbye is due, so that a top-up is noticed in time. */
const BEAT_BEFORE_GOODBYE_MS = 2_000;
/** How soon a failed beat is followed by the next, when the interval is longer. */
const FAILED_BEAT_INTERVAL_MS = 5_000;
/** How long the last look for a top-up may take, after the goodbye. */
const LAST_BEAT_LIMIT_MS = 2_000;
/** A growth of the remaining time below this is rounding, not a top-up. */
const TOP_UP_TOLERANCE_SECONDS = 5;

/**
 * The one owner of a call's charging steps: starts the clock, reports cumulative use, obeys the
 * grant and settles once, so that no agent can forget to meter (credit control as in RFC 8506).
 *
 * The goodbye is due a lead time before `granted_until_seconds`, whatever happens to the beats, and
 * it is bounded; one beat goes out before that is decided. `usedSeconds` counts from the answer
 * to `start_session`, hence never more than the database's own clock.
 */
export class MeteredCall {
  readonly #options: MeteredCallOptions;
  readonly #timers: CallTimer;
  readonly #abort = new AbortController();
  readonly #ended = Promise.withResolvers<EndedSession | null>();
  #phase: 'idle' | 'starting' | 'running' | 'over' = 'idle';
  #grant: Grant | null = null;
  readonly #time: ServedTime;
  readonly #pauses = new Set<PauseReason>();
  readonly #doubts = new Map<PauseReason, number>();
  /** How long each reason that holds has been the only one, as far as was noted, and noted when. */
  readonly #aloneMs = new Map<PauseReason, number>();
  #notedMs = 0;
  #seq = 0;
  #lastBeatMs = 0;
  #intervalMs = 0;
  #failedBeats = 0;
  #beatUnderway: Promise<void> | null = null;
  #isSayingGoodbye = false;
  /** Set once the call is to end whatever time is left; a top-up does not undo it. */
  #endCause: GoodbyeCause | null = null;
  #lastMinuteSeconds = 0;
  #isLastMinuteSaid = false;
  #endBeforeStart: EndReason | null = null;

  constructor(options: MeteredCallOptions) {
    this.#options = options;
    this.#timers = new CallTimer(options.clock);
    this.#time = new ServedTime(options.clock);
  }

  /** Settles when the settlement got through (its answer) or was given up (null: the sweep settles). */
  get ended(): Promise<EndedSession | null> {
    return this.#ended.promise;
  }

  get hasStarted(): boolean {
    return this.#grant !== null;
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** A goodbye is being said, or the call is over. */
  get isEnding(): boolean {
    return this.isOver || this.#isSayingGoodbye;
  }

  /** Whole seconds talked; stands still once the call is over; never beyond the grant. */
  get usedSeconds(): number {
    return this.#withinGrant(this.#time.servedMs());
  }

  /** Whole seconds in which nobody could be served; with the used ones never more than the call took. */
  get unservedSeconds(): number {
    return Math.floor(this.#time.unservedMs() / 1000);
  }

  /** The figures of this very second. */
  get state(): MeterState {
    if (!this.#grant) throw new Error('the call has not been started');
    return this.#grant.stateAt(this.usedSeconds);
  }

  /**
   * Starts the clock; call it when agent and user are both in the room.
   *
   * @throws BillingError when the session may not start; nothing is charged then
   */
  async start(): Promise<StartedSession> {
    if (this.#phase !== 'idle') throw new Error('a call starts once');
    this.#phase = 'starting';
    const { billing, clock, sessionId, workerId } = this.#options;
    let started: StartedSession;
    try {
      started = await billing.start(sessionId, workerId);
    } catch (error) {
      this.#phase = 'over';
      this.#ended.resolve(null);
      throw error;
    }
    this.#phase = 'running';
    this.#time.start(started.used_seconds * 1000);
    if (this.#pauses.size > 0) this.#time.stop(clock.now());
    this.#lastBeatMs = this.#time.servedMs();
    this.#seq = started.heartbeat_seq;
    this.#intervalMs = started.heartbeat_interval_seconds * 1000;
    this.#lastMinuteSeconds = started.last_minute_seconds;
    this.#isLastMinuteSaid = started.remaining_seconds <= started.last_minute_seconds;
    this.#grant = new Grant(started, started.used_seconds);
    this.#options.hooks.onState(this.state);
    if (this.#endBeforeStart) this.end(this.#endBeforeStart);
    else this.#schedule();
    return started;
  }

  /**
   * Nobody can be served: the clock stands still, beats go on.
   *
   * @param sinceMs since when, by the clock of this call; time from then on is taken back as far as no
   * beat has proven it, see {@link doubt}
   */
  pause(reason: PauseReason, sinceMs = this.#options.clock.now()): void {
    this.#doubts.delete(reason);
    if (this.#pauses.has(reason)) return;
    this.#noteAlone();
    this.#pauses.add(reason);
    this.#aloneMs.set(reason, 0);
    if (this.#phase !== 'running') return;
    const beforeMs = this.#time.servedMs();
    this.#time.stop(sinceMs);
    this.#aloneMs.set(reason, beforeMs - this.#time.servedMs());
    this.#lastBeatMs = Math.min(this.#lastBeatMs, this.#time.servedMs());
    this.#timers.cancel('goodbye');
    this.#timers.cancel('last minute');
    this.#options.hooks.onState(this.state);
    this.#schedule();
  }

  /**
   * The service goes on: the clock runs again from where it stood.
   *
   * @param chargeMs what of the time that was left out turns out to be due all the same; at most what
   * was left out for this reason alone
   */
  resume(reason: PauseReason, chargeMs = 0): void {
    this.#doubts.delete(reason);
    this.#noteAlone();
    if (!this.#pauses.delete(reason)) return;
    if (this.#phase !== 'running') return;
    this.#time.charge(Math.min(chargeMs, this.#aloneMs.get(reason) ?? 0));
    if (this.#pauses.size > 0) return;
    this.#time.run();
    this.#options.hooks.onState(this.state);
    this.#schedule();
  }

  /**
   * Time from `sinceMs` on may turn out not to be due. What a beat has reported is proven and stays, so
   * until {@link pause} or {@link resume} with this reason decides, beats report up to then only.
   */
  doubt(reason: PauseReason, sinceMs = this.#options.clock.now()): void {
    if (!this.#pauses.has(reason)) this.#doubts.set(reason, sinceMs);
  }

  /** Says goodbye, then ends, whatever is left of the grant. */
  windDown(cause: Exclude<GoodbyeCause, 'out_of_time' | 'billing_unreachable'>): void {
    this.#endCause ??= cause;
    if (this.#phase === 'running') void this.#sayGoodbyeThenEnd(cause);
    else this.end(endReasons[cause]);
  }

  /**
   * Stops the clock and settles in the background; see {@link ended}. Only the first call counts.
   * Before the start there is nothing to settle.
   */
  end(reason: EndReason): void {
    if (this.#phase === 'starting') this.#endBeforeStart ??= reason;
    if (this.#phase === 'over' || this.#phase === 'starting') return;
    const hasStarted = this.#phase === 'running';
    const now = this.#options.clock.now();
    // What was in doubt when we failed was not served.
    const since = reason === 'agent_failed' ? Math.min(now, ...this.#doubts.values()) : now;
    if (hasStarted) this.#time.stop(since);
    this.#time.close();
    this.#phase = 'over';
    this.#timers.clear();
    this.#abort.abort();
    if (hasStarted) this.#options.hooks.onState(this.state);
    this.#options.hooks.onOver(reason);
    if (hasStarted) void this.#settle(reason);
    else this.#ended.resolve(null);
  }

  async #settle(reason: EndReason): Promise<void> {
    const { agentState, billing, log, sessionId } = this.#options;
    const usedSeconds = this.usedSeconds;
    try {
      const ended = await billing.end({ sessionId, usedSeconds, reason, agentState: agentState() });
      log.info({ reason, usedSeconds, billedSeconds: ended.billed_seconds }, 'session settled');
      this.#ended.resolve(ended);
    } catch (error) {
      log.warn(
        { reason, usedSeconds, error },
        'settlement did not get through, the sweep will settle',
      );
      this.#ended.resolve(null);
    }
  }

  #noteAlone(): void {
    const now = this.#options.clock.now();
    const [reason, other] = this.#pauses;
    if (reason && !other) {
      this.#aloneMs.set(reason, (this.#aloneMs.get(reason) ?? 0) + now - this.#notedMs);
    }
    this.#notedMs = now;
  }

  #withinGrant(servedMs: number): number {
    return Math.min(Math.floor(servedMs / 1000), this.#grant?.grantedUntilSeconds ?? 0);
  }

  /** What a beat may prove: nothing that is in doubt. */
  #reportedSeconds(): number {
    const certainMs = Math.min(this.#options.clock.now(), ...this.#doubts.values());
    return this.#withinGrant(this.#time.servedMs(certainMs));
  }

  #grantLeftMs(): number {
    return (this.#grant?.grantedUntilSeconds ?? 0) * 1000 - this.#time.servedMs();
  }

  /** Sets every timer anew from what is known now. */
  #schedule(): void {
    const grant = this.#grant;
    if (this.#phase !== 'running' || !grant) return;
    const now = this.#time.servedMs();
    const until = grant.grantedUntilSeconds;
    const goodbyeAt = (until - goodbyeLeadSeconds(until)) * 1000;
    const at = (name: string, ms: number, fn: () => void) => this.#timers.set(name, ms - now, fn);

    if (!this.#beatUnderway) at('beat', this.#nextBeatMs(now, goodbyeAt), () => void this.#beat());
    if (this.#pauses.size > 0) return;
    if (!this.#isSayingGoodbye) {
      const cause = () => (grant.isFinal ? 'out_of_time' : 'billing_unreachable');
      at('goodbye', goodbyeAt, () => void this.#sayGoodbyeThenEnd(cause()));
    }
    if (!this.#isLastMinuteSaid) {
      at('last minute', grant.momentMs(this.#lastMinuteSeconds), () => this.#onLastMinute());
    }
  }

  #nextBeatMs(now: number, goodbyeAt: number): number {
    const failing = this.#failedBeats > 0;
    const interval = failing
      ? Math.min(this.#intervalMs, FAILED_BEAT_INTERVAL_MS)
      : this.#intervalMs;
    const due = Math.max(this.#lastBeatMs + interval, failing ? now + 1_000 : now);
    const beforeGoodbye = goodbyeAt - BEAT_BEFORE_GOODBYE_MS;
    return beforeGoodbye > now ? Math.min(due, beforeGoodbye) : due;
  }

  #onLastMinute(): void {
    if (this.#isSayingGoodbye || this.#isLastMinuteSaid) return;
    this.#isLastMinuteSaid = true;
    const state = this.state;
    this.#options.hooks.onState(state);
    this.#options.hooks.onNotice('last_minute', state.remainingSeconds);
  }

  /** Beats never overlap: whoever asks during one gets that one. */
  #beat(): Promise<void> {
    this.#beatUnderway ??= this.#sendBeat().finally(() => {
      this.#beatUnderway = null;
      this.#schedule();
    });
    return this.#beatUnderway;
  }

  async #sendBeat(): Promise<void> {
    const { agentState, billing, log, sessionId } = this.#options;
    const usedSeconds = this.#reportedSeconds();
    const seq = ++this.#seq;
    this.#lastBeatMs = this.#time.servedMs();
    try {
      const beat = { sessionId, seq, usedSeconds, agentState: agentState() };
      const answer = await billing.beat(beat, this.#abort.signal);
      if (this.#phase !== 'running') return;
      this.#failedBeats = 0;
      this.#apply(answer, usedSeconds);
    } catch (error) {
      if (this.#phase !== 'running') return;
      this.#failedBeats += 1;
      const grantLeftSeconds = Math.floor(this.#grantLeftMs() / 1000);
      log.warn(
        { seq, failedBeats: this.#failedBeats, grantLeftSeconds, error },
        'heartbeat failed',
      );
    }
  }

  #apply(answer: BeatAnswer, usedSeconds: number): void {
    const { hooks } = this.#options;
    const before = this.state;
    this.#grant = new Grant(answer, usedSeconds);
    const after = this.state;
    const gained = after.remainingSeconds - before.remainingSeconds;
    if (after.remainingSeconds > this.#lastMinuteSeconds) this.#isLastMinuteSaid = false;
    hooks.onState(after);
    if (answer.action === 'end') {
      this.windDown('asked_to_end');
      return;
    }
    // `final` alone tells nothing: it also goes when the longest a session may be is raised.
    if (gained >= TOP_UP_TOLERANCE_SECONDS) {
      hooks.onNotice('topped_up', after.remainingSeconds);
    }
    if (after.isLowBalance && !before.isLowBalance) {
      hooks.onNotice('low_balance', after.remainingSeconds);
    }
  }

  async #sayGoodbyeThenEnd(cause: GoodbyeCause): Promise<void> {
    if (this.#phase !== 'running' || this.#isSayingGoodbye) return;
    this.#isSayingGoodbye = true;
    this.#timers.cancel('goodbye');
    const { clock, hooks, log } = this.#options;
    const isAboutTheGrant = endReasons[cause] === 'grant_exhausted';
    const leftMs = Math.max(0, this.#grantLeftMs());
    const limitMs = isAboutTheGrant ? leftMs : Math.min(GOODBYE_LIMIT_MS, leftMs);
    log.info({ cause, limitMs: Math.round(limitMs) }, 'saying goodbye');
    hooks.onState(this.state);
    hooks.onNotice('goodbye', this.state.remainingSeconds);
    await settledWithin(
      clock,
      limitMs + graceAfterGrantMs,
      hooks.sayGoodbye(cause, limitMs / 1000),
    );
    if (this.#phase !== 'running') return;
    if (isAboutTheGrant && (await this.#hasMoreTime())) {
      this.#isSayingGoodbye = false;
      hooks.onGoodbyeWithdrawn();
      this.#schedule();
      return;
    }
    this.end(endReasons[this.#endCause ?? cause]);
  }

  /** One last look whether a top-up came while the goodbye was spoken. */
  async #hasMoreTime(): Promise<boolean> {
    const isEnough = () => {
      const lead = goodbyeLeadSeconds(this.#grant?.grantedUntilSeconds ?? 0);
      return this.#grantLeftMs() > (lead + 2) * 1000;
    };
    const leftMs = this.#grantLeftMs();
    if (!isEnough() && leftMs > 0) {
      await settledWithin(this.#options.clock, Math.min(leftMs, LAST_BEAT_LIMIT_MS), this.#beat());
    }
    return this.#phase === 'running' && !this.#endCause && isEnough();
  }
}
