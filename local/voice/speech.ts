import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { VoiceContext } from './context.ts';
import { chunksAllowed, sufferFault } from './http-faults.ts';
import { OpenAIError, readJson, writeChunk } from './http.ts';
import { requireModel } from './models.ts';
import { findVoice, VOICE_NAMES } from './voices.ts';
import { pcmBytes, wavHeader } from './wav.ts';

/** "pcm: … raw samples in 24kHz (16-bit signed, low-endian)", OpenAI's text-to-speech guide. */
const SAMPLE_RATE = 24_000;

const requestSchema = z.looseObject({
  model: z.string().min(1),
  input: z.string().min(1).max(4096),
  voice: z.string().refine((name) => findVoice(name) !== undefined, {
    error: `expected one of ${VOICE_NAMES.join(', ')}`,
  }),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
  stream_format: z.enum(['audio', 'sse']).default('audio'),
});

/** POST /v1/audio/speech in the formats `pcm` and `wav`, sent while it is synthesised. */
export async function handleSpeech(
  request: IncomingMessage,
  response: ServerResponse,
  context: VoiceContext,
): Promise<void> {
  const body = await readJson(request, requestSchema);
  requireModel(body.model, 'speech');
  const { input, voice, speed, response_format: format } = body;
  if ((format !== 'pcm' && format !== 'wav') || body.stream_format !== 'audio') {
    throw new OpenAIError(400, 'This local double speaks pcm and wav audio only.', {
      param: body.stream_format === 'audio' ? 'response_format' : 'stream_format',
      code: 'unsupported_value',
    });
  }
  const fault = context.faults.take('tts');
  const { model } = body;
  context.journal.record('speech', {
    model,
    input,
    voice,
    speed,
    format,
    fault: fault?.kind ?? null,
  });
  if (await sufferFault(response, fault)) return;

  let chunksLeft = chunksAllowed(fault);
  response.writeHead(200, { 'content-type': format === 'wav' ? 'audio/wav' : 'audio/pcm' });
  response.flushHeaders();
  if (format === 'wav') response.write(wavHeader(SAMPLE_RATE));
  const speech = context.synthesizer.stream(input, { voice, speed, sampleRate: SAMPLE_RATE });
  for await (const samples of speech) {
    if (chunksLeft <= 0) return void response.destroy();
    if (!(await writeChunk(response, pcmBytes(samples)))) return;
    chunksLeft -= 1;
  }
  if (Number.isFinite(chunksLeft)) return void response.destroy();
  response.end();
}
