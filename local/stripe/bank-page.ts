import type Stripe from 'stripe';
import { authenticationPage, messagePage } from './checkout-page.ts';
import { finishAuthentication } from './confirm.ts';
import type { Double } from './double.ts';
import { fromPage, idOf } from './double.ts';
import type { Form, Reply } from './pages.ts';
import { finishSetup } from './setup-life.ts';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

export function last4Of(double: Double, intent: Intent): string {
  const method = double.store.get('payment_methods', idOf(intent.payment_method) ?? '');
  return method?.card?.last4 ?? '';
}

/** The bank's page for an intent that was confirmed through the API; undefined when there is none. */
export function intentBankReply(
  double: Double,
  id: string,
  query: URLSearchParams,
  form: Form | null,
): Reply | undefined {
  const intent: Intent | undefined =
    double.store.get('payment_intents', id) ?? double.store.get('setup_intents', id);
  const secret = query.get('client_secret') ?? '';
  if (intent === undefined || intent.client_secret !== secret) return undefined;
  if (intent.status !== 'requires_action') {
    return {
      status: 200,
      page: messagePage('Nothing to approve', 'This card is not waiting for authentication.'),
    };
  }
  const outcome = form?.['outcome'];
  if (outcome !== 'approve' && outcome !== 'refuse') {
    const action = `/c/authenticate/${id}?client_secret=${encodeURIComponent(secret)}`;
    const payment = intent.object === 'payment_intent' ? intent : null;
    return { status: 200, page: authenticationPage(payment, last4Of(double, intent), action) };
  }
  const returnUrl = intent.next_action?.redirect_to_url?.return_url ?? null;
  const isApproved = outcome === 'approve';
  const decline =
    intent.object === 'payment_intent'
      ? finishAuthentication(double, intent, isApproved, fromPage)
      : finishSetup(double, intent, isApproved, fromPage);
  if (returnUrl === null) {
    const said = decline === undefined ? 'Your card was accepted.' : decline.message;
    const title = decline === undefined ? 'Approved' : 'Not accepted';
    return { status: 200, page: messagePage(title, `${said} You can close this page.`) };
  }
  const back = new URL(returnUrl);
  back.searchParams.set(intent.object, id);
  back.searchParams.set(`${intent.object}_client_secret`, secret);
  back.searchParams.set('redirect_status', decline === undefined ? 'succeeded' : 'failed');
  return { redirect: back.href };
}
