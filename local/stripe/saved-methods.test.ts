import type { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hourOfTime, openBench } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const newCustomer = async () => (await bench.stripe.customers.create({})).id;
const methodsOf = async (customer: string) =>
  (await bench.stripe.customers.listPaymentMethods(customer)).data;

function buy(
  method: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  return bench.stripe.paymentIntents.create({
    amount: 999,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    automatic_payment_methods: cardOnly,
    ...more,
  });
}

/** As the first purchase does it, with the customer there to approve. */
async function save(
  card: string,
  customer: string,
  usage: 'off_session' | 'on_session' = 'off_session',
): Promise<string> {
  const intent = await buy(card, { customer, setup_future_usage: usage });
  if (intent.status === 'requires_action') {
    await bench.control('POST', `payment_intents/${intent.id}/authenticate`, {
      outcome: 'approve',
    });
  }
  const [method] = await methodsOf(customer);
  return method?.id ?? 'not saved';
}

async function attached(card: string, customer: string): Promise<string> {
  return (await bench.stripe.paymentMethods.attach(card, { customer })).id;
}

describe('a card', () => {
  test('is saved by a checkout that asks for it, with its customer', async () => {
    const customer = await newCustomer();
    const session = await bench.stripe.checkout.sessions.create(
      hourOfTime({ customer, payment_intent_data: { setup_future_usage: 'off_session' } }),
    );
    const paid = await bench.control('POST', `checkout/${session.id}/pay`, {
      card: '4000 0025 0000 3155',
    });
    expect(paid['payment_intent_status']).toBe('succeeded');
    const [saved] = await methodsOf(customer);
    expect(saved).toMatchObject({ customer, allow_redisplay: 'limited', card: { last4: '3155' } });
    const later = await buy(saved?.id ?? '', { customer, off_session: true });
    expect(later).toMatchObject({ status: 'succeeded', payment_method: saved?.id });
  });

  test('is not saved by a checkout that does not ask for it, nor by one that fails', async () => {
    const customer = await newCustomer();
    const plain = await bench.stripe.checkout.sessions.create(hourOfTime({ customer }));
    await bench.control('POST', `checkout/${plain.id}/pay`);
    const asking = await bench.stripe.checkout.sessions.create(
      hourOfTime({ customer, payment_intent_data: { setup_future_usage: 'off_session' } }),
    );
    await expect(
      bench.control('POST', `checkout/${asking.id}/pay`, { card: 'pm_card_chargeDeclined' }),
    ).rejects.toThrow(/^402/);
    expect(await methodsOf(customer)).toEqual([]);
  });

  test('that asks for authentication works off session once it was set up', async () => {
    const customer = await newCustomer();
    const method = await save('pm_card_authenticationRequiredOnSetup', customer);
    expect((await buy(method, { customer, off_session: true })).status).toBe('succeeded');
    // On session it asks every time.
    expect((await buy(method, { customer })).status).toBe('requires_action');
  });

  test('that was saved for on-session use only is refused off session', async () => {
    const customer = await newCustomer();
    const method = await save('pm_card_authenticationRequiredOnSetup', customer, 'on_session');
    await expect(buy(method, { customer, off_session: true })).rejects.toMatchObject({
      code: 'authentication_required',
    });
  });

  test('that was set up elsewhere works off session and asks on session', async () => {
    const customer = await newCustomer();
    const method = await attached('pm_card_authenticationRequiredSetupForOffSession', customer);
    expect((await buy(method, { customer, off_session: true })).status).toBe('succeeded');
    expect((await buy(method, { customer })).status).toBe('requires_action');
  });
});

describe('an off-session payment', () => {
  test.each([
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
    ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required'],
    ['pm_card_authenticationRequiredOnSetup', 'authentication_required', 'authentication_required'],
  ])('with %s is refused: %s', async (card, code, declineCode) => {
    const customer = await newCustomer();
    const method = await attached(card, customer);
    const more = { customer, off_session: true };
    const made = await bench.stripe.paymentIntents.create({
      amount: 999,
      currency: 'usd',
      customer,
      payment_method: method,
    });
    const tries = [
      () => buy(method, more),
      () => bench.stripe.paymentIntents.confirm(made.id, { off_session: true }),
    ];
    for (const attempt of tries) {
      const error = (await attempt().catch(
        (thrown: unknown) => thrown,
      )) as Stripe.errors.StripeCardError;
      expect(error).toMatchObject({
        type: 'StripeCardError',
        statusCode: 402,
        code,
        decline_code: declineCode,
        payment_method: { id: method },
        payment_intent: {
          status: 'requires_payment_method',
          payment_method: null,
          customer,
          last_payment_error: { code, decline_code: declineCode, payment_method: { id: method } },
        },
      });
      const now = await bench.stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '');
      expect(now.status).toBe('requires_payment_method');
    }
    // The card stays with its customer.
    expect((await methodsOf(customer)).map((each) => each.id)).toEqual([method]);
  });

  test('that was set up and is then declined says so', async () => {
    const customer = await newCustomer();
    const setup = await bench.stripe.setupIntents.create({
      customer,
      payment_method: 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds',
      confirm: true,
      automatic_payment_methods: cardOnly,
    });
    await bench.control('POST', `setup_intents/${setup.id}/authenticate`, { outcome: 'approve' });
    const [method] = await methodsOf(customer);
    await expect(buy(method?.id ?? '', { customer, off_session: true })).rejects.toMatchObject({
      code: 'card_declined',
      decline_code: 'insufficient_funds',
    });
  });

  test('refused for want of authentication can be finished by its customer', async () => {
    const customer = await newCustomer();
    const method = await attached('pm_card_authenticationRequired', customer);
    const error = (await buy(method, { customer, off_session: true }).catch(
      (thrown: unknown) => thrown,
    )) as Stripe.errors.StripeCardError;
    const id = error.payment_intent?.id ?? '';
    const asked = await bench.stripe.paymentIntents.confirm(id, { payment_method: method });
    expect(asked.status).toBe('requires_action');
    await bench.control('POST', `payment_intents/${id}/authenticate`, { outcome: 'approve' });
    expect((await bench.stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
  });

  test('asked for twice with one key takes the money once, or is declined once', async () => {
    const customer = await newCustomer();
    const good = await save('pm_card_visa', customer);
    const ask = { amount: 999, currency: 'usd', customer, confirm: true, off_session: true };
    const once = { idempotencyKey: `auto-${customer}` };
    const { paymentIntents } = bench.stripe;
    const first = await paymentIntents.create({ ...ask, payment_method: good }, once);
    const again = await paymentIntents.create({ ...ask, payment_method: good }, once);
    expect(again.id).toBe(first.id);
    expect((await bench.stripe.charges.list({ customer })).data).toHaveLength(2);
  });

  test('with the method of another customer, or of none, is refused', async () => {
    const [owner, other] = [await newCustomer(), await newCustomer()];
    const method = await save('pm_card_visa', owner);
    await expect(buy(method, { customer: other, off_session: true })).rejects.toMatchObject({
      statusCode: 400,
      param: 'payment_method',
      message: expect.stringContaining(`does not belong to the Customer you supplied ${other}`),
    });
    await expect(buy(method, { off_session: true })).rejects.toMatchObject({
      message: expect.stringContaining(`belongs to the Customer ${owner}`),
    });
    const open = await bench.stripe.paymentIntents.create({
      amount: 999,
      currency: 'usd',
      customer: other,
    });
    await expect(
      bench.stripe.paymentIntents.confirm(open.id, { payment_method: method, off_session: true }),
    ).rejects.toMatchObject({ param: 'payment_method' });
  });
});

describe('a saved method', () => {
  test('is listed for its customer only, newest first, until it is detached', async () => {
    const [mine, theirs] = [await newCustomer(), await newCustomer()];
    const first = await attached('pm_card_visa', mine);
    const second = await attached('pm_card_mastercard', mine);
    const other = await attached('pm_card_visa', theirs);
    expect((await methodsOf(mine)).map((each) => each.id)).toEqual([second, first]);
    const { customers, paymentMethods } = bench.stripe;
    const listed = await paymentMethods.list({ customer: mine, type: 'card' });
    expect(listed.data).toHaveLength(2);
    expect((await customers.retrievePaymentMethod(mine, first)).id).toBe(first);
    await expect(customers.retrievePaymentMethod(mine, other)).rejects.toMatchObject({
      statusCode: 404,
    });
    await customers.update(mine, { invoice_settings: { default_payment_method: first } });
    expect((await paymentMethods.detach(first)).customer).toBeNull();
    expect((await methodsOf(mine)).map((each) => each.id)).toEqual([second]);
    const now = (await customers.retrieve(mine)) as Stripe.Customer;
    expect(now.invoice_settings.default_payment_method).toBeNull();
  });

  test('cannot be used again once it is detached', async () => {
    const customer = await newCustomer();
    const method = await attached('pm_card_visa', customer);
    const waiting = await bench.stripe.paymentIntents.create({
      amount: 999,
      currency: 'usd',
      customer,
      payment_method: method,
    });
    await bench.stripe.paymentMethods.detach(method);
    const gone = { statusCode: 400, message: /may not be used again/ };
    await expect(buy(method, { customer, off_session: true })).rejects.toMatchObject(gone);
    await expect(
      bench.stripe.paymentIntents.confirm(waiting.id, { off_session: true }),
    ).rejects.toMatchObject(gone);
    await expect(bench.stripe.paymentMethods.attach(method, { customer })).rejects.toMatchObject(
      gone,
    );
    await expect(bench.stripe.paymentMethods.detach(method)).rejects.toMatchObject({
      message: /not attached/,
    });
  });

  test('belongs to one customer or is used once', async () => {
    const customer = await newCustomer();
    const { paymentMethods } = bench.stripe;
    const card = { number: '4242424242424242', exp_month: 1, exp_year: 2035, cvc: '123' };
    const once = await paymentMethods.create({ type: 'card', card });
    await buy(once.id, { customer });
    await expect(buy(once.id, { customer })).rejects.toThrow(/may not be used again/);
    // One that was paid with for future use is attached afterwards.
    const kept = await paymentMethods.create({ type: 'card', card });
    await buy(kept.id, { setup_future_usage: 'off_session' });
    expect((await paymentMethods.attach(kept.id, { customer })).customer).toBe(customer);
    await expect(
      paymentMethods.attach(kept.id, { customer: await newCustomer() }),
    ).rejects.toMatchObject({ code: 'payment_method_unexpected_state' });
    await bench.stripe.customers.del(customer);
    await expect(buy(kept.id)).rejects.toThrow(/may not be used again/);
  });
});
