import { inference, voice } from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import * as openai from '@livekit/agents-plugin-openai';
import type { AgentState } from './agent-state.ts';
import type { Env } from './env.ts';
import type { Logger } from './logging.ts';

/**
 * The pipeline: Deepgram hears, OpenAI thinks and speaks, and voice activity and the end of a turn
 * are found locally.
 */
export function createVoiceSession(env: Env, vad: inference.VAD): voice.AgentSession {
  const openaiAccess = {
    apiKey: env.OPENAI_API_KEY,
    ...(env.OPENAI_BASE_URL ? { baseURL: env.OPENAI_BASE_URL } : {}),
  };
  return new voice.AgentSession({
    vad,
    stt: new deepgram.STT({
      apiKey: env.DEEPGRAM_API_KEY,
      model: env.DEEPGRAM_MODEL,
      ...(env.DEEPGRAM_BASE_URL ? { baseUrl: env.DEEPGRAM_BASE_URL } : {}),
    }),
    llm: new openai.LLM({ ...openaiAccess, model: env.OPENAI_LLM_MODEL }),
    tts: new openai.TTS({
      ...openaiAccess,
      model: env.OPENAI_TTS_MODEL,
      voice: env.OPENAI_TTS_VOICE,
    }),
    turnHandling: {
      // Any other version, and the adaptive interruption mode, call LiveKit Cloud.
      turnDetection: new inference.TurnDetector({ version: 'v1-mini' }),
      interruption: { enabled: true, mode: 'vad' },
    },
    userAwayTimeout: null,
  });
}

/** Records the conversation for the agent state and tells of every sign of life of the user. */
export function watchConversation(
  session: voice.AgentSession,
  state: AgentState,
  onUserActive: () => void,
): void {
  const { AgentSessionEventTypes: Events } = voice;
  session.on(Events.UserStateChanged, (event) => {
    if (event.newState === 'speaking') onUserActive();
  });
  session.on(Events.UserInputTranscribed, onUserActive);
  session.on(Events.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    if (item.role === 'user') onUserActive();
    if (item.role !== 'user' && item.role !== 'assistant') return;
    state.addTurn({
      role: item.role,
      text: item.textContent ?? '',
      isInterrupted: item.role === 'assistant' && item.interrupted,
      responseSeconds: item.metrics.e2eLatency,
    });
  });
}

/**
 * Logs what went wrong with a provider, without its message, which may quote what was said.
 * Without a listener the session throws its own error event instead of counting it.
 *
 * @param onNoAnswer the customer gets no answer to what they said, so something else must be said
 */
export function watchFailures(
  session: Pick<voice.AgentSession, 'on'>,
  log: Logger,
  onNoAnswer: () => void,
): void {
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => {
    const cause = 'error' in error ? error.error : error;
    const statusCode = 'statusCode' in cause ? cause.statusCode : undefined;
    const { label, recoverable, type } = error;
    log.warn({ type, label, recoverable, name: cause.name, statusCode }, 'voice provider failed');
    if (type === 'llm_error' && !recoverable) onNoAnswer();
  });
}
