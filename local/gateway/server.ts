import { createServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { hasCode } from '../stack/problem.ts';
import { CORS_HEADERS, errorAnswer, preflightAnswer } from './answers.ts';
import { BodyTooLarge, MAX_BODY_BYTES, readBounded } from './body-limit.ts';
import type { DataApi } from './data-api.ts';
import { proxyToFunctions } from './functions-proxy.ts';
import type { MailBox } from './mails.ts';

export interface GatewayParts {
  readonly api: DataApi;
  readonly mails: MailBox;
  readonly functionsUrl: string;
  readonly apiUrl: string;
  readonly appUrl: string;
}

const PING_WITHIN_MS = 3_000;

/** One port for everything that hosted Supabase has behind one address. */
export function createGateway(parts: GatewayParts): Server {
  const listener = getRequestListener((request) => answer(request, parts), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      if (error instanceof RequestError) {
        return errorAnswer(400, 'invalid_input', 'The Host header or the path cannot be read.');
      }
      // A caller who has gone away gets no answer and is no failure of ours.
      if (hasCode(error, 'ECONNRESET')) return undefined;
      console.error('request failed', error);
      return errorAnswer(500, 'internal_error', 'The gateway failed; see gateway.log.');
    },
  });
  return createServer((incoming, outgoing) => {
    if (pathOf(incoming.url).startsWith('/functions/v1/')) {
      proxyToFunctions(parts.functionsUrl, incoming, outgoing).catch((error: unknown) => {
        console.error('request failed', error);
        outgoing.destroy();
      });
    } else {
      void listener(incoming, outgoing);
    }
  });
}

/** The path with `..` and the like resolved, so that no request slips from one service into another. */
function pathOf(url: string | undefined): string {
  try {
    return new URL(url ?? '/', 'http://gateway').pathname;
  } catch {
    return '/';
  }
}

async function answer(request: Request, parts: GatewayParts): Promise<Response> {
  const path = new URL(request.url).pathname;
  if (path.startsWith('/rest/v1/') || path === '/rest/v1' || path.startsWith('/auth/v1/')) {
    return answerData(request, parts.api);
  }
  if (path === '/') return welcome(parts);
  if (path === '/health') return health(parts.api);
  if (path === '/mails') return mails(request, parts.mails);
  return errorAnswer(404, 'not_found', 'Here are /rest/v1, /auth/v1 and /functions/v1.');
}

async function answerData(request: Request, api: DataApi): Promise<Response> {
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
    return preflightAnswer(request.headers.get('access-control-request-headers'));
  }
  let bounded: Request;
  try {
    bounded = await withBoundedBody(request);
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    return errorAnswer(413, 'invalid_input', `A body may have ${MAX_BODY_BYTES} bytes.`);
  }
  const response = await api.fetch(bounded);
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(CORS_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

async function withBoundedBody(request: Request): Promise<Request> {
  if (!request.body) return request;
  const body = await readBounded(request.body, MAX_BODY_BYTES);
  return new Request(request.url, { method: request.method, headers: request.headers, body });
}

function welcome({ apiUrl, appUrl }: GatewayParts): Response {
  return Response.json({
    name: 'MindBot local stack',
    rest: `${apiUrl}/rest/v1`,
    auth: `${apiUrl}/auth/v1`,
    functions: `${apiUrl}/functions/v1`,
    mails: `${apiUrl}/mails`,
    app: appUrl,
  });
}

async function health(api: DataApi): Promise<Response> {
  const late = AbortSignal.timeout(PING_WITHIN_MS);
  try {
    await Promise.race([
      api.ping(),
      new Promise<never>((_, reject) => {
        late.addEventListener('abort', () => reject(new Error('late')), { once: true });
      }),
    ]);
    return Response.json({ status: 'ok' });
  } catch {
    return Response.json({ status: 'database unreachable' }, { status: 503 });
  }
}

/** Mails hold sign-in links: only a loopback name may ask, so that no rebound name in a browser can. */
function mails(request: Request, box: MailBox): Response {
  const { hostname, searchParams } = new URL(request.url);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    return errorAnswer(403, 'not_allowed', 'Mails are shown on 127.0.0.1 only.');
  }
  return Response.json(box.list(searchParams.get('to') ?? undefined));
}
