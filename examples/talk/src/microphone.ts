import { appError } from './errors.ts';
import type { AppError, Result } from './errors.ts';

/** Names of `getUserMedia` errors: https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia */
export const microphoneError = (error: unknown): AppError => {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError') return appError('microphone_missing');
  if (name === 'NotReadableError') return appError('microphone_busy');
  return appError('microphone_denied');
};

/** Asks for the microphone before any time is held, so that a "no" costs and blocks nothing. */
export const askForMicrophone = async (): Promise<Result<null>> => {
  try {
    // Absent outside secure contexts (plain http on another machine): the same as a denial.
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return { data: null };
  } catch (error) {
    return { error: microphoneError(error) };
  }
};
