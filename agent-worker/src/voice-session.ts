import { inference, voice } from '@livekit/agents';
import type { AgentState } from './agent-state.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logging.ts';
import type { ServiceWatch } from './service-watch.ts';
import { storableText } from './storable.ts';
import type { Providers } from './vendors/providers.ts';

const MAX_TYPED_CHARACTERS = 2_000;
/** Speech that ended longer ago does not belong to the turn that is being answered. */
const RECENT_SPEECH_MS = 15_000;

/**
 * A session that does not close by itself when a provider fails for good: the framework would do so
 * before a word could be said. Whoever watches its errors decides, see {@link watchFailures}.
 */
export class CallSession extends voice.AgentSession {
  override _onError(): void {}
}

/**
 * The pipeline: voice activity and the end of a turn are found locally, all else by the providers.
 * Language model and speech are tried again by their guards, never here; recognition is a connection,
 * which is tried three times more.
 */
export function createVoiceSession({ llm, stt, tts }: Providers, vad: inference.VAD): CallSession {
  const once = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 15_000 };
  return new CallSession({
    vad,
    llm,
    stt,
    tts,
    connOptions: {
      sttConnOptions: { maxRetry: 3, retryIntervalMs: 1_000, timeoutMs: 5_000 },
      llmConnOptions: once,
      ttsConnOptions: once,
    },
    turnHandling: {
      // Any other version, and the adaptive interruption mode, call LiveKit Cloud.
      turnDetection: new inference.TurnDetector({ version: 'v1-mini' }),
      interruption: { enabled: true, mode: 'vad' },
    },
    userAwayTimeout: null,
  });
}

/** What the customer typed is answered as what they say would be. */
export function answerTyped(session: voice.AgentSession, event: { text: string }): void {
  const text = storableText(event.text.trim().slice(0, MAX_TYPED_CHARACTERS)).trim();
  if (text === '') return;
  session.interrupt();
  session.generateReply({ userInput: text });
}

export interface ConversationWatch {
  state: AgentState;
  service: ServiceWatch;
  clock: Clock;
  /** The customer spoke or typed. */
  onUserActive(): void;
}

/** Records the conversation for the agent state, and tells who is waiting for whom. */
export function watchConversation(session: voice.AgentSession, watch: ConversationWatch): void {
  const { AgentSessionEventTypes: Events } = voice;
  const { clock, onUserActive, service, state } = watch;
  let speechEndedMs = Number.NEGATIVE_INFINITY;
  session.on(Events.UserStateChanged, ({ newState, oldState }) => {
    if (newState === 'speaking') {
      onUserActive();
      service.released();
    }
    if (oldState === 'speaking') speechEndedMs = clock.now();
  });
  session.on(Events.UserInputTranscribed, ({ isFinal, language }) => {
    onUserActive();
    if (isFinal && language) state.language = language;
  });
  session.on(Events.AgentStateChanged, ({ newState, oldState }) => {
    if (newState === 'speaking') service.spoke();
    if (newState === 'listening' && oldState === 'thinking') service.released();
  });
  session.on(Events.FunctionToolsExecuted, ({ functionCalls }) => {
    state.addToolCalls(functionCalls.length);
  });
  session.on(Events.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    if (item.role === 'user') {
      onUserActive();
      const now = clock.now();
      service.awaitAnswer(now - speechEndedMs < RECENT_SPEECH_MS ? speechEndedMs : now);
      speechEndedMs = Number.NEGATIVE_INFINITY;
    }
    if (item.role !== 'user' && item.role !== 'assistant') return;
    state.addTurn({
      role: item.role,
      text: item.textContent ?? '',
      isInterrupted: item.role === 'assistant' && item.interrupted,
      responseSeconds: item.metrics.e2eLatency,
    });
  });
}

export interface FailureHandlers {
  onFailed(vendor: 'llm' | 'tts'): void;
  onHearingFailed(): void;
}

/**
 * Logs what went wrong with a provider, without its message, which may quote what was said, and tells
 * of what cannot be made good any more.
 */
export function watchFailures(
  session: Pick<voice.AgentSession, 'on'>,
  log: Pick<Logger, 'warn'>,
  { onFailed, onHearingFailed }: FailureHandlers,
): void {
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const cause = 'error' in error ? error.error : error;
    const statusCode = 'statusCode' in cause ? cause.statusCode : undefined;
    const { label, recoverable, type } = error;
    log.warn({ type, label, recoverable, name: cause.name, statusCode }, 'voice provider failed');
    if (recoverable) return;
    if (type === 'llm_error') onFailed('llm');
    if (type === 'tts_error') onFailed('tts');
    if (type === 'stt_error') onHearingFailed();
  });
}
