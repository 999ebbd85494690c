import { appError } from './errors.ts';
import type { AppError, Result } from './errors.ts';

/** Names of `getUserMedia` errors: https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia */
export const microphoneError = (error: unknown): AppError => {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') {
    return appError('microphone_missing');
  }
  if (name === 'NotReadableError') return appError('microphone_busy');
  return appError('microphone_denied');
};

/** Opens the microphone; whoever does must stop its tracks. No id: the one that the browser prefers. */
export const openMicrophone = async (deviceId = ''): Promise<Result<MediaStream>> => {
  try {
    const audio = deviceId === '' ? true : { deviceId: { ideal: deviceId } };
    // Absent outside secure contexts (plain http on another machine): the same as a denial.
    return { data: await navigator.mediaDevices.getUserMedia({ audio }) };
  } catch (error) {
    return { error: microphoneError(error) };
  }
};

export const closeMicrophone = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop();
};

/** Asks for the microphone before any time is held, so that a "no" costs and blocks nothing. */
export const askForMicrophone = async (): Promise<Result<null>> => {
  const opened = await openMicrophone();
  if (opened.error) return opened;
  closeMicrophone(opened.data);
  return { data: null };
};
