import type { EventEmitter } from 'node:events';
import { z } from 'zod';

const shutdownRequest = z.object({ case: z.literal('shutdownRequest') });

/**
 * Tells when the worker wants this job to end, or is gone. The framework acts on the same messages
 * but tells a job only when the room has been left, which is too late for a goodbye.
 * Where the messages change, only the goodbye is lost: the shutdown callback still settles.
 *
 * @returns stops listening
 */
export function onShutdownRequest(
  fn: () => void,
  source: Pick<EventEmitter, 'on' | 'off'> = process,
): () => void {
  const onMessage = (message: unknown) => {
    if (shutdownRequest.safeParse(message).success) fn();
  };
  source.on('message', onMessage);
  source.on('disconnect', fn);
  return () => {
    source.off('message', onMessage);
    source.off('disconnect', fn);
  };
}
