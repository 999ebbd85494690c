import { timingSafeEqual, createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { balanceRoutes } from './balance.ts';
import { chargeRoutes } from './charges.ts';
import { checkoutRoutes, expireDueSessions, pageUrl } from './checkout.ts';
import { customerRoutes } from './customers.ts';
import { disputeIsDecided, disputeOpens } from './dispute-life.ts';
import { disputeRoutes } from './disputes.ts';
import { apiVersion } from './double.ts';
import type { Double, Route } from './double.ts';
import { StripeApiError, invalidKey, unrecognizedUrl } from './errors.ts';
import { emit, eventRoutes } from './events.ts';
import { answerCall } from './call.ts';
import { FaultBox } from './faults.ts';
import { sendJson } from './http.ts';
import { Idempotency } from './idempotency.ts';
import { newId } from './ids.ts';
import { Later } from './later.ts';
import type { Steps } from './later.ts';
import { servePage } from './pages.ts';
import { paymentIntentRoutes } from './payment-intents.ts';
import { paymentMethodRoutes } from './payment-methods.ts';
import { productRoutes } from './products.ts';
import { refundFails, refundReachesTheBank, refundSucceeds } from './refund-life.ts';
import { refundRoutes } from './refunds.ts';
import { setupIntentRoutes } from './setup-intents.ts';
import { Store, keepInFile } from './store.ts';
import { serveSwitch } from './switches.ts';
import { Deliverer } from './webhooks.ts';
import type { DelivererOptions } from './webhooks.ts';

export type Log = (
  level: 'info' | 'warn' | 'error',
  msg: string,
  extra?: Record<string, unknown>,
) => void;

export interface StripeDoubleOptions {
  /** The only key that is accepted. */
  secretKey: string;
  webhookSecret: string;
  /** Where events are posted; left out: they are only recorded. */
  webhookUrl?: string | undefined;
  /** 0 (the default) takes a free port. */
  port?: number;
  host?: string;
  /** Where browsers reach the hosted pages; default: host and port. */
  publicUrl?: string | undefined;
  /** JSON file that keeps everything over a restart; left out: memory only. */
  stateFile?: string | undefined;
  /** Clock in ms. */
  nowMs?: () => number;
  /** Pace of the webhook retries, for tests. */
  webhooks?: Pick<DelivererOptions, 'firstRetryMs' | 'maxRetryMs' | 'maxAttempts' | 'timeoutMs'>;
  /** How long Stripe takes for what it does some time later: disputes, what becomes of refunds. Default 500 ms. */
  laterMs?: number;
  log?: Log;
}

export interface StripeDouble {
  url: string;
  port: number;
  close(): Promise<void>;
}

const routes: readonly Route[] = [
  ...customerRoutes,
  ...productRoutes,
  ...paymentMethodRoutes,
  ...paymentIntentRoutes,
  ...setupIntentRoutes,
  ...chargeRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...balanceRoutes,
  ...checkoutRoutes,
  ...eventRoutes,
];

const steps: Steps = {
  dispute_opens: disputeOpens,
  dispute_is_decided: disputeIsDecided,
  refund_fails: refundFails,
  refund_succeeds: refundSucceeds,
  refund_reaches_the_bank: refundReachesTheBank,
};

/** Starts a Stripe that the unmodified `stripe` SDK talks to through `{ host, port, protocol }`. */
export async function createStripeDouble(options: StripeDoubleOptions): Promise<StripeDouble> {
  const { nowMs = Date.now, host = '127.0.0.1', log = () => undefined } = options;
  const store = new Store();
  const file =
    options.stateFile === undefined ? undefined : keepInFile(store, options.stateFile, log);
  const now = () => Math.floor(nowMs() / 1000);
  const deliverer = new Deliverer({
    ...options.webhooks,
    store,
    url: options.webhookUrl ?? null,
    secret: options.webhookSecret,
    nowMs,
    log,
  });
  const double: Double = {
    store,
    faults: new FaultBox(),
    deliverer,
    later: new Later({
      store,
      nowMs,
      delayMs: options.laterMs ?? 500,
      run: (step) => steps[step.kind](double, step.object_id),
    }),
    baseUrl: '',
    now,
    emit: (type, object, origin, previous) => emit(double, type, object, origin, previous),
  };
  const idempotency = new Idempotency(store, now);
  const server = createServer((request, response) => {
    void serve({ double, idempotency, secretKey: options.secretKey, log }, request, response);
  });
  const port = await listen(server, options.port ?? 0, host);
  const url = `http://${host}:${port}`;
  double.baseUrl = options.publicUrl?.replace(/\/+$/, '') ?? url;
  for (const session of store.all('checkout_sessions').values()) {
    if (session.status === 'open') session.url = pageUrl(double, session.id);
  }
  deliverer.start();
  double.later.start();
  const sweeper = setInterval(() => expireDueSessions(double), 1000);
  sweeper.unref();
  return {
    url,
    port,
    async close() {
      clearInterval(sweeper);
      double.later.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await deliverer.close();
      server.closeAllConnections();
      await closed;
      file?.flush();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : port);
    });
  });
}

interface Setup {
  double: Double;
  idempotency: Idempotency;
  secretKey: string;
  log: Log;
}

async function serve(
  setup: Setup,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = newId('req_', 14);
  const version = request.headers['stripe-version'];
  const headers = {
    'request-id': requestId,
    'stripe-version': typeof version === 'string' ? version : apiVersion,
  };
  try {
    await route(setup, request, response, requestId, headers);
  } catch (error) {
    if (error instanceof StripeApiError) {
      const extra =
        error.status === 401 ? { 'www-authenticate': 'Basic realm="Stripe"' } : undefined;
      return sendJson(response, error.status, error.body(), { ...headers, ...extra });
    }
    // A client that hung up is nobody's mistake.
    if (request.destroyed && !request.complete) return;
    setup.log('error', 'unexpected error', {
      request_id: requestId,
      reason: error instanceof Error ? error.stack : 'unknown',
    });
    const failure = new StripeApiError(
      500,
      'api_error',
      'An unknown error occurred in the Stripe double.',
    );
    sendJson(response, 500, failure.body(), headers);
  }
}

async function route(
  setup: Setup,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  headers: Record<string, string>,
): Promise<void> {
  const method = request.method ?? 'GET';
  // Put together, not resolved: `//v1/…` would otherwise name a host.
  const url = URL.parse(`http://double${request.url ?? '/'}`);
  if (url === null) throw unrecognizedUrl(method, request.url ?? '/');
  if (url.pathname === '/healthz') return sendJson(response, 200, { status: 'ok' });
  if (url.pathname.startsWith('/c/')) return servePage(setup.double, request, response, url);
  if (url.pathname.startsWith('/_double/')) {
    if (!isLoopback(request)) {
      throw new StripeApiError(403, 'invalid_request_error', 'Only from this machine.', {}, false);
    }
    checkKey(request, setup.secretKey);
    return serveSwitch(setup.double, request, response, url);
  }
  if (!url.pathname.startsWith('/v1/')) throw unrecognizedUrl(method, url.pathname);
  checkKey(request, setup.secretKey);
  await answerCall(
    { double: setup.double, idempotency: setup.idempotency, routes, requestId, headers },
    request,
    response,
    url,
  );
}

function isLoopback(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? '';
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

/** The key as bearer token, or as the user name of basic authentication. */
function checkKey(request: IncomingMessage, secretKey: string): void {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  const given =
    scheme.toLowerCase() === 'basic'
      ? (Buffer.from(credentials, 'base64').toString('utf8').split(':')[0] ?? '')
      : scheme.toLowerCase() === 'bearer'
        ? credentials
        : '';
  if (!timingSafeEqual(digest(given), digest(secretKey))) throw invalidKey(given);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
