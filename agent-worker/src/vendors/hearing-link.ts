import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';

/** The plugin itself would wait for ever for a handshake that nobody answers. */
const HANDSHAKE_LIMIT_MS = 4_000;
/** Deepgram's path for live recognition. */
const LISTEN_PATH = '/v1/listen';
/** Told by Node for every request of this process: https://nodejs.org/api/diagnostics_channel.html#http */
const CHANNEL = 'http.client.request.start';

const message = z.object({ request: z.custom<ClientRequest>() });

export interface HearingLinkOptions {
  /** No connection to recognition is open: it is being opened, or was lost. */
  onDown(): void;
  onUp(): void;
  /** A connection failed to open, or was lost. */
  onFailure(): void;
  /** A connection that was open is gone. */
  onLost?(): void;
  handshakeLimitMs?: number;
}

/**
 * Watches the connections to the speech recognition of this process, and gives up a handshake after
 * 4 s. The plugin tells nobody of either.
 *
 * @returns stops watching
 */
export function watchHearingLink(options: HearingLinkOptions): () => void {
  const open = new Set<Socket>();
  let isStopped = false;
  const onLost = (socket: Socket) => {
    if (!open.delete(socket) || isStopped) return;
    options.onFailure();
    if (open.size === 0) options.onDown();
    options.onLost?.();
  };
  const onRequest = (given: unknown) => {
    const { request } = message.parse(given);
    if (!request.path.startsWith(LISTEN_PATH) || !request.getHeader('upgrade')) return;
    if (open.size === 0) options.onDown();
    const timer = setTimeout(() => {
      request.destroy(new Error('handshake timed out'));
    }, options.handshakeLimitMs ?? HANDSHAKE_LIMIT_MS);
    request.once('upgrade', (_response, socket: Socket) => {
      open.add(socket);
      options.onUp();
      socket.once('close', () => onLost(socket));
    });
    request.once('response', () => options.onFailure());
    request.once('error', () => options.onFailure());
    request.once('close', () => clearTimeout(timer));
    request.once('upgrade', () => clearTimeout(timer));
  };
  subscribe(CHANNEL, onRequest);
  return () => {
    isStopped = true;
    unsubscribe(CHANNEL, onRequest);
  };
}
