import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStripe } from '../_shared/stripe.ts';
import { startMaintenanceRig } from '../_shared/testing/maintenance.ts';
import type { MaintenanceRig } from '../_shared/testing/maintenance.ts';
import { deadUrl } from '../_shared/testing/server.ts';
import { stripeError } from '../_shared/testing/stripe.ts';
import { USER_ID } from '../_shared/testing/supabase.ts';

const PAYMENT_ID = '6f1c2f80-0000-4000-8000-00000000000a';

let rig: MaintenanceRig;
let routes: MaintenanceRig['fake']['routes'];
/** The payment as the database has it. */
let row: { status: string; stripe_payment_intent_id: string | null; run: number };
/** As Stripe has it. */
let intent: Record<string, unknown>;
let reports: unknown[];

beforeEach(async () => {
  rig = await startMaintenanceRig();
  ({ routes } = rig.fake);
  row = { status: 'pending', stripe_payment_intent_id: null, run: 0 };
  intent = { id: 'pi_1', object: 'payment_intent', status: 'requires_confirmation' };
  reports = [];
  routes['GET /v1/payment_methods/pm_1'] = () => ({ body: { id: 'pm_1', customer: 'cus_1' } });
  routes['POST /v1/payment_intents'] = () => ({ body: intent });
  routes['GET /v1/payment_intents/pi_1'] = () => ({ body: intent });
  routes['POST /v1/payment_intents/pi_1/confirm'] = () => {
    intent['status'] = 'succeeded';
    return { body: intent };
  };
  routes['POST /v1/payment_intents/pi_1/cancel'] = () => {
    intent['status'] = 'canceled';
    return { body: intent };
  };
  fakeDatabase();
});
afterEach(() => rig.close());

/** In so far as it matters here: what is decided, and that a lease is given once until it is put back. */
function fakeDatabase() {
  let isLeased = false;
  const outcomes: Record<string, [status: string, outcome: string]> = {
    succeeded: ['succeeded', 'credited'],
    canceled: ['canceled', 'canceled'],
    requires_payment_method: ['failed', 'failed'],
  };
  Object.assign(rig.supabase.rpcs, {
    list_due_auto_top_ups: () => ({ body: [{ user_id: USER_ID }] }),
    begin_auto_top_up: () => {
      if (isLeased || ['succeeded', 'canceled'].includes(row.status)) return { body: [] };
      isLeased = true;
      row.run += 1;
      return {
        body: [
          {
            ...row,
            action: row.status === 'pending' ? 'charge' : 'give_up',
            user_id: USER_ID,
            payment_id: PAYMENT_ID,
            amount_cents: 999,
            currency: 'usd',
            package_id: 'starter_1h',
            package_name: 'Starter',
            email: 'ada@example.com',
            full_name: 'Ada',
            stripe_customer_id: 'cus_1',
            payment_method_id: 'pm_1',
          },
        ],
      };
    },
    attach_stripe_objects: ({ stripe_payment_intent_id }: Record<string, unknown>) => {
      row.stripe_payment_intent_id ??= String(stripe_payment_intent_id);
      return { body: { payment_id: PAYMENT_ID, status: row.status } };
    },
    apply_stripe_object: ({ object }: { object?: { status: string } }) => {
      const [status, outcome] = outcomes[object?.status ?? ''] ?? [row.status, 'ignored'];
      row.status = status;
      return { body: { outcome } };
    },
    report_auto_top_up: ({ outcome }: Record<string, unknown>) => {
      reports.push(outcome);
      isLeased = false;
      if (outcome !== 'put_back' && row.status === 'pending') {
        row.status = row.stripe_payment_intent_id === null ? 'canceled' : 'failed';
      }
      return { body: { payment_id: PAYMENT_ID, status: row.status } };
    },
  });
}

const requests = (route: string) => rig.fake.requests[route] ?? [];

function decline(code: string) {
  routes['POST /v1/payment_intents/pi_1/confirm'] = () => {
    intent['status'] = 'requires_payment_method';
    return stripeError(402, { type: 'card_error', code, payment_intent: intent });
  };
}

test('charges the saved card with nobody there, tied to the payment first', async () => {
  let tiedBefore: unknown;
  const confirm = routes['POST /v1/payment_intents/pi_1/confirm'];
  routes['POST /v1/payment_intents/pi_1/confirm'] = (request) => {
    tiedBefore = row.stripe_payment_intent_id;
    return confirm?.(request) ?? {};
  };
  expect((await rig.run()).body).toMatchObject({ auto_top_ups: 1, failed_auto_top_ups: 0 });
  expect(tiedBefore).toBe('pi_1');
  const [created] = requests('POST /v1/payment_intents');
  expect(created?.idempotencyKey).toBe(`purchase-${PAYMENT_ID}`);
  expect(Object.fromEntries(created?.params ?? [])).toMatchObject({
    amount: '999',
    customer: 'cus_1',
    payment_method: 'pm_1',
    'metadata[payment_id]': PAYMENT_ID,
  });
  const [confirmed] = requests('POST /v1/payment_intents/pi_1/confirm');
  expect(confirmed?.params.get('off_session')).toBe('true');
  expect(confirmed?.idempotencyKey).toBe(`confirm-${PAYMENT_ID}-1`);
  expect(row.status).toBe('succeeded');
});

test.each(['card_declined', 'authentication_required'])(
  'gives up at Stripe what was refused there (%s)',
  async (code) => {
    decline(code);
    expect((await rig.run()).body).toMatchObject({
      auto_top_ups: 0,
      failed_auto_top_ups: 1,
      problems: [],
    });
    expect(intent['status']).toBe('canceled');
    expect(row.status).toBe('canceled');
    expect(requests('POST /v1/payment_intents/pi_1/confirm')).toHaveLength(1);
  },
);

test('takes a bank that waits for the customer for a refusal', async () => {
  routes['POST /v1/payment_intents/pi_1/confirm'] = () => {
    intent['status'] = 'requires_action';
    return { body: intent };
  };
  expect((await rig.run()).body).toMatchObject({ failed_auto_top_ups: 1 });
  expect(reports).toContain('authentication_required');
  expect(intent['status']).toBe('canceled');
});

test.each([
  ['is not known to Stripe any more', stripeError(404, { code: 'resource_missing' })],
  ['was removed', { body: { id: 'pm_1', customer: null } }],
  ['is somebody else’s', { body: { id: 'pm_1', customer: 'cus_2' } }],
])('charges no card that %s', async (_, answer) => {
  routes['GET /v1/payment_methods/pm_1'] = () => answer;
  expect((await rig.run()).body).toMatchObject({ failed_auto_top_ups: 1, problems: [] });
  expect(reports).toEqual(['payment_method_gone']);
  expect(rig.fake.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

test('cancels the intent of a card that was removed before it was charged', async () => {
  row.stripe_payment_intent_id = 'pi_1';
  routes['GET /v1/payment_methods/pm_1'] = () => ({ body: { id: 'pm_1', customer: null } });
  expect((await rig.run()).body).toMatchObject({ failed_auto_top_ups: 1 });
  expect(row.status).toBe('canceled');
  expect(intent['status']).toBe('canceled');
});

test('finds the charge whose answer was lost, though the card was removed since', async () => {
  Object.assign(row, { stripe_payment_intent_id: 'pi_1', run: 1 });
  intent['status'] = 'succeeded';
  routes['GET /v1/payment_methods/pm_1'] = () => ({ body: { id: 'pm_1', customer: null } });
  expect((await rig.run()).body).toMatchObject({ auto_top_ups: 1, failed_auto_top_ups: 0 });
  expect(requests('POST /v1/payment_intents/pi_1/confirm')).toEqual([]);
});

test('puts the payment back when Stripe is down, and goes on with it in the next run', async () => {
  const stripe = createStripe({
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    apiBase: new URL(await deadUrl()),
  });
  const { status, body } = await rig.run({ stripe });
  expect(status).toBe(200);
  expect(body['problems']).toContainEqual({
    step: 'top_up',
    code: 'payment_provider_unavailable',
    payment_id: PAYMENT_ID,
  });
  expect(reports).toEqual(['put_back']);
  expect(row.status).toBe('pending');
  expect((await rig.run()).body).toMatchObject({ auto_top_ups: 1 });
});

test('confirms again under another key what Stripe answered with a 500', async () => {
  const confirm = routes['POST /v1/payment_intents/pi_1/confirm'];
  routes['POST /v1/payment_intents/pi_1/confirm'] = () =>
    stripeError(500, { type: 'api_error', message: 'Sorry.' });
  await rig.run();
  expect(row.status).toBe('pending');
  if (confirm) routes['POST /v1/payment_intents/pi_1/confirm'] = confirm;
  expect((await rig.run()).body).toMatchObject({ auto_top_ups: 1 });
  const keys = requests('POST /v1/payment_intents/pi_1/confirm').map((each) => each.idempotencyKey);
  expect(new Set(keys)).toEqual(new Set([`confirm-${PAYMENT_ID}-1`, `confirm-${PAYMENT_ID}-2`]));
  expect(requests('POST /v1/payment_intents')).toHaveLength(1);
});

test('asks what became of an intent that somebody else confirmed meanwhile', async () => {
  routes['POST /v1/payment_intents/pi_1/confirm'] = () => {
    intent['status'] = 'succeeded';
    return stripeError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
    });
  };
  expect((await rig.run()).body).toMatchObject({ auto_top_ups: 1, problems: [] });
});

test('credits what succeeded although it was to be given up', async () => {
  Object.assign(row, { status: 'failed', stripe_payment_intent_id: 'pi_1' });
  intent['status'] = 'requires_confirmation';
  routes['POST /v1/payment_intents/pi_1/cancel'] = () => {
    intent['status'] = 'succeeded';
    return stripeError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
    });
  };
  await rig.run();
  expect(row.status).toBe('succeeded');
});

test('leaves alone what the bank is still busy with', async () => {
  routes['POST /v1/payment_intents/pi_1/confirm'] = () => {
    intent['status'] = 'processing';
    return { body: intent };
  };
  expect((await rig.run()).body).toMatchObject({
    auto_top_ups: 0,
    failed_auto_top_ups: 0,
    problems: [],
  });
  expect(row.status).toBe('pending');
});

test('puts back and names what failed for a reason of ours', async () => {
  routes['POST /v1/payment_intents'] = () =>
    stripeError(400, { type: 'invalid_request_error', param: 'amount', message: 'No.' });
  expect((await rig.run()).body['problems']).toEqual([
    { step: 'top_up', code: 'internal_error', payment_id: PAYMENT_ID },
  ]);
  expect(reports).toEqual(['put_back']);
});
