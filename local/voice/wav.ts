import { writeFile } from 'node:fs/promises';
import { synthesize, type SpeechOptions } from './synthesis.ts';

/** Bytes of the header that `wavHeader` makes. */
export const WAV_HEADER_BYTES = 44;

/**
 * RIFF/WAVE header for mono 16-bit little-endian PCM. With `dataBytes` left out the lengths are
 * 0xffffffff, as streaming encoders write when the end is not known yet (OpenAI's speech endpoint
 * does so too).
 */
export function wavHeader(sampleRate: number, dataBytes?: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(dataBytes === undefined ? 0xffffffff : 36 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes ?? 0xffffffff, 40);
  return header;
}

/** The samples' bytes without a copy (all machines that Node runs on here are little-endian). */
export function pcmBytes(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

export function encodeWav(samples: Int16Array, sampleRate: number): Buffer {
  return Buffer.concat([wavHeader(sampleRate, samples.byteLength), pcmBytes(samples)]);
}

export interface SpeechWavOptions extends SpeechOptions {
  /** Silence before and after the speech, in seconds (default 0.5 and 2). */
  leadSeconds?: number;
  tailSeconds?: number;
}

/**
 * Speaks `text` into a WAV file (48 kHz unless asked otherwise) for Chromium's
 * `--use-file-for-fake-audio-capture=<path>`, which plays it as the microphone and loops it;
 * `<path>%noloop` plays it once. Returns the length of the file in seconds.
 */
export async function writeSpeechWav(
  path: string,
  text: string,
  options: SpeechWavOptions = {},
): Promise<{ seconds: number }> {
  const { leadSeconds = 0.5, tailSeconds = 2, ...speech } = options;
  const sampleRate = speech.sampleRate ?? 48_000;
  const spoken = await synthesize(text, { ...speech, sampleRate });
  const lead = Math.round(leadSeconds * sampleRate);
  const samples = new Int16Array(lead + spoken.length + Math.round(tailSeconds * sampleRate));
  samples.set(spoken, lead);
  await writeFile(path, encodeWav(samples, sampleRate));
  return { seconds: samples.length / sampleRate };
}
