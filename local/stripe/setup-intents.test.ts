import type { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const newCustomer = async () => (await bench.stripe.customers.create({})).id;

describe('a setup intent', () => {
  test('saves a card for its customer without a payment', async () => {
    const customer = await newCustomer();
    const intent = await bench.stripe.setupIntents.create({
      customer,
      automatic_payment_methods: cardOnly,
      metadata: { user: 'u1' },
    });
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      usage: 'off_session',
      metadata: { user: 'u1' },
    });
    const done = await bench.stripe.setupIntents.confirm(intent.id, {
      payment_method: 'pm_card_mastercard',
    });
    expect(done.status).toBe('succeeded');
    const saved = (await bench.stripe.paymentMethods.list({ customer })).data;
    expect(saved.map((each) => each.id)).toEqual([done.payment_method]);
    await expect(bench.stripe.setupIntents.cancel(intent.id)).rejects.toMatchObject({
      code: 'setup_intent_unexpected_state',
      setup_intent: { id: intent.id },
    });
    const listed = await bench.stripe.setupIntents.list({ customer });
    expect(listed.data.map((each) => each.id)).toEqual([intent.id]);
    await bench.flush();
    expect(bench.inbox.received.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining([
        'setup_intent.created',
        'setup_intent.succeeded',
        'payment_method.attached',
      ]),
    );
  });

  test('waits at the bank, which sends the customer back', async () => {
    const customer = await newCustomer();
    const intent = await bench.stripe.setupIntents.create({
      customer,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      return_url: 'http://127.0.0.1:9/saved',
    });
    expect(intent.status).toBe('requires_action');
    const bank = intent.next_action?.redirect_to_url?.url ?? '';
    expect(await (await fetch(bank)).text()).toContain('Let MindBot keep this card?');
    const answer = await fetch(bank, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'approve' }),
      redirect: 'manual',
    });
    const back = new URL(answer.headers.get('location') ?? '');
    expect(back.searchParams.get('setup_intent')).toBe(intent.id);
    expect(back.searchParams.get('redirect_status')).toBe('succeeded');
    const [method] = (await bench.stripe.paymentMethods.list({ customer })).data;
    const paid = await bench.stripe.paymentIntents.create({
      amount: 999,
      currency: 'usd',
      customer,
      payment_method: method?.id ?? '',
      confirm: true,
      off_session: true,
    });
    expect(paid.status).toBe('succeeded');
  });

  test('refused at the bank saves nothing', async () => {
    const customer = await newCustomer();
    const intent = await bench.stripe.setupIntents.create({
      customer,
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
      automatic_payment_methods: cardOnly,
    });
    await bench.control('POST', `setup_intents/${intent.id}/authenticate`, { outcome: 'refuse' });
    expect(await bench.stripe.setupIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'setup_intent_authentication_failure' },
    });
    expect((await bench.stripe.paymentMethods.list({ customer })).data).toEqual([]);
  });

  test('with a bad card is declined with 402', async () => {
    const error = (await bench.stripe.setupIntents
      .create({
        customer: await newCustomer(),
        payment_method: 'pm_card_chargeDeclined',
        confirm: true,
        automatic_payment_methods: cardOnly,
      })
      .catch((thrown: unknown) => thrown)) as Stripe.errors.StripeCardError;
    expect(error).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
      setup_intent: { status: 'requires_payment_method', payment_method: null },
    });
  });

  test('can be changed and canceled while it is open, and wants a method and a return URL', async () => {
    const { setupIntents } = bench.stripe;
    const intent = await setupIntents.create({});
    await expect(setupIntents.confirm(intent.id)).rejects.toThrow(/missing a payment method/);
    await expect(
      setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }),
    ).rejects.toThrow(/return_url/);
    const changed = await setupIntents.update(intent.id, { payment_method: 'pm_card_visa' });
    expect(changed.status).toBe('requires_confirmation');
    const canceled = await setupIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    await expect(setupIntents.retrieve('seti_none')).rejects.toMatchObject({ statusCode: 404 });
  });

  test('of one customer does not take the method of another', async () => {
    const owner = await newCustomer();
    const { id } = await bench.stripe.paymentMethods.attach('pm_card_visa', { customer: owner });
    await expect(
      bench.stripe.setupIntents.create({ customer: await newCustomer(), payment_method: id }),
    ).rejects.toMatchObject({ param: 'payment_method' });
  });
});
