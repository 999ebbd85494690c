import { llm, stt, tts } from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import * as openai from '@livekit/agents-plugin-openai';
import { voices } from '../env.ts';
import type { Env, OpenAIVoice } from '../env.ts';
import type { VendorGuards } from '../resilience.ts';
import { GuardedLLM } from './guarded-llm.ts';
import { GuardedTTS } from './guarded-tts.ts';
import { LastingSTT } from './lasting-stt.ts';

interface OpenAIAccess {
  apiKey: string;
  baseURL?: string;
}

/** What a call hears, thinks and speaks with: one provider of each, and a second where there is one. */
export interface Providers {
  stt: stt.STT;
  llm: llm.LLM;
  tts: tts.TTS;
}

export interface CallProviders extends Providers {
  /** Recognition lost its connection: opens another. */
  renewHearing(): void;
}

function openaiAccess(apiKey: string, baseURL: string | undefined): OpenAIAccess {
  return { apiKey, ...(baseURL ? { baseURL } : {}) };
}

function hearing(apiKey: string, baseUrl: string | undefined, env: Env): LastingSTT {
  const { DEEPGRAM_LANGUAGE: language, DEEPGRAM_MODEL: model } = env;
  return new LastingSTT(
    new deepgram.STT({ apiKey, model, language, ...(baseUrl ? { baseUrl } : {}) }),
  );
}

/** A voice of the database that this provider does not have is not worth losing a call for. */
function voiceFor(wanted: string | null, env: Env): OpenAIVoice {
  return voices.find((voice) => voice === wanted) ?? env.OPENAI_TTS_VOICE;
}

/**
 * Deepgram hears, OpenAI thinks and speaks. The second provider of each, if the environment names one,
 * takes over when the first fails and until it works again (the framework's fallback adapters).
 *
 * @param wantedVoice as the agent's prompt has it
 */
export function createProviders(
  env: Env,
  guards: VendorGuards,
  wantedVoice: string | null,
): CallProviders {
  const access = openaiAccess(env.OPENAI_API_KEY, env.OPENAI_BASE_URL);
  const voice = voiceFor(wantedVoice, env);
  const first = {
    stt: hearing(env.DEEPGRAM_API_KEY, env.DEEPGRAM_BASE_URL, env),
    llm: new GuardedLLM(
      new openai.LLM({ ...access, model: env.OPENAI_LLM_MODEL }),
      guards.guard('llm', 'first'),
    ),
    tts: new GuardedTTS(
      new openai.TTS({ ...access, model: env.OPENAI_TTS_MODEL, voice }),
      guards.guard('tts', 'first'),
      env.FALLBACK_OPENAI_API_KEY !== undefined,
    ),
  };
  const spareKey = env.FALLBACK_OPENAI_API_KEY;
  const spareEar = env.FALLBACK_DEEPGRAM_API_KEY;
  const spare = spareKey ? openaiAccess(spareKey, env.FALLBACK_OPENAI_BASE_URL) : null;
  const spareHearing = spareEar ? hearing(spareEar, env.FALLBACK_DEEPGRAM_BASE_URL, env) : null;
  return {
    renewHearing: () => {
      first.stt.renew();
      spareHearing?.renew();
    },
    stt: spareHearing
      ? new stt.FallbackAdapter({
          sttInstances: [first.stt, spareHearing],
          maxRetryPerSTT: 0,
          retryIntervalMs: 500,
        })
      : first.stt,
    llm: spare
      ? new llm.FallbackAdapter({
          llms: [
            first.llm,
            new GuardedLLM(
              new openai.LLM({
                ...spare,
                model: env.FALLBACK_OPENAI_LLM_MODEL ?? env.OPENAI_LLM_MODEL,
              }),
              guards.guard('llm', 'fallback'),
            ),
          ],
          attemptTimeout: 15,
          maxRetryPerLLM: 0,
        })
      : first.llm,
    tts: spare
      ? new tts.FallbackAdapter({
          ttsInstances: [
            first.tts,
            new GuardedTTS(
              new openai.TTS({
                ...spare,
                model: env.FALLBACK_OPENAI_TTS_MODEL ?? env.OPENAI_TTS_MODEL,
                voice,
              }),
              guards.guard('tts', 'fallback'),
              true,
            ),
          ],
          maxRetryPerTTS: 0,
          recoveryDelayMs: 5_000,
        })
      : first.tts,
  };
}
