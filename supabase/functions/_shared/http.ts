import { corsHeaders } from '@supabase/supabase-js/cors';
import type { z } from 'zod';
import { errorBody, fail, ok } from './errors.ts';
import type { Failure, Result } from './errors.ts';
import { safeErrorText } from './log.ts';
import type { Log, LogAttributes } from './log.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Reply {
  status: number;
  /** Sent as JSON, unless `contentType` says what kind of text it is. */
  body: unknown;
  contentType?: string;
}

/** One request on its way through a function. */
export interface Call {
  request: Request;
  requestId: string;
  /** Adds attributes to the request's log line: ids and counts, never what somebody typed. */
  note(attributes: LogAttributes): void;
}

export type Handler = (call: Call) => Promise<Result<Reply>>;

const MAX_BODY_BYTES = 1024 * 1024;
const SANE_REQUEST_ID = /^[\w.:-]{1,100}$/;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': [
    corsHeaders['Access-Control-Allow-Headers'],
    'idempotency-key, x-request-id, x-region, x-supabase-api-version, accept, prefer',
  ].join(', '),
  'access-control-expose-headers': 'x-request-id',
};

/**
 * Makes a `fetch` out of a handler: CORS, method check, request id, one log line per request, and an
 * answer in the shape of §9 whatever happens.
 */
export function serve(
  options: { name: string; methods: readonly Method[]; log: Log; now?: () => number },
  handler: Handler,
): (request: Request) => Promise<Response> {
  const { name, methods, log, now = Date.now } = options;
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return async (request) => {
    const startedAt = now();
    const asked = request.headers.get('x-request-id') ?? '';
    const requestId = SANE_REQUEST_ID.test(asked) ? asked : crypto.randomUUID();
    const headers = {
      ...CORS,
      'access-control-allow-methods': allowed.join(', '),
      'cache-control': 'no-store',
      'x-request-id': requestId,
    };
    if (request.method === 'OPTIONS') {
      return new Response(null, {
        status: 204,
        headers: { ...headers, 'access-control-max-age': '86400' },
      });
    }
    const noted: LogAttributes = {};
    const call: Call = {
      request,
      requestId,
      note: (attributes) => void Object.assign(noted, attributes),
    };
    const result = allowed.includes(request.method)
      ? await runGuarded(handler, call)
      : fail('invalid_input', `Use ${methods.join(' or ')}.`, {
          status: 405,
          headers: { allow: allowed.join(', ') },
        });
    const answer = result.error ? failed(result.error) : result.data;
    const { status, body, contentType = 'application/json' } = answer;
    const attributes = {
      request_id: requestId,
      function: name,
      method: request.method,
      status,
      duration_ms: Math.round(now() - startedAt),
      ...(result.error ? { code: result.error.code } : {}),
      ...(result.error?.cause === undefined ? {} : { error: safeErrorText(result.error.cause) }),
      ...noted,
    };
    log[status >= 500 ? 'error' : 'info']('request', attributes);
    const text = answer.contentType === undefined ? JSON.stringify(body) : String(body);
    return new Response(request.method === 'HEAD' ? null : text, {
      status,
      headers: { ...headers, ...result.error?.headers, 'content-type': contentType },
    });
  };
}

function failed(failure: Failure): Reply {
  return { status: failure.status, body: errorBody(failure) };
}

async function runGuarded(handler: Handler, call: Call): Promise<Result<Reply>> {
  try {
    return await handler(call);
  } catch (error) {
    return fail(
      'internal_error',
      `Something went wrong on our side. Please quote request id ${call.requestId}.`,
      { cause: error },
    );
  }
}

export function reply(status: number, body: unknown): { data: Reply; error: null } {
  return ok({ status, body });
}

export function replyText(text: string, contentType: string): { data: Reply; error: null } {
  return ok({ status: 200, body: text, contentType });
}

function tooLarge() {
  return fail('invalid_input', 'The body may have at most 1 MiB.', {
    status: 413,
    details: { body: ['is larger than 1 MiB'] },
  });
}

/** The raw body, at most 1 MiB, whether or not its length was announced. */
export async function readBytes(request: Request): Promise<Result<Uint8Array>> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge();
  if (request.body === null) return ok(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop early cancels the stream.
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > MAX_BODY_BYTES) return tooLarge();
      chunks.push(chunk);
    }
  } catch {
    return invalidInput({ body: ['ended early'] });
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return ok(bytes);
}

/** Field errors as `{field: [messages]}`; what concerns no single field is under `body`. */
export function fieldErrors(error: z.ZodError): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const field = issue.path.length === 0 ? 'body' : issue.path.map(String).join('.');
    (fields[field] ??= []).push(issue.message);
  }
  return fields;
}

/**
 * The body as a JSON object that fits the schema. An empty body counts as `{}`; the content type is not
 * looked at, as stock clients differ in it.
 */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<Result<T>> {
  const bytes = await readBytes(request);
  if (bytes.error) return bytes;
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.data);
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return invalidInput({ body: ['is not valid JSON'] });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalidInput({ body: ['must be a JSON object'] });
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : invalidInput(fieldErrors(parsed.error));
}

export function invalidInput(details: Record<string, string[]>) {
  const fields = Object.keys(details).join(', ');
  return fail('invalid_input', `Please check: ${fields}.`, { details });
}
