import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { bankSwitches } from './bank-switches.ts';
import { authenticateCheckout, payCheckout, successUrl } from './checkout-pay.ts';
import type { PayResult } from './checkout-pay.ts';
import { sessionOf } from './checkout.ts';
import { declinedAnswer, finishAuthentication } from './confirm.ts';
import type { Double } from './double.ts';
import { fromPage, idOf } from './double.ts';
import { invalidRequest, noSuch, unrecognizedUrl } from './errors.ts';
import { faultSchema } from './faults.ts';
import { matchPath, readBody, sendJson } from './http.ts';
import { intentOf } from './intent.ts';
import { parsed } from './json-body.ts';
import { checkedCard } from './card-entry.ts';
import { cardByName } from './test-cards.ts';

const payBody = z.strictObject({
  /** A test number, or a test name such as `pm_card_visa`. */
  card: z.string().min(1).max(60).default('4242424242424242'),
  /** What the customer does when the card asks for authentication. `leave`: closes the page. */
  authentication: z.enum(['approve', 'refuse', 'leave']).default('approve'),
  name: z.string().max(100).default('Test Customer'),
  email: z.string().max(200).optional(),
});
const outcomeBody = z.strictObject({ outcome: z.enum(['approve', 'refuse']) });
const resendBody = z.strictObject({ event_id: z.string() });
const flushBody = z.strictObject({
  timeout_ms: z.int().min(0).max(120_000).default(10_000),
  /** Try what waits for its next attempt at once. */
  hurry: z.boolean().default(true),
  /** Do at once what Stripe does some time later: open disputes, decide them, finish refunds. */
  later: z.boolean().default(true),
});
const laterBody = z.strictObject({ ms: z.int().min(0).max(3_600_000) });

/** Serves everything under /_double/: what only tests and terminal clients use. JSON in and out. */
export async function serveSwitch(
  double: Double,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const text = await readBody(request);
  const at = (method: string, pattern: string) =>
    request.method === method ? matchPath(pattern, url.pathname) : undefined;
  const answer = (body: unknown, status = 200) => sendJson(response, status, body);

  if (at('GET', '/_double/faults')) return answer({ faults: double.faults.list() });
  if (at('DELETE', '/_double/faults')) {
    double.faults.clear();
    return answer({ faults: [] });
  }
  if (at('POST', '/_double/faults')) {
    addFault(double, parsed(faultSchema, text));
    return answer({ faults: double.faults.list() }, 201);
  }
  if (at('GET', '/_double/deliveries')) {
    return answer({ deliveries: deliveries(double, url.searchParams) });
  }
  if (at('POST', '/_double/deliveries/resend')) {
    const { event_id: id } = parsed(resendBody, text);
    const event = double.store.get('events', id);
    if (event === undefined) throw noSuch('event', id, 'event_id');
    return answer({ delivery: double.deliverer.resend(event) ?? null }, 202);
  }
  if (at('POST', '/_double/flush')) {
    const { timeout_ms: timeout, hurry, later } = parsed(flushBody, text);
    if (later) double.later.runAll();
    const pending = await double.deliverer.flush(timeout, hurry);
    return answer({ pending }, pending === 0 ? 200 : 504);
  }
  if (at('POST', '/_double/later')) {
    double.later.delayMs = parsed(laterBody, text).ms;
    return answer({ ms: double.later.delayMs });
  }
  for (const [pattern, run] of bankSwitches) {
    const id = at('POST', `/_double/${pattern}`)?.['id'];
    if (id !== undefined) return answer(run(double, id, text));
  }
  const checkout = at('POST', '/_double/checkout/:id/pay');
  if (checkout?.['id'] !== undefined) {
    return answer(pay(double, checkout['id'], parsed(payBody, text)));
  }
  const intent = at('POST', '/_double/payment_intents/:id/authenticate');
  if (intent?.['id'] !== undefined) {
    return answer(authenticate(double, intent['id'], parsed(outcomeBody, text).outcome));
  }
  throw unrecognizedUrl(request.method ?? 'GET', url.pathname);
}

function addFault(double: Double, fault: z.infer<typeof faultSchema>): void {
  try {
    double.faults.add(fault);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidRequest(`Too many faults are waiting: ${error.message}.`);
  }
}

function deliveries(double: Double, query: URLSearchParams): object[] {
  const type = query.get('event_type');
  const eventId = query.get('event_id');
  const all = [...double.store.all('deliveries').values()].filter(
    (each) =>
      (type === null || each.event_type === type) &&
      (eventId === null || each.event_id === eventId),
  );
  return all.slice(-1000);
}

/** What the hosted page does, for clients without a browser. A decline is a 402, as from the API. */
function pay(double: Double, id: string, body: z.infer<typeof payBody>): object {
  const session = sessionOf(double, id);
  const year = new Date(double.now() * 1000).getUTCFullYear() + 1;
  const card =
    cardByName(body.card) ?? checkedCard(double, body.card, { month: 12, year }, undefined);
  let result: PayResult = payCheckout(double, session, {
    card,
    expMonth: 12,
    expYear: year,
    name: body.name,
    email: body.email ?? null,
  });
  if (result.kind === 'authenticate' && body.authentication !== 'leave') {
    result = authenticateCheckout(double, session, body.authentication === 'approve');
  }
  const intent = intentOf(double, idOf(session.payment_intent) ?? '');
  if (result.kind === 'declined') throw declinedAnswer(intent);
  return {
    id: session.id,
    status: session.status,
    payment_status: session.payment_status,
    payment_intent: intent.id,
    payment_intent_status: intent.status,
    success_url: result.kind === 'paid' ? successUrl(session) : null,
  };
}

/** Plays the bank's page, for an intent of the API or of a checkout session. */
function authenticate(double: Double, id: string, outcome: 'approve' | 'refuse'): object {
  const intent = intentOf(double, id);
  if (intent.status !== 'requires_action') {
    throw invalidRequest('This payment is not waiting for authentication.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  for (const session of double.store.all('checkout_sessions').values()) {
    if (session.payment_intent !== id) continue;
    authenticateCheckout(double, session, outcome === 'approve');
    return intent;
  }
  finishAuthentication(double, intent, outcome === 'approve', fromPage);
  return intent;
}
