import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Double, Endpoint, Route } from './double.ts';
import { StripeApiError, invalidParams, unrecognizedUrl } from './errors.ts';
import { expanded } from './expand.ts';
import type { ApiFault } from './faults.ts';
import { parseForm } from './form.ts';
import type { FormRecord } from './form.ts';
import { matchPath, readBody, send } from './http.ts';
import type { Idempotency } from './idempotency.ts';
import { expand, read } from './params.ts';

export interface CallSetup {
  double: Double;
  idempotency: Idempotency;
  routes: readonly Route[];
  requestId: string;
  headers: Record<string, string>;
}

interface Answer {
  status: number;
  body: string;
}

/** One call to the API: route, faults, idempotency, endpoint, expansion, answer. */
export async function answerCall(
  setup: CallSetup,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const method = request.method ?? 'GET';
  const text = await readBody(request);
  const found = findRoute(setup.routes, method, url.pathname);
  if (found === undefined) throw unrecognizedUrl(method, url.pathname);
  const params = readParams(request, method === 'POST' ? text : url.search.slice(1));
  const fault = setup.double.faults.forCall(method, url.pathname);
  if (fault?.when === 'before' && fault.mode !== 'slow') return fail(fault, response);

  const key = method === 'POST' ? headerOf(request, 'idempotency-key') : undefined;
  const run = () => runEndpoint(setup, found, params, key ?? null);
  const slowMs = fault?.mode === 'slow' ? fault.ms : 0;
  const { answer, headers } =
    key === undefined
      ? { answer: await slowly(slowMs, run), headers: {} }
      : await once(setup, key, url.pathname, params, slowMs, run);
  if (fault?.when === 'after' && fault.mode !== 'slow') return fail(fault, response);
  send(response, answer.status, answer.body, {
    'content-type': 'application/json',
    ...setup.headers,
    ...headers,
  });
}

function findRoute(routes: readonly Route[], method: string, pathname: string) {
  for (const [wanted, pattern, endpoint] of routes) {
    if (wanted !== method) continue;
    const path = matchPath(pattern, pathname);
    if (path !== undefined) return { endpoint, path };
  }
  return undefined;
}

function readParams(request: IncomingMessage, text: string): FormRecord {
  const type = headerOf(request, 'content-type') ?? '';
  if (request.method === 'POST' && text !== '' && !type.startsWith('application/x-www-form-url')) {
    throw invalidParams(
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
    );
  }
  return parseForm(text);
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Runs a call once per Idempotency-Key; another call with the key gets the first answer again. */
async function once(
  setup: CallSetup,
  key: string,
  path: string,
  params: FormRecord,
  slowMs: number,
  run: () => Answer,
): Promise<{ answer: Answer; headers: Record<string, string> }> {
  const saved = setup.idempotency.take(key, path, params);
  if (saved !== undefined) {
    return {
      answer: saved,
      headers: {
        'idempotency-key': key,
        'idempotent-replayed': 'true',
        'original-request': saved.request_id,
      },
    };
  }
  try {
    const answer = await slowly(slowMs, run);
    setup.idempotency.save(key, params, { ...answer, path, request_id: setup.requestId });
    return {
      answer,
      headers: { 'idempotency-key': key, 'original-request': setup.requestId },
    };
  } finally {
    setup.idempotency.release(key);
  }
}

/** The endpoint's answer. Throws only what must not be kept for the Idempotency-Key. */
function runEndpoint(
  setup: CallSetup,
  { endpoint, path }: { endpoint: Endpoint; path: Record<string, string> },
  form: FormRecord,
  key: string | null,
): Answer {
  const { expand: wanted, ...params } = form;
  const paths = read(z.object({ expand }), { expand: wanted }).expand ?? [];
  try {
    const object = endpoint({
      double: setup.double,
      params,
      path,
      origin: { id: setup.requestId, idempotency_key: key },
    });
    return { status: 200, body: JSON.stringify(expanded(setup.double, object, paths), null, 2) };
  } catch (error) {
    if (!(error instanceof StripeApiError) || !error.hasRun) throw error;
    return { status: error.status, body: JSON.stringify(error.body(), null, 2) };
  }
}

async function slowly<T>(ms: number, run: () => T): Promise<T> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  return run();
}

/** Answers as a Stripe in trouble would, or not at all. */
function fail(fault: ApiFault, response: ServerResponse): void {
  if (fault.mode === 'close') {
    response.socket?.destroy();
    return;
  }
  if (fault.mode === 'timeout') {
    // Kept silent for `ms`, then cut.
    const timer = setTimeout(() => response.socket?.destroy(), fault.ms);
    response.once('close', () => clearTimeout(timer));
    return;
  }
  throw fault.mode === '429'
    ? new StripeApiError(
        429,
        'invalid_request_error',
        'Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.',
        { code: 'rate_limit' },
        false,
      )
    : new StripeApiError(500, 'api_error', 'An unknown error occurred (asked for).', {}, false);
}
