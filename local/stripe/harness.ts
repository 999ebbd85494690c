import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Stripe } from 'stripe';
import { createStripeDouble } from './server.ts';
import type { StripeDouble, StripeDoubleOptions } from './server.ts';

/** What the tests of this folder share: a double, the real SDK on it, and a webhook endpoint. */

export const secretKey = 'sk_test_harness0000000000';
export const webhookSecret = 'whsec_harness';

export interface Received {
  event: Stripe.Event;
  signature: string;
  body: string;
}

export interface Inbox {
  url: string;
  received: Received[];
  /** How the next deliveries are answered; afterwards 200. `null`: not at all. */
  answers: (number | null)[];
  close(): Promise<void>;
}

/** A webhook endpoint that verifies every delivery with the SDK and keeps it. */
export async function openInbox(stripe: Stripe): Promise<Inbox> {
  const received: Received[] = [];
  const answers: (number | null)[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString('utf8');
      const signature = String(request.headers['stripe-signature']);
      const event = await stripe.webhooks.constructEventAsync(body, signature, webhookSecret);
      received.push({ event, signature, body });
      const status = answers.length > 0 ? answers.shift() : 200;
      if (typeof status === 'number') response.writeHead(status, { location: '/webhook' }).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const port = typeof at === 'object' && at !== null ? at.port : 0;
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    received,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export interface Bench {
  double: StripeDouble;
  stripe: Stripe;
  inbox: Inbox;
  /** Calls a switch; throws unless it is answered 2xx. */
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Lets happen what Stripe does later, and waits until every webhook is delivered. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function sdkFor(double: StripeDouble, maxNetworkRetries = 0): Stripe {
  return new Stripe(secretKey, {
    host: '127.0.0.1',
    port: double.port,
    protocol: 'http',
    maxNetworkRetries,
    telemetry: false,
  });
}

export async function openBench(options: Partial<StripeDoubleOptions> = {}): Promise<Bench> {
  const inbox = await openInbox(new Stripe(secretKey));
  const double = await createStripeDouble({
    secretKey,
    webhookSecret,
    webhookUrl: inbox.url,
    webhooks: { firstRetryMs: 10, maxRetryMs: 40, timeoutMs: 500 },
    // Only `flush` makes it happen, so that a test can look before and after.
    laterMs: 600_000,
    ...options,
  });
  const control: Bench['control'] = async (method, path, body) => {
    const response = await fetch(`${double.url}/_double/${path}`, {
      method,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    double,
    stripe: sdkFor(double),
    inbox,
    control,
    flush: async () => {
      await control('POST', 'flush', { timeout_ms: 5000 });
    },
    close: async () => {
      await double.close();
      await inbox.close();
    },
  };
}

/** A purchase as MindBot makes it. */
export function hourOfTime(
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: 'usd',
          unit_amount: 999,
          product_data: { name: 'Starter: 1 hour' },
        },
      },
    ],
    success_url: 'http://127.0.0.1:9/paid?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/canceled',
    client_reference_id: 'payment-1',
    metadata: { payment_id: 'payment-1' },
    payment_intent_data: { metadata: { payment_id: 'payment-1' } },
    ...more,
  };
}
