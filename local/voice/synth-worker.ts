import { parentPort } from 'node:worker_threads';
import createESpeakNG from '@echogarden/espeak-ng-emscripten';
import { Resampler } from './resample.ts';
import type { VoiceSettings } from './voices.ts';

/** One text to speak. `speed` multiplies the voice's own words per minute. */
export interface SynthesisJob {
  id: number;
  text: string;
  voice: VoiceSettings;
  speed: number;
  sampleRate: number;
}

export type SynthesisReply =
  | { id: number; type: 'chunk'; samples: Int16Array }
  | { id: number; type: 'done' }
  | { id: number; type: 'failed'; reason: string };

/** eSpeak NG peaks near full scale with some voices; this keeps the resampler from clipping. */
const GAIN = 0.8;
/** Small pieces are joined to about 200 ms, so that long texts do not flood the message port. */
const CHUNK_SECONDS = 0.2;

/**
 * Text as eSpeak NG should read it: its markup (SSML, `[[phonemes]]`) is switched off by taking the
 * characters away, and so are those that a chat model writes for the eye only.
 */
function speakable(text: string): string {
  return text
    .replaceAll('&', ' and ')
    .replaceAll('<', ' less than ')
    .replaceAll('>', ' greater than ')
    .replaceAll(/[*_#`~|[\]{}\\]|\p{Extended_Pictographic}|\p{Cc}/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

const engineReady = createESpeakNG().then((module) => new module.eSpeakNGWorker());

async function speak(job: SynthesisJob, emit: (samples: Int16Array) => void): Promise<void> {
  const engine = await engineReady;
  const resampler = new Resampler(engine.samplerate, job.sampleRate, GAIN);
  const text = speakable(job.text);
  if (text === '') return emit(new Int16Array(Math.round(job.sampleRate * CHUNK_SECONDS)));
  const rate = Math.round(job.voice.wordsPerMinute * job.speed);
  engine.set_voice(job.voice.espeak);
  engine.set_rate(Math.max(80, Math.min(450, rate)));
  engine.set_pitch(job.voice.pitch);

  let waiting: Int16Array[] = [];
  let waitingLength = 0;
  const send = () => {
    const joined = new Int16Array(waitingLength);
    let offset = 0;
    for (const piece of waiting) {
      joined.set(piece, offset);
      offset += piece.length;
    }
    waiting = [];
    waitingLength = 0;
    if (joined.length > 0) emit(joined);
  };
  const collect = (piece: Int16Array) => {
    waiting.push(piece);
    waitingLength += piece.length;
    if (waitingLength >= job.sampleRate * CHUNK_SECONDS) send();
  };
  engine.synthesize(text, (samples) => {
    if (samples !== null) collect(resampler.push(samples));
    return false;
  });
  collect(resampler.flush());
  send();
}

function post(reply: SynthesisReply): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort?.postMessage(reply);
}

/** One after another: the engine keeps the voice it was last set to. */
let queue = Promise.resolve();

parentPort?.on('message', (job: SynthesisJob) => {
  queue = queue
    .then(() => speak(job, (samples) => post({ id: job.id, type: 'chunk', samples })))
    .then(
      () => post({ id: job.id, type: 'done' }),
      (error: unknown) => post({ id: job.id, type: 'failed', reason: String(error) }),
    );
});
