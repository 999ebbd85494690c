import { llm, voice } from '@livekit/agents';
import type { JobContext, inference } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import type { RemoteParticipant } from '@livekit/rtc-node';
import { z } from 'zod';
import { AgentState } from './agent-state.ts';
import type { AgentContext, CallControl } from './agents/agent-context.ts';
import * as lines from './agents/lines.ts';
import { agents, kindOf } from './agents/registry.ts';
import type { Billing, StartedSession } from './billing-client.ts';
import { settledWithin } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Env } from './env.ts';
import { InactivityWatch } from './inactivity.ts';
import { onShutdownRequest } from './job-signals.ts';
import { createEmbedder } from './knowledge-embeddings.ts';
import { LineWatch, lineAge } from './line-watch.ts';
import type { Logger } from './logging.ts';
import { MeteredCall } from './metered-call.ts';
import type { EndReason, NoticeType } from './metered-call.ts';
import { Presence } from './presence.ts';
import { VendorGuards } from './resilience.ts';
import { RoomLink } from './room-link.ts';
import { ServiceWatch } from './service-watch.ts';
import type { ServiceFailure } from './service-watch.ts';
import { Speech } from './speech.ts';
import { watchHearingLink } from './vendors/hearing-link.ts';
import { createProviders } from './vendors/providers.ts';
import {
  answerTyped,
  createVoiceSession,
  watchConversation,
  watchFailures,
} from './voice-session.ts';

/** An agent is dispatched when its user enters, so a user who is not there soon is not coming. */
const WAIT_FOR_USER_MS = 60_000;
/** Leaving waits so long for the settlement, so that whoever sees the room gone sees it settled. */
const WAIT_FOR_SETTLEMENT_MS = 3_000;
const CLOSE_LIMIT_MS = 3_000;
/** Within so long nobody wants to hear twice how little time is left. */
const SAID_LATELY_MS = 20_000;

export interface CallOptions {
  ctx: JobContext;
  env: Env;
  billing: Billing;
  clock: Clock;
  vad: inference.VAD;
  log: Logger;
  sessionId: string;
}

/** Waits for the user of the room; null when nobody came or the room was closed meanwhile. */
async function waitForUser(options: CallOptions): Promise<RemoteParticipant | null> {
  const coming = options.ctx.waitForParticipant();
  return (await settledWithin(options.clock, WAIT_FOR_USER_MS, coming)) ?? null;
}

const remembered = z.record(z.string(), z.string()).catch({});

/** What was said before this worker took the call over, as the model is shown it. */
function conversationSoFar(state: AgentState): llm.ChatContext {
  const chatCtx = llm.ChatContext.empty();
  for (const { role, text } of state.turns) chatCtx.addMessage({ role, content: text });
  return chatCtx;
}

/** One call, from the room to the settlement; settles when the room may be left. */
export class Call {
  readonly #options: CallOptions;
  readonly #meter: MeteredCall;
  readonly #link: RoomLink;
  readonly #state = new AgentState();
  readonly #service: ServiceWatch;
  readonly #guards: VendorGuards;
  readonly #over = Promise.withResolvers<EndReason>();
  #session: voice.AgentSession | null = null;
  #speech: Speech | null = null;
  #inactivity: InactivityWatch | null = null;
  #renewHearing: () => void = () => {};
  /** When it was last said how much time is left. */
  #timeSaidMs = Number.NEGATIVE_INFINITY;

  constructor(options: CallOptions) {
    const { billing, clock, ctx, log, sessionId } = options;
    this.#options = options;
    this.#link = new RoomLink({ room: ctx.room, sessionId, clock, log });
    this.#guards = new VendorGuards(log);
    this.#state.vendors = this.#guards.counts;
    this.#meter = new MeteredCall({
      sessionId,
      workerId: `${ctx.workerId}/${ctx.job.id}/${process.pid}`,
      billing,
      clock,
      log,
      agentState: () => this.#state.toJson(this.#figures()),
      hooks: {
        onState: (state) => this.#link.publish(state),
        onNotice: (type, remainingSeconds) => this.#onNotice(type, remainingSeconds),
        sayGoodbye: async (cause, seconds) => {
          this.#service.stop();
          await this.#speech?.sayGoodbye(cause, seconds);
        },
        onGoodbyeWithdrawn: () => {
          this.#service.goOn();
          this.#speech?.resume();
        },
        onOver: (reason) => {
          this.#service.stop();
          this.#over.resolve(reason);
        },
      },
    });
    this.#service = new ServiceWatch({
      clock,
      meter: this.#meter,
      onApologize: (failed) => this.#speech?.say(failed === 'llm' ? lines.noAnswer : lines.noVoice),
      onGiveUp: (failure) => this.#giveUp(failure),
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
      const { unservedSeconds, usedSeconds } = this.#meter;
      log.info(
        { reason, usedSeconds, unservedSeconds, vendors: this.#guards.counts },
        'call is over',
      );
      return reason;
    } finally {
      stopListening();
      await this.#finish();
    }
  }

  #figures() {
    const { unservedSeconds, usedSeconds } = this.#meter;
    const remainingSeconds = this.#meter.hasStarted ? this.#meter.state.remainingSeconds : 0;
    return { remainingSeconds, usedSeconds, unservedSeconds };
  }

  /** Gives back what the session holds, so that its user need not wait for the sweep to call again. */
  async #release(): Promise<void> {
    const { billing, log, sessionId } = this.#options;
    const agentState = this.#state.toJson(this.#figures());
    try {
      await billing.end({ sessionId, usedSeconds: 0, reason: 'nobody_came', agentState });
    } catch (error) {
      log.warn({ error }, 'session was not released, the sweep will');
    }
  }

  #listen(user: RemoteParticipant): () => void {
    const { clock, ctx } = this.#options;
    const { room } = ctx;
    const line = new LineWatch({
      clock,
      meter: this.#meter,
      packetAgeMs: lineAge(room, user.identity, clock),
      isAgentSpeaking: () => this.#session?.agentState === 'speaking',
    });
    const presence = new Presence({
      room,
      clock,
      identity: user.identity,
      onLeft: () => line.left(),
      onAway: () => this.#meter.pause('user_away'),
      onBack: () => this.#meter.resume('user_away'),
      onGone: () => this.#meter.end('user_left'),
    });
    const onClosed = () => this.#meter.end('room_closed');
    room.on(RoomEvent.Disconnected, onClosed);
    const stopSignals = onShutdownRequest(() => this.#meter.windDown('worker_shutdown'));
    const stopHearing = watchHearingLink({
      onDown: () => this.#service.hearingLost(),
      onUp: () => this.#service.hearingBack(),
      onFailure: () => (this.#guards.counts.stt.failures += 1),
      onLost: () => this.#renewHearing(),
    });
    return () => {
      presence.stop();
      line.stop();
      room.off(RoomEvent.Disconnected, onClosed);
      stopSignals();
      stopHearing();
    };
  }

  async #start(user: RemoteParticipant): Promise<StartedSession | null> {
    const { log } = this.#options;
    try {
      const started = await this.#meter.start();
      this.#state.resume(started.agent_state);
      this.#state.keepsTranscripts = started.keep_transcripts;
      this.#state.isLowBalanceWarned ||= started.low_balance;
      log.info(
        {
          agentType: started.agent_type,
          isLow: started.low_balance,
          isTakenOver: this.#state.isGreeted,
        },
        'session started',
      );
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
    const { clock, ctx, env, log, vad } = this.#options;
    this.#service.awaitAnswer();
    const providers = createProviders(env, this.#guards, started.voice);
    this.#renewHearing = providers.renewHearing;
    const session = createVoiceSession(providers, vad);
    this.#session = session;
    this.#speech = new Speech(session, clock, log);
    this.#watch(session);
    try {
      await session.start({
        agent: agents[kindOf(started.kind)](this.#agentContext(started), {
          embed: createEmbedder({ apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL }),
          log,
        }),
        room: ctx.room,
        inputOptions: {
          participantIdentity: user.identity,
          // The meter decides what a user who leaves means.
          closeOnDisconnect: false,
          textInputCallback: (_session, event) => {
            if (!this.#meter.isEnding) answerTyped(session, event);
          },
        },
        record: false,
      });
    } catch (error) {
      log.error({ error }, 'agent could not be started');
      this.#meter.end('agent_failed');
      return;
    }
    if (this.#meter.isOver) return;
    this.#greet(started);
    this.#inactivity = new InactivityWatch({
      clock,
      timeoutSeconds: started.session_timeout_seconds,
      onAsk: () => this.#speech?.say(lines.stillThere),
      onGone: () => this.#meter.windDown('user_inactive'),
    });
  }

  #watch(session: voice.AgentSession): void {
    const { clock, log } = this.#options;
    watchFailures(session, log, {
      onFailed: (vendor) => this.#service.failed(vendor),
      onHearingFailed: () => this.#service.hearingFailed(),
    });
    watchConversation(session, {
      clock,
      state: this.#state,
      service: this.#service,
      onUserActive: () => this.#inactivity?.touch(),
    });
    session.on(voice.AgentSessionEventTypes.Close, ({ error }) => {
      this.#meter.end(error ? 'agent_failed' : 'worker_shutdown');
    });
  }

  /** The first words; a call that was taken over goes on instead. */
  #greet({ full_name: fullName, greeting }: StartedSession): void {
    const { isLowBalance, remainingSeconds } = this.#meter.state;
    if (this.#state.isGreeted) {
      this.#speech?.say(lines.backAgain);
      return;
    }
    this.#state.isGreeted = true;
    if (isLowBalance) this.#timeSaidMs = this.#options.clock.now();
    this.#speech?.say(
      lines.greeting({ fullName, isLowBalance, remainingSeconds, words: greeting }),
    );
    // What the greeting said is shown too.
    if (isLowBalance) this.#link.notify('low_balance', remainingSeconds);
  }

  #agentContext(started: StartedSession): AgentContext {
    const { billing, env, sessionId } = this.#options;
    const memory = remembered.parse(started.preferences?.['agent_memory'] ?? {});
    this.#state.preferences = memory;
    return {
      customer: { fullName: started.full_name, memory },
      instructions: started.instructions ?? '',
      chatCtx: conversationSoFar(this.#state),
      rpc: billing.forSession(sessionId),
      control: this.#control(),
      appUrl: env.APP_URL ?? null,
    };
  }

  #control(): CallControl {
    return {
      figures: () => this.#figures(),
      notify: (type, fields) => this.#link.notify(type, this.#figures().remainingSeconds, fields),
      // The turn that asked for it must not wait for its own end.
      endSoon: () => void this.#options.clock.after(0, () => this.#meter.windDown('asked_to_end')),
      noteMood: (mood) => (this.#state.mood = mood),
      noteRating: (rating) => (this.#state.rating = rating),
    };
  }

  #giveUp(failure: ServiceFailure): void {
    const { log } = this.#options;
    log.error({ failure }, 'call cannot go on');
    if (failure !== 'cannot_speak') {
      this.#meter.windDown(failure);
      return;
    }
    // Nobody would hear a goodbye.
    this.#link.notify('goodbye', this.#figures().remainingSeconds);
    this.#meter.end('agent_failed');
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
    const { clock } = this.#options;
    if (clock.now() - this.#timeSaidMs < SAID_LATELY_MS) return;
    this.#timeSaidMs = clock.now();
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
