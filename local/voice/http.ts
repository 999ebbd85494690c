import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';

/** An answer other than 2xx; thrown by handlers and written by the server in OpenAI's shape. */
export class OpenAIError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    fields: {
      type?: string;
      param?: string | null;
      code?: string | null;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = fields.type ?? 'invalid_request_error';
    this.param = fields.param ?? null;
    this.code = fields.code ?? null;
    this.headers = fields.headers ?? {};
  }

  /** The body: platform.openai.com/docs/guides/error-codes. */
  get body(): unknown {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** Requests of the plugins are a few kilobytes; a long conversation stays far below this. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the socket, or the client never sees the 413.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new OpenAIError(
        413,
        `Maximum content size limit (${MAX_BODY_BYTES}) exceeded (${size} bytes read)`,
        { type: 'server_error' },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads a JSON body and checks it; what is wrong becomes OpenAI's 400. */
export async function readJson<T extends z.ZodType>(
  request: IncomingMessage,
  schema: T,
): Promise<z.output<T>> {
  const text = await readBody(request);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new OpenAIError(
      400,
      'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using ' +
        'your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was ' +
        'not valid JSON.)',
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).map(String);
  const param = path.join('.');
  const given = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
    json,
  );
  if (given === undefined && param !== '') {
    throw new OpenAIError(400, `Missing required parameter: '${param}'.`, {
      param,
      code: 'missing_required_parameter',
    });
  }
  const code = issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  throw new OpenAIError(400, `Invalid value for '${param}': ${issue?.message ?? 'not valid'}.`, {
    param: param === '' ? null : param,
    code,
  });
}

/** The request's target, or undefined when it is not a URL at all (`//`, for one). */
export function parseTarget(request: IncomingMessage): URL | undefined {
  return URL.parse(request.url ?? '/', 'http://localhost') ?? undefined;
}

/** Takes any `Bearer sk-…`, as the vendor's keys begin; the key itself is never kept or logged. */
export function requireApiKey(request: IncomingMessage): void {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new OpenAIError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header " +
        'using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).',
    );
  }
  if (!/^Bearer sk-\S+$/u.test(authorization)) {
    throw new OpenAIError(
      401,
      'Incorrect API key provided. You can find your API key at ' +
        'https://platform.openai.com/account/api-keys.',
      { code: 'invalid_api_key' },
    );
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
    ...headers,
  });
  response.end(text);
}

/** Writes one piece and waits for a slow reader. False when the reader has gone. */
export async function writeChunk(
  response: ServerResponse,
  chunk: string | Buffer,
): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(chunk)) return true;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
  return !response.destroyed;
}
