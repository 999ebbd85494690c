import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hourOfTime, openBench } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function post(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

const card = (number: string) => ({ number, expiry: '12 / 34', cvc: '123', name: 'Ada Lovelace' });

async function newSession(more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await bench.stripe.customers.create({ email: 'ada@example.com' });
  return bench.stripe.checkout.sessions.create(hourOfTime({ customer: customer.id, ...more }));
}

describe('a checkout session', () => {
  test('is open, unpaid and without a payment intent until it is paid', async () => {
    const session = await newSession();
    expect(session).toMatchObject({
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
      amount_total: 999,
      currency: 'usd',
      ui_mode: 'hosted_page',
      client_reference_id: 'payment-1',
      metadata: { payment_id: 'payment-1' },
    });
    expect(session.url).toBe(`${bench.double.url}/c/pay/${session.id}`);
  });

  test('paid on its page goes to the success URL and is complete', async () => {
    const session = await newSession();
    const answer = await post(session.url ?? '', card('4242 4242 4242 4242'));
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`http://127.0.0.1:9/paid?session_id=${session.id}`);
    const paid = await bench.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent.latest_charge.balance_transaction', 'line_items', 'customer'],
    });
    expect(paid).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer_details: { email: 'ada@example.com', name: 'Ada Lovelace' },
      customer: { email: 'ada@example.com' },
      line_items: { data: [{ description: 'Starter: 1 hour', amount_total: 999, quantity: 1 }] },
      payment_intent: {
        status: 'succeeded',
        amount_received: 999,
        metadata: { payment_id: 'payment-1' },
        latest_charge: {
          paid: true,
          amount_captured: 999,
          payment_method_details: { card: { last4: '4242', brand: 'visa' } },
          balance_transaction: { amount: 999, fee: 59, net: 940 },
        },
      },
    });
  });

  test('paid twice at the same moment makes one charge', async () => {
    const session = await newSession();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => post(session.url ?? '', card('4242424242424242'))),
    );
    expect(answers.map((answer) => answer.status)).toEqual([303, 303, 303, 303]);
    const paid = await bench.stripe.checkout.sessions.retrieve(session.id);
    const charges = await bench.stripe.charges.list({
      payment_intent: String(paid.payment_intent),
    });
    expect(charges.data).toHaveLength(1);
  });

  test('declined stays open and can be paid with another card on the same payment intent', async () => {
    const session = await newSession();
    const refused = await post(session.url ?? '', card('4000000000009995'));
    expect(refused.status).toBe(402);
    expect(await refused.text()).toContain('Your card has insufficient funds.');
    const open = await bench.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent'],
    });
    expect(open).toMatchObject({
      status: 'open',
      payment_intent: {
        status: 'requires_payment_method',
        last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
      },
    });
    expect((await post(session.url ?? '', card('5555555555554444'))).status).toBe(303);
    const paid = await bench.stripe.checkout.sessions.retrieve(session.id);
    expect(paid.status).toBe('complete');
    expect(paid.payment_intent).toBe((open.payment_intent as Stripe.PaymentIntent).id);
  });

  test('with a card that asks for authentication is paid only once approved', async () => {
    const session = await newSession();
    const asked = await post(session.url ?? '', card('4000002500003155'));
    const bank = new URL(asked.headers.get('location') ?? '', bench.double.url).href;
    expect(await (await fetch(bank)).text()).toContain('Approve this payment?');
    const refused = await post(bank, { outcome: 'refuse' });
    expect(refused.headers.get('location')).toBe(`/c/pay/${session.id}`);
    expect((await bench.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
    await post(session.url ?? '', card('4000002500003155'));
    const approved = await post(bank, { outcome: 'approve' });
    expect(approved.headers.get('location')).toContain('/paid?session_id=');
    expect((await bench.stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
  });

  test('names every wrong field beside it and charges nothing', async () => {
    const session = await newSession();
    const answer = await post(session.url ?? '', {
      number: '4242424242424241',
      expiry: '01/20',
      cvc: '',
      name: '<script>',
    });
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('id="number-error">Your card number is incorrect.');
    expect(page).toContain('id="cvc-error"');
    expect(page).not.toContain('<script');
    const after = await bench.stripe.checkout.sessions.retrieve(session.id);
    expect(after.payment_intent).toBeNull();
  });

  test('expired cannot be paid, and its page says so', async () => {
    const session = await newSession();
    await bench.stripe.checkout.sessions.expire(session.id);
    const answer = await post(session.url ?? '', card('4242424242424242'));
    expect(await answer.text()).toContain('This checkout has expired');
    const after = await bench.stripe.checkout.sessions.retrieve(session.id);
    expect(after).toMatchObject({ status: 'expired', payment_status: 'unpaid', url: null });
    await expect(bench.stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test('ends when its time is over, and the payment intent of a failed try with it', async () => {
    let nowMs = Date.now();
    const own = await openBench({ nowMs: () => nowMs });
    const session = await own.stripe.checkout.sessions.create(
      hourOfTime({ expires_at: Math.floor(nowMs / 1000) + 1800 }),
    );
    await own
      .control('POST', `checkout/${session.id}/pay`, { card: 'pm_card_chargeDeclined' })
      .catch(() => undefined);
    nowMs += 1801_000;
    const after = await own.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['payment_intent'],
    });
    expect(after).toMatchObject({
      status: 'expired',
      payment_intent: { status: 'canceled', cancellation_reason: 'expired' },
    });
    const told = await own.stripe.events.list({
      types: ['checkout.session.expired', 'payment_intent.canceled'],
    });
    expect(told.data).toHaveLength(2);
    await own.close();
  });

  test('takes a price found by its lookup key', async () => {
    const price = await bench.stripe.prices.create({
      currency: 'usd',
      unit_amount: 4999,
      lookup_key: 'pro_5h',
      product_data: { name: 'Pro: 5 hours' },
    });
    const found = await bench.stripe.prices.list({ lookup_keys: ['pro_5h'] });
    expect(found.data.map((each) => each.id)).toEqual([price.id]);
    const session = await newSession({ line_items: [{ price: price.id, quantity: 2 }] });
    expect(session.amount_total).toBe(9998);
    const items = await bench.stripe.checkout.sessions.listLineItems(session.id);
    expect(items.data).toMatchObject([{ description: 'Pro: 5 hours', amount_total: 9998 }]);
  });

  test('without a customer asks for the e-mail address and stays without one', async () => {
    const session = await bench.stripe.checkout.sessions.create(hourOfTime());
    const page = await (await fetch(session.url ?? '')).text();
    expect(page).toContain('name="email"');
    await post(session.url ?? '', { ...card('4242424242424242'), email: 'guest@example.com' });
    expect(await bench.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: 'complete',
      customer: null,
      customer_details: { email: 'guest@example.com' },
    });
  });

  test.each([
    ['no line items', { line_items: [] as never[] }, 'line_items', 'parameter_missing'],
    [
      'too little',
      {
        line_items: [
          {
            quantity: 1,
            price_data: { currency: 'usd', unit_amount: 49, product_data: { name: 'x' } },
          },
        ],
      },
      'line_items',
      'amount_too_small',
    ],
    ['a bad URL', { success_url: 'javascript:alert(1)' }, 'success_url', 'url_invalid'],
    ['an unknown customer', { customer: 'cus_nobody' }, 'customer', 'resource_missing'],
    [
      'a removed parameter',
      { payment_method_types: ['card'] } as object,
      'payment_method_types',
      'payment_method_types_no_longer_supported',
    ],
    ['an unknown parameter', { colour: 'red' } as object, 'colour', 'parameter_unknown'],
  ])('with %s is refused by name', async (_name, more, param, code) => {
    await expect(bench.stripe.checkout.sessions.create(hourOfTime(more))).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
      param,
      code,
    });
  });

  test('can be paid from a terminal', async () => {
    const session = await newSession();
    await expect(
      bench.control('POST', `checkout/${session.id}/pay`, { card: 'pm_card_chargeDeclined' }),
    ).rejects.toThrow(/402 .*generic_decline/);
    const answer = await bench.control('POST', `checkout/${session.id}/pay`, {
      card: '4242424242424242',
    });
    expect(answer).toMatchObject({ status: 'complete', payment_intent_status: 'succeeded' });
  });
});
