import type { ServerResponse } from 'node:http';
import { OpenAIError, sendJson } from './http.ts';

const CHAT_MODEL = /^(?:gpt-|chatgpt-|o\d)(?!.*tts)/u;
const SPEECH_MODEL = /^(?:tts-1|gpt-.*tts)/u;

/** The models that are listed. Every name that looks like OpenAI's works all the same. */
const LISTED = [
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4o-mini-tts',
  'gpt-5',
  'gpt-5-mini',
  'tts-1',
  'tts-1-hd',
];

/** 2025-01-01, for all of them. */
const CREATED_UNIX_SECONDS = 1_735_689_600;

function describe(id: string): unknown {
  return { id, object: 'model', created: CREATED_UNIX_SECONDS, owned_by: 'openai' };
}

export function listModels(response: ServerResponse): void {
  sendJson(response, 200, { object: 'list', data: LISTED.map(describe) });
}

export function retrieveModel(response: ServerResponse, id: string): void {
  if (!CHAT_MODEL.test(id) && !SPEECH_MODEL.test(id)) throw modelNotFound(id);
  sendJson(response, 200, describe(id));
}

function modelNotFound(id: string): OpenAIError {
  return new OpenAIError(
    404,
    `The model \`${id}\` does not exist or you do not have access to it.`,
    { param: 'model', code: 'model_not_found' },
  );
}

/** Catches a chat model given to the speech endpoint and the other way round. */
export function requireModel(id: string, purpose: 'chat' | 'speech'): void {
  if (!(purpose === 'chat' ? CHAT_MODEL : SPEECH_MODEL).test(id)) throw modelNotFound(id);
}
