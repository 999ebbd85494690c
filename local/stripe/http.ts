import type { IncomingMessage, ServerResponse } from 'node:http';
import { StripeApiError } from './errors.ts';

export const maxBodyBytes = 1024 * 1024;
/** After this much the sender is cut off instead of answered. */
const maxDiscardedBytes = 16 * maxBodyBytes;

/** Reads a body, or throws a 413 for one of more than 1 MB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped, so that the answer reaches a client that is still sending.
    if (size <= maxBodyBytes) chunks.push(chunk);
    if (size > maxDiscardedBytes) request.destroy();
  }
  if (size > maxBodyBytes) {
    throw new StripeApiError(
      413,
      'invalid_request_error',
      `Request body too large: at most ${maxBodyBytes} bytes are accepted.`,
      {},
      false,
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(response, status, JSON.stringify(body, null, 2), {
    'content-type': 'application/json',
    ...headers,
  });
}

/** Matches `/v1/customers/:id` against a path; gives the named parts. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const part = given[index] ?? '';
    if (want.startsWith(':')) {
      if (part === '') return undefined;
      try {
        parts[want.slice(1)] = decodeURIComponent(part);
      } catch {
        return undefined;
      }
    } else if (want !== part) return undefined;
  }
  return parts;
}
