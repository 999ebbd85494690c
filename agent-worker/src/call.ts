import { voice } from '@livekit/agents';
import type { JobContext, inference } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import type { RemoteParticipant } from '@livekit/rtc-node';
import { AgentState } from './agent-state.ts';
import { createBasicAgent } from './agents/basic.ts';
import * as lines from './agents/lines.ts';
import type { AgentTypeId } from './call-metadata.ts';
import type { Billing, StartedSession } from './billing-client.ts';
import { settledWithin } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Env } from './env.ts';
import { InactivityWatch } from './inactivity.ts';
import { onShutdownRequest } from './job-signals.ts';
import type { Logger } from './logging.ts';
import { MeteredCall } from './metered-call.ts';
import type { EndReason, NoticeType } from './metered-call.ts';
import { Presence } from './presence.ts';
import { RoomLink } from './room-link.ts';
import { Speech } from './speech.ts';
import { createVoiceSession, watchConversation, watchFailures } from './voice-session.ts';

/** An agent is dispatched when its user enters, so a user who is not there soon is not coming. */
const WAIT_FOR_USER_MS = 60_000;
/** Leaving waits so long for the settlement, so that whoever sees the room gone sees it settled. */
const WAIT_FOR_SETTLEMENT_MS = 3_000;
const CLOSE_LIMIT_MS = 3_000;

const agents: Record<AgentTypeId, (customer: { fullName: string | null }) => voice.Agent> = {
  basic: createBasicAgent,
};

export interface CallOptions {
  ctx: JobContext;
  env: Env;
  billing: Billing;
  clock: Clock;
  vad: inference.VAD;
  log: Logger;
  sessionId: string;
  agentType: AgentTypeId;
}

/** Waits for the user of the room; null when nobody came or the room was closed meanwhile. */
async function waitForUser(options: CallOptions): Promise<RemoteParticipant | null> {
  const coming = options.ctx.waitForParticipant();
  return (await settledWithin(options.clock, WAIT_FOR_USER_MS, coming)) ?? null;
}

/** One call, from the room to the settlement; settles when the room may be left. */
export class Call {
  readonly #options: CallOptions;
  readonly #meter: MeteredCall;
  readonly #link: RoomLink;
  readonly #state = new AgentState();
  readonly #over = Promise.withResolvers<EndReason>();
  #session: voice.AgentSession | null = null;
  #speech: Speech | null = null;
  #inactivity: InactivityWatch | null = null;

  constructor(options: CallOptions) {
    const { billing, clock, ctx, log, sessionId } = options;
    this.#options = options;
    this.#link = new RoomLink({ room: ctx.room, sessionId, clock, log });
    this.#meter = new MeteredCall({
      sessionId,
      workerId: `${ctx.workerId}/${ctx.job.id}/${process.pid}`,
      billing,
      clock,
      log,
      agentState: () => this.#state.toJson(),
      hooks: {
        onState: (state) => this.#link.publish(state),
        onNotice: (type, remainingSeconds) => this.#onNotice(type, remainingSeconds),
        sayGoodbye: async (cause, seconds) => this.#speech?.sayGoodbye(cause, seconds),
        onGoodbyeWithdrawn: () => this.#speech?.resume(),
        onOver: (reason) => this.#over.resolve(reason),
      },
    });
  }

  /** @returns why the call ended; every failure ends it in an orderly way */
  async run(): Promise<EndReason | 'nobody_came' | 'start_refused'> {
    const { ctx, log } = this.#options;
    // Whatever way the job ends, it waits for the settlement.
    ctx.addShutdownCallback(async () => {
      this.#meter.end('worker_shutdown');
      await this.#meter.ended;
    });
    const user = await waitForUser(this.#options);
    if (!user) {
      await this.#release();
      return 'nobody_came';
    }

    const stopListening = this.#listen(user);
    try {
      const started = await this.#start(user);
      if (!started) return 'start_refused';
      if (!this.#meter.isOver) await this.#converse(user, started);
      const reason = await this.#over.promise;
      log.info({ reason, usedSeconds: this.#meter.usedSeconds }, 'call is over');
      return reason;
    } finally {
      stopListening();
      await this.#finish();
    }
  }

  /** Gives back what the session holds, so that its user need not wait for the sweep to call again. */
  async #release(): Promise<void> {
    const { billing, log, sessionId } = this.#options;
    const agentState = this.#state.toJson();
    try {
      await billing.end({ sessionId, usedSeconds: 0, reason: 'nobody_came', agentState });
    } catch (error) {
      log.warn({ error }, 'session was not released, the sweep will');
    }
  }

  #listen(user: RemoteParticipant): () => void {
    const { clock, ctx } = this.#options;
    const { room } = ctx;
    const presence = new Presence({
      room,
      clock,
      identity: user.identity,
      onAway: () => this.#meter.pause(),
      onBack: () => this.#meter.resume(),
      onGone: () => this.#meter.end('user_left'),
    });
    const onClosed = () => this.#meter.end('room_closed');
    room.on(RoomEvent.Disconnected, onClosed);
    const stopSignals = onShutdownRequest(() => this.#meter.windDown('worker_shutdown'));
    return () => {
      presence.stop();
      room.off(RoomEvent.Disconnected, onClosed);
      stopSignals();
    };
  }

  async #start(user: RemoteParticipant): Promise<StartedSession | null> {
    const { log } = this.#options;
    try {
      const started = await this.#meter.start();
      log.info({ agentType: started.agent_type, isLow: started.low_balance }, 'session started');
      if (started.user_id !== user.identity) {
        // Nobody pays for somebody else's conversation.
        log.error('the participant is not the user of the session');
        this.#meter.end('agent_failed');
      }
      return started;
    } catch (error) {
      log.error({ error }, 'session could not be started');
      return null;
    }
  }

  async #converse(user: RemoteParticipant, started: StartedSession): Promise<void> {
    const { agentType, clock, ctx, env, log, vad } = this.#options;
    const session = createVoiceSession(env, vad);
    this.#session = session;
    this.#state.isLowBalanceWarned = started.low_balance;
    watchFailures(session, log, () => this.#speech?.say(lines.noAnswer));
    watchConversation(session, this.#state, () => this.#inactivity?.touch());
    session.on(voice.AgentSessionEventTypes.Close, ({ error }) => {
      this.#meter.end(error ? 'agent_failed' : 'worker_shutdown');
    });
    try {
      await session.start({
        agent: agents[agentType]({ fullName: started.full_name }),
        room: ctx.room,
        // The meter decides what a user who leaves means.
        inputOptions: { participantIdentity: user.identity, closeOnDisconnect: false },
        record: false,
      });
    } catch (error) {
      log.error({ error }, 'agent could not be started');
      this.#meter.end('agent_failed');
      return;
    }
    this.#speech = new Speech(session, clock, log);
    if (this.#meter.isOver) return;
    const { isLowBalance, remainingSeconds } = this.#meter.state;
    this.#speech.say(
      lines.greeting({ fullName: started.full_name, isLowBalance, remainingSeconds }),
    );
    // What the greeting said is shown too.
    if (isLowBalance) this.#link.notify('low_balance', remainingSeconds);
    this.#inactivity = new InactivityWatch({
      clock,
      timeoutSeconds: started.session_timeout_seconds,
      onAsk: () => this.#speech?.say(lines.stillThere),
      onGone: () => this.#meter.windDown('user_inactive'),
    });
  }

  #onNotice(type: NoticeType, remainingSeconds: number): void {
    this.#link.notify(type, remainingSeconds);
    if (type === 'low_balance' && !this.#state.isLowBalanceWarned) {
      this.#state.isLowBalanceWarned = true;
      this.#warn(() => lines.lowBalanceWarning(remainingSeconds));
    }
    if (type === 'last_minute') this.#warn(() => lines.lastMinuteWarning(remainingSeconds));
  }

  #warn(line: () => string): void {
    void this.#speech?.sayInPause(line(), () => !this.#meter.isOver);
  }

  /** Leaves nothing behind: what is not done in time is left to the sweep and to maintenance. */
  async #finish(): Promise<void> {
    const { clock, ctx, log } = this.#options;
    this.#inactivity?.stop();
    await settledWithin(clock, WAIT_FOR_SETTLEMENT_MS, this.#meter.ended);
    await settledWithin(clock, CLOSE_LIMIT_MS, this.#link.flush());
    if (this.#session) await settledWithin(clock, CLOSE_LIMIT_MS, this.#session.close());
    if (ctx.room.isConnected) await settledWithin(clock, CLOSE_LIMIT_MS, ctx.deleteRoom());
    log.debug('call is cleaned up');
  }
}
