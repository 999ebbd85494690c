/**
 * `npm run demo`: the main job from end to end against the running stack, through public interfaces only. A new
 * customer signs up, buys an hour, talks to the agent, and pays for what was talked. Exits 1 if anything is off.
 */
import './quiet.ts';
import { dispose } from '@livekit/rtc-node';
import { z } from 'zod';
import { askStatus, type StackAddress } from './address.ts';
import { silentCall, spokenCall, type CallReport } from './calls.ts';
import { payAtCheckout } from './checkout.ts';
import { type Client, connect, must, poll } from './customer.ts';
import { failed, minutes, progress, step } from './report.ts';

const purchaseSchema = z.object({
  payment_id: z.string(),
  time_card_id: z.string(),
  amount_cents: z.number(),
  currency: z.string(),
  checkout_url: z.string(),
});

async function main(): Promise<void> {
  const stack = await askStatus();
  const customer = connect(stack);
  const userId = await signUp(customer);
  await expectBalance(customer, 0);

  const purchase = await buyAnHour(stack, customer);
  await expectBalance(customer, 3600);

  const call = stack.LIVEKIT_URL
    ? await spokenCall(stack, customer)
    : await silentCall(stack, userId);
  await showSettlement(customer, purchase.time_card_id, call);
  await proveLedger(stack);
}

async function signUp(customer: Client): Promise<string> {
  const email = `demo-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const { data, error } = await customer.auth.signUp({
    email,
    password: 'Correct1Horse',
    options: { data: { full_name: 'Grace Hopper' } },
  });
  if (error || !data.user) throw error ?? new Error('the sign-up gave no user');
  step('sign-up', email);
  return data.user.id;
}

async function expectBalance(customer: Client, seconds: number): Promise<void> {
  const balance = await must(customer.rpc('get_balance'));
  if (balance.remaining_seconds !== seconds) {
    throw new Error(`the balance is ${balance.remaining_seconds} s, not ${seconds} s`);
  }
  step('balance', minutes(seconds));
}

async function buyAnHour(stack: StackAddress, customer: Client) {
  const answer = await must(
    customer.functions.invoke('purchase', { body: { package_id: 'starter_1h' } }),
  );
  const purchase = purchaseSchema.parse(answer);
  const price = `${(purchase.amount_cents / 100).toFixed(2)} ${purchase.currency.toUpperCase()}`;
  step('checkout', `${price} at ${new URL(purchase.checkout_url).origin}`);

  if (stack.STRIPE_API_BASE) {
    await payAtCheckout(stack, purchase.checkout_url);
    step('card', '4242 4242 4242 4242 accepted');
  } else {
    progress('card', `a real Stripe account: pay at ${purchase.checkout_url}`);
  }
  const payment = await poll(
    'the webhook',
    () => must(customer.from('payments').select('status').eq('id', purchase.payment_id).single()),
    ({ status }) => status !== 'pending',
    stack.STRIPE_API_BASE ? 15_000 : 300_000,
  );
  if (payment.status !== 'succeeded') throw new Error(`the payment is ${payment.status}`);
  step('webhook', 'payment succeeded, card active');
  return purchase;
}

async function showSettlement(customer: Client, cardId: string, call: CallReport): Promise<void> {
  const session = await poll(
    'the settlement',
    () => must(customer.from('voice_sessions').select().eq('id', call.sessionId).single()),
    ({ status }) => status === 'completed' || status === 'error',
  );
  const { granted_seconds: granted, billed_seconds: billed } = session;
  step(
    'settled',
    `${granted} s held in all, ${billed} s used, ${granted - billed} s returned (${session.end_reason})`,
  );

  const card = await must(customer.from('time_cards').select().eq('id', cardId).single());
  const buckets = `${card.used_seconds} s used, ${card.held_seconds} s held, ${minutes(card.remaining_seconds)} left`;
  if (
    card.used_seconds !== billed ||
    card.held_seconds !== 0 ||
    card.remaining_seconds !== 3600 - billed
  ) {
    throw new Error(`the card does not fit the session: ${buckets}`);
  }
  step('card', buckets);

  const off = call.clockSeconds === null ? 0 : Math.abs(billed - call.clockSeconds);
  if (off > 1.5) {
    throw new Error(
      `${billed} s billed, but ${call.clockSeconds?.toFixed(1)} s by the caller's clock`,
    );
  }
}

async function proveLedger(stack: StackAddress): Promise<void> {
  const violations = await must(connect(stack, stack.SECRET_KEY).rpc('verify_ledger'));
  if (violations.length > 0) throw new Error(`the ledger is broken: ${JSON.stringify(violations)}`);
  step('ledger', 'every invariant holds');
}

try {
  await main();
} catch (error) {
  failed(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await dispose();
}
