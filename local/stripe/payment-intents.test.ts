import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const cardOnly = { enabled: true, allow_redirects: 'never' } as const;

function pay(method: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) {
  return bench.stripe.paymentIntents.create({
    amount: 999,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    automatic_payment_methods: cardOnly,
    ...more,
  });
}

describe('a payment intent', () => {
  test('goes from requires_payment_method over requires_confirmation to succeeded', async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 999,
      currency: 'USD',
      automatic_payment_methods: cardOnly,
      metadata: { payment_id: 'p1' },
    });
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      currency: 'usd',
      latest_charge: null,
      metadata: { payment_id: 'p1' },
    });
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
    const chosen = await bench.stripe.paymentIntents.update(intent.id, {
      payment_method: 'pm_card_mastercard',
    });
    expect(chosen.status).toBe('requires_confirmation');
    const paid = await bench.stripe.paymentIntents.confirm(intent.id, {
      expand: ['latest_charge'],
    });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_received: 999,
      latest_charge: { status: 'succeeded', payment_method_details: { card: { last4: '4444' } } },
    });
    const receipt = await fetch((paid.latest_charge as Stripe.Charge).receipt_url ?? '');
    expect(await receipt.text()).toContain('$9.99');
  });

  test.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
  ])('with %s is declined with 402 %s', async (method, code, decline_code) => {
    const error = await pay(method).catch(
      (thrown: unknown) => thrown as Stripe.errors.StripeCardError,
    );
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code });
    const intent = (error as Stripe.errors.StripeCardError).payment_intent;
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { code, type: 'card_error' },
    });
    expect(intent?.last_payment_error?.decline_code).toBe(decline_code);
    const charge = await bench.stripe.charges.retrieve(String(intent?.latest_charge));
    expect(charge).toMatchObject({ status: 'failed', paid: false, failure_code: code });
  });

  test('declined can be confirmed again with a good card', async () => {
    const error = (await pay('pm_card_chargeDeclined').catch(
      (thrown: unknown) => thrown,
    )) as Stripe.errors.StripeCardError;
    const paid = await bench.stripe.paymentIntents.confirm(error.payment_intent?.id ?? '', {
      payment_method: 'pm_card_visa',
    });
    expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
  });

  test('that needs authentication waits, and the bank page sends the customer back', async () => {
    const intent = await pay('pm_card_authenticationRequired', {
      return_url: 'http://127.0.0.1:9/back?x=1',
    });
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url' },
    });
    const bank = intent.next_action?.redirect_to_url?.url ?? '';
    const answer = await fetch(bank, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'approve' }),
      redirect: 'manual',
    });
    const back = new URL(answer.headers.get('location') ?? '');
    expect(back.searchParams.get('x')).toBe('1');
    expect(back.searchParams.get('payment_intent')).toBe(intent.id);
    expect(back.searchParams.get('redirect_status')).toBe('succeeded');
    expect((await bench.stripe.paymentIntents.retrieve(intent.id)).status).toBe('succeeded');
  });

  test('refused at the bank wants another payment method', async () => {
    const intent = await pay('pm_card_authenticationRequired');
    expect(intent.next_action?.type).toBe('use_stripe_sdk');
    await bench.control('POST', `payment_intents/${intent.id}/authenticate`, { outcome: 'refuse' });
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: null,
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  test('off session with a card that needs authentication is declined', async () => {
    await expect(
      pay('pm_card_authenticationRequired', { off_session: true }),
    ).rejects.toMatchObject({ code: 'authentication_required', statusCode: 402 });
  });

  test('saves its card for the customer, who can pay with it later', async () => {
    const customer = await bench.stripe.customers.create({});
    const first = await pay('pm_card_visa', {
      customer: customer.id,
      setup_future_usage: 'off_session',
    });
    const saved = await bench.stripe.customers.listPaymentMethods(customer.id);
    expect(saved.data.map((each) => each.id)).toEqual([first.payment_method]);
    const again = await pay(String(first.payment_method), {
      customer: customer.id,
      off_session: true,
    });
    expect(again.status).toBe('succeeded');
    await expect(pay(String(first.payment_method))).rejects.toMatchObject({
      param: 'payment_method',
    });
  });

  test('wants a return URL unless redirects are off', async () => {
    const ask = { amount: 999, currency: 'usd', payment_method: 'pm_card_visa', confirm: true };
    await expect(bench.stripe.paymentIntents.create(ask)).rejects.toThrow(/return_url/);
    const paid = await bench.stripe.paymentIntents.create({ ...ask, off_session: true });
    expect(paid.status).toBe('succeeded');
  });

  test('can be canceled while open and not afterwards', async () => {
    const intent = await bench.stripe.paymentIntents.create({ amount: 999, currency: 'usd' });
    const canceled = await bench.stripe.paymentIntents.cancel(intent.id, {
      cancellation_reason: 'abandoned',
    });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    await expect(bench.stripe.paymentIntents.cancel(intent.id)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    await expect(
      bench.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }),
    ).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' });
  });

  test('succeeded cannot be confirmed, canceled, captured or given another amount', async () => {
    const { id } = await pay('pm_card_visa');
    const { paymentIntents } = bench.stripe;
    const unexpected = { code: 'payment_intent_unexpected_state', statusCode: 400 };
    await expect(paymentIntents.confirm(id)).rejects.toMatchObject(unexpected);
    await expect(paymentIntents.cancel(id)).rejects.toMatchObject(unexpected);
    await expect(paymentIntents.capture(id)).rejects.toMatchObject(unexpected);
    await expect(paymentIntents.update(id, { amount: 100 })).rejects.toMatchObject(unexpected);
  });

  test.each([
    [{ amount: 49 }, 'amount', 'amount_too_small'],
    [{ amount: 100_000_000 }, 'amount', 'amount_too_large'],
    [{ amount: 0 }, 'amount', 'parameter_invalid_integer'],
    [{ amount: 9.99 }, 'amount', 'parameter_invalid_integer'],
    [{ currency: 'zzz' }, 'currency', undefined],
    [{ amount: undefined }, 'amount', 'parameter_missing'],
    [{ description: '' }, 'description', 'parameter_invalid_empty'],
    [{ payment_method: 'pm_nothing' }, 'payment_method', 'resource_missing'],
    [{ metadata: { k: 'v'.repeat(501) } }, 'metadata[k]', undefined],
  ])('with %o is refused', async (wrong, param, code) => {
    const params = { amount: 999, currency: 'usd', ...wrong } as Stripe.PaymentIntentCreateParams;
    const error = await bench.stripe.paymentIntents.create(params).catch((e: unknown) => e);
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param });
    expect((error as Stripe.errors.StripeError).code).toBe(code);
  });
});

describe('a payment method', () => {
  test('made of a test number keeps only the last digits', async () => {
    const method = await bench.stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' },
    });
    expect(method.card).toMatchObject({ last4: '4242', brand: 'visa', exp_year: 2034 });
    expect(JSON.stringify(method)).not.toContain('4242424242424242');
  });

  test('can be made of a token', async () => {
    const method = await bench.stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_visa' },
    });
    expect(method.card?.last4).toBe('4242');
  });

  test('is attached to one customer, listed there, and detached', async () => {
    const customer = await bench.stripe.customers.create({});
    const method = await bench.stripe.paymentMethods.attach('pm_card_visa', {
      customer: customer.id,
    });
    expect(method.customer).toBe(customer.id);
    const other = await bench.stripe.customers.create({});
    await expect(
      bench.stripe.paymentMethods.attach(method.id, { customer: other.id }),
    ).rejects.toMatchObject({ code: 'payment_method_unexpected_state' });
    await bench.stripe.paymentMethods.detach(method.id);
    const list = await bench.stripe.paymentMethods.list({ customer: customer.id, type: 'card' });
    expect(list.data).toEqual([]);
  });

  test('that is declined cannot be attached, except the one made for it', async () => {
    const { id: customer } = await bench.stripe.customers.create({});
    const { paymentMethods } = bench.stripe;
    await expect(
      paymentMethods.attach('pm_card_chargeDeclined', { customer }),
    ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' });
    const kept = await paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await expect(pay(kept.id, { customer })).rejects.toMatchObject({ code: 'card_declined' });
  });

  test.each([
    [{ number: '4242424242424241' }, 'incorrect_number'],
    [{ exp_month: 13 }, 'invalid_expiry_month'],
    [{ exp_year: 2020 }, 'invalid_expiry_year'],
    [{ number: '4111111111111111' }, 'card_declined'],
  ])('with %o is refused', async (wrong, code) => {
    const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, ...wrong };
    await expect(bench.stripe.paymentMethods.create({ type: 'card', card })).rejects.toMatchObject({
      statusCode: 402,
      code,
    });
  });
});
