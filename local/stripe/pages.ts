import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { intentBankReply, last4Of } from './bank-page.ts';
import { sessionOf } from './checkout.ts';
import { authenticationPage, messagePage, payPage, receiptPage } from './checkout-page.ts';
import type { FieldErrors, FieldValues } from './checkout-page.ts';
import { checkFields, valuesOf } from './checkout-form.ts';
import { authenticateCheckout, emailOf, payCheckout, successUrl } from './checkout-pay.ts';
import type { PayResult } from './checkout-pay.ts';
import type { Double } from './double.ts';
import { idOf } from './double.ts';
import { StripeApiError } from './errors.ts';
import { parseForm } from './form.ts';
import { matchPath, readBody, send } from './http.ts';

export type Reply = { status: number; page: string } | { redirect: string };

const stylesheet = readFileSync(new URL('checkout.css', import.meta.url), 'utf8');

/** Serves everything under /c/: what a customer's browser sees. */
export async function servePage(
  double: Double,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (url.pathname === '/c/checkout.css') {
    send(response, 200, stylesheet, { 'content-type': 'text/css; charset=utf-8' });
    return;
  }
  const reply = await replyTo(double, request, url).catch((error: unknown): Reply => {
    if (!(error instanceof StripeApiError)) throw error;
    return error.status === 404
      ? notFound()
      : { status: error.status, page: messagePage('That did not work', error.message) };
  });
  if ('redirect' in reply) {
    send(response, 303, '', { location: reply.redirect });
    return;
  }
  send(response, reply.status, reply.page, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
}

async function replyTo(double: Double, request: IncomingMessage, url: URL): Promise<Reply> {
  const isPost = request.method === 'POST';
  if (!isPost && request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, page: messagePage('Not allowed', 'This page takes GET and POST only.') };
  }
  const form = isPost ? parseForm(await readBody(request)) : {};
  const at = (pattern: string) => matchPath(pattern, url.pathname)?.['id'];
  const payId = at('/c/pay/:id');
  if (payId !== undefined) return checkoutReply(double, payId, isPost ? form : null);
  const bankId = at('/c/pay/:id/authenticate');
  if (bankId !== undefined) return checkoutBankReply(double, bankId, isPost ? form : null);
  const intentId = at('/c/authenticate/:id');
  if (intentId !== undefined) {
    return intentBankReply(double, intentId, url.searchParams, isPost ? form : null) ?? notFound();
  }
  const charge = double.store.get('charges', at('/c/receipt/:id') ?? '');
  if (charge?.paid === true && !isPost) return { status: 200, page: receiptPage(charge) };
  return notFound();
}

function notFound(): Reply {
  return {
    status: 404,
    page: messagePage(
      'Page not found',
      'There is no such checkout page. The link may be incomplete.',
    ),
  };
}

/** What to show for a session that can no longer be paid. */
function closedReply(session: Stripe.Checkout.Session): Reply | undefined {
  if (session.status === 'complete') {
    return {
      status: 200,
      page: messagePage('Already paid', 'This purchase is complete. You were charged once.', {
        href: successUrl(session),
        label: 'Continue',
      }),
    };
  }
  if (session.status !== 'expired') return undefined;
  const link =
    session.cancel_url === null ? null : { href: session.cancel_url, label: 'Back to the shop' };
  return {
    status: 200,
    page: messagePage(
      'This checkout has expired',
      'You were not charged. Please start again.',
      link,
    ),
  };
}

export type Form = Record<string, unknown>;

function checkoutReply(double: Double, id: string, form: Form | null): Reply {
  const session = sessionOf(double, id);
  // Somebody who pressed Pay twice has paid once, and goes on as if they had pressed it once.
  if (form !== null && session.status === 'complete') return { redirect: successUrl(session) };
  const closed = closedReply(session);
  if (closed !== undefined) return closed;
  const items = double.store.get('checkout_plans', session.id)?.line_items ?? [];
  const known = emailOf(double, session);
  const show = (
    status: number,
    more: { values?: FieldValues; errors?: FieldErrors; declined?: string },
  ) => ({
    status,
    page: payPage({ session, items, email: known, ...more }),
  });
  if (form === null) return show(200, lastDecline(double, session));
  const values = valuesOf(form);
  const checked = checkFields(double, values, known === null);
  if ('errors' in checked) return show(422, { values, errors: checked.errors });
  const result = payCheckout(double, session, {
    card: checked.card,
    expMonth: checked.month,
    expYear: checked.year,
    name: values.name ?? null,
    email: known ?? values.email ?? null,
  });
  if (result.kind === 'declined') {
    const { number: _number, cvc: _cvc, ...kept } = values;
    return show(402, { values: kept, declined: result.decline.message });
  }
  return afterPayment(session, result);
}

function afterPayment(session: Stripe.Checkout.Session, result: PayResult): Reply {
  if (result.kind === 'authenticate') return { redirect: `/c/pay/${session.id}/authenticate` };
  if (result.kind === 'paid') return { redirect: successUrl(session) };
  return { redirect: `/c/pay/${session.id}` };
}

/** Why the last try failed, for a customer who comes back from the bank's page. */
function lastDecline(double: Double, session: Stripe.Checkout.Session): { declined?: string } {
  const intent = double.store.get('payment_intents', idOf(session.payment_intent) ?? '');
  const message = intent?.last_payment_error?.message;
  return message === undefined ? {} : { declined: message };
}

function checkoutBankReply(double: Double, id: string, form: Form | null): Reply {
  const session = sessionOf(double, id);
  const closed = closedReply(session);
  if (closed !== undefined) return closed;
  const intent = double.store.get('payment_intents', idOf(session.payment_intent) ?? '');
  if (intent?.status !== 'requires_action') return { redirect: `/c/pay/${session.id}` };
  const outcome = form?.['outcome'];
  if (outcome !== 'approve' && outcome !== 'refuse') {
    const action = `/c/pay/${session.id}/authenticate`;
    return { status: 200, page: authenticationPage(intent, last4Of(double, intent), action) };
  }
  return afterPayment(session, authenticateCheckout(double, session, outcome === 'approve'));
}
