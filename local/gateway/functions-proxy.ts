import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { BodyTooLarge, MAX_BODY_BYTES, readBounded } from './body-limit.ts';
import { CORS_HEADERS } from './answers.ts';

/** Supabase gives a function 150 s before it must have begun to answer. */
const IDLE_WITHIN_MS = 150_000;

/** Headers of one connection, not of the message (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

function endToEnd(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = raw.slice(i, i + 2);
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function fail(response: ServerResponse, status: number, message: string, hint: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    ...CORS_HEADERS,
    'content-type': 'application/json',
    connection: 'close',
  });
  response.end(JSON.stringify({ code: `PT${status}`, message, details: null, hint }));
}

/**
 * Hands a request to the Deno router as it came, byte for byte, and streams its answer back. The body is
 * read first, because only then can one that is too large be refused without half of it being delivered.
 */
export async function proxyToFunctions(
  functionsUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let body: Uint8Array;
  try {
    body = await readBounded(incoming, MAX_BODY_BYTES);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      fail(outgoing, 413, 'invalid_input', `A body may have ${MAX_BODY_BYTES} bytes.`);
    } else {
      outgoing.destroy();
    }
    return;
  }
  const headers = endToEnd(incoming.rawHeaders);
  // The router has no other way to know where the caller is.
  headers.push('x-forwarded-for', incoming.socket.remoteAddress ?? '');
  if (body.byteLength > 0 && incoming.headers['content-length'] === undefined) {
    headers.push('content-length', String(body.byteLength));
  }
  // Path and query only: a request line may name another host (`//host/…`, `http://host/…`).
  const { pathname, search } = new URL(incoming.url ?? '/', functionsUrl);
  const target = new URL(functionsUrl);
  target.pathname = pathname;
  target.search = search;
  const upstream = httpRequest(target, {
    method: incoming.method ?? 'GET',
    headers,
    timeout: IDLE_WITHIN_MS,
  });
  upstream.on('timeout', () => upstream.destroy(new Error('the function took too long')));
  upstream.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders));
    pipeline(answer, outgoing, (error) => {
      if (error) outgoing.destroy();
    });
  });
  upstream.on('error', (error) => {
    const isDown = 'code' in error && error.code === 'ECONNREFUSED';
    fail(
      outgoing,
      isDown ? 503 : 502,
      'functions_unavailable',
      isDown ? 'The Edge Functions are not running.' : 'The Edge Functions broke off the request.',
    );
  });
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) upstream.destroy();
  });
  upstream.end(body);
}
