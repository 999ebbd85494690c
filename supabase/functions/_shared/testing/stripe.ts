import { createStripe } from '../stripe.ts';
import type { Stripe } from '../stripe.ts';
import { startServer } from './server.ts';
import type { Answer, Received } from './server.ts';

/** One request to Stripe, its form decoded. */
export interface StripeRequest {
  /** Of the form, or of the query where there is no form. */
  params: URLSearchParams;
  idempotencyKey: string | undefined;
}

export interface FakeStripe {
  stripe: Stripe;
  /** Answers by `METHOD /path`; tests set those that they need. */
  routes: Record<string, (request: StripeRequest) => Answer>;
  /** `METHOD /path` of every request, in order. */
  calls: string[];
  requests: Record<string, StripeRequest[]>;
  close: () => Promise<void>;
}

/** An error body as the vendor's API gives it: https://docs.stripe.com/api/errors */
export function stripeError(status: number, error: Record<string, unknown>): Answer {
  return { status, body: { error } };
}

/** A Stripe API in so far as a test says what it answers, for the vendor's own SDK. */
export async function startFakeStripe(): Promise<FakeStripe> {
  const routes: FakeStripe['routes'] = {};
  const calls: string[] = [];
  const requests: FakeStripe['requests'] = {};
  const server = await startServer(({ method, path, headers, body }: Received) => {
    const { pathname, search } = new URL(path, 'http://local');
    const route = `${method} ${pathname}`;
    const key = headers['idempotency-key'];
    const request = {
      params: new URLSearchParams(body === '' ? search : body),
      idempotencyKey: typeof key === 'string' ? key : undefined,
    };
    calls.push(route);
    (requests[route] ??= []).push(request);
    return (
      routes[route]?.(request) ??
      stripeError(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'id' })
    );
  });
  const stripe = createStripe({
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    apiBase: new URL(server.url),
  });
  return { stripe, routes, calls, requests, close: server.close };
}
