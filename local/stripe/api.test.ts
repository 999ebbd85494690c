import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, sdkFor, secretKey } from './harness.ts';
import type { Bench } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

function raw(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(bench.double.url + path, {
    ...init,
    headers: {
      authorization: `Bearer ${secretKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...init.headers,
    },
  });
}

async function errorOf(response: Response) {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { ...error, status: response.status } as Record<string, unknown>;
}

describe('the API', () => {
  test('answers its health without a key', async () => {
    const answer = await fetch(`${bench.double.url}/healthz`);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  test('echoes the version and names the request', async () => {
    const answer = await raw('/v1/customers', {
      headers: { 'stripe-version': '2026-09-30.endive' },
    });
    expect(answer.headers.get('stripe-version')).toBe('2026-09-30.endive');
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
  });

  test.each([
    ['no key', {}],
    ['another key', { authorization: 'Bearer sk_test_someone_else_entirely' }],
    ['another scheme', { authorization: `Digest ${secretKey}` }],
  ])('refuses %s with 401 and does not show the key', async (_name, headers) => {
    const answer = await fetch(`${bench.double.url}/v1/customers`, { headers });
    const text = await answer.text();
    expect(answer.status).toBe(401);
    expect(text).toContain('invalid_request_error');
    expect(text).not.toContain('someone_else_entirely');
  });

  test('takes the key as user name of basic authentication', async () => {
    const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
    const answer = await fetch(`${bench.double.url}/v1/customers`, { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  test('refuses a route that it does not know as Stripe does', async () => {
    expect(await errorOf(await raw('/v1/nothing'))).toMatchObject({
      status: 404,
      type: 'invalid_request_error',
      message: expect.stringContaining('Unrecognized request URL (GET: /v1/nothing)') as string,
    });
    expect((await raw('/v1/customers', { method: 'PUT' })).status).toBe(404);
    expect((await raw('/v1/customers/%zz')).status).toBe(404);
    expect((await raw('//v1/customers')).status).toBe(404);
  });

  test('answers 404 for an id in the path and 400 for one among the parameters', async () => {
    await expect(bench.stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
      message: "No such customer: 'cus_none'",
    });
    await expect(
      bench.stripe.paymentIntents.create({ amount: 999, currency: 'usd', customer: 'cus_none' }),
    ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'customer' });
  });

  test.each([
    ['bad %-encoding', 'name=%zz', undefined],
    ['open brackets', 'metadata[a=1', 'parameter_unknown'],
    ['a text that is also a record', 'metadata=x&metadata[a]=1', undefined],
    ['a record for text', 'name[a]=1', undefined],
    ['the prototype', 'metadata[__proto__][x]=1', 'parameter_unknown'],
    ['deep nesting', `a${'[b]'.repeat(50)}=1`, 'parameter_unknown'],
    ['too many parameters', Array.from({ length: 2000 }, (_, i) => `a${i}=1`).join('&'), undefined],
    ['an unknown parameter', 'nickname=x', 'parameter_unknown'],
  ])('refuses %s with 400', async (_name, body, code) => {
    const error = await errorOf(await raw('/v1/customers', { method: 'POST', body }));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(error['code']).toBe(code);
  });

  test('refuses JSON bodies', async () => {
    const answer = await raw('/v1/customers', {
      method: 'POST',
      body: '{"name":"Ada"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await errorOf(answer)).toMatchObject({
      status: 400,
      message: expect.stringContaining('content type') as string,
    });
  });

  test('refuses a body of more than 1 MB and goes on', async () => {
    const answer = await raw('/v1/customers', { method: 'POST', body: `name=${'x'.repeat(3e6)}` });
    expect(await errorOf(answer)).toMatchObject({ status: 413 });
    expect((await raw('/v1/customers')).status).toBe(200);
  });

  test('survives what is not HTTP', async () => {
    const socket = connect(bench.double.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.end('\u0000\u0001 not http\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await raw('/healthz')).status).toBe(200);
  });
});

describe('customers', () => {
  test('are created, changed, found by e-mail and deleted', async () => {
    const { customers } = bench.stripe;
    const made = await customers.create({
      email: 'grace@example.com',
      name: 'Grace',
      metadata: { a: '1', b: '2' },
    });
    const changed = await customers.update(made.id, { name: '', metadata: { a: '', c: '3' } });
    expect(changed).toMatchObject({ name: null, metadata: { b: '2', c: '3' } });
    expect((await customers.list({ email: 'grace@example.com' })).data).toHaveLength(1);
    expect(await customers.del(made.id)).toMatchObject({ deleted: true });
    expect(await customers.retrieve(made.id)).toEqual(
      expect.objectContaining({ id: made.id, deleted: true }),
    );
    await expect(customers.update(made.id, { name: 'x' })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  test('keep metadata whose keys are numbers', async () => {
    const made = await bench.stripe.customers.create({ metadata: { 0: 'zero', 1: 'one' } });
    expect(made.metadata).toEqual({ 0: 'zero', 1: 'one' });
  });
});

describe('lists', () => {
  test('are newest first and page both ways', async () => {
    const own = await openBench();
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.unshift((await own.stripe.customers.create({})).id);
    const first = await own.stripe.customers.list({ limit: 2 });
    expect(first.data.map((each) => each.id)).toEqual(ids.slice(0, 2));
    expect(first.has_more).toBe(true);
    const second = await own.stripe.customers.list({ limit: 2, starting_after: ids[1] ?? '' });
    expect(second.data.map((each) => each.id)).toEqual(ids.slice(2, 4));
    const back = await own.stripe.customers.list({ limit: 2, ending_before: ids[3] ?? '' });
    expect(back.data.map((each) => each.id)).toEqual(ids.slice(1, 3));
    const all = await own.stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map((each) => each.id)).toEqual(ids);
    await own.close();
  });

  test('refuse a wrong limit and a wrong cursor', async () => {
    const { customers } = bench.stripe;
    const tooMany = { param: 'limit', code: 'parameter_invalid_integer' };
    await expect(customers.list({ limit: 101 })).rejects.toMatchObject(tooMany);
    await expect(customers.list({ limit: 0 })).rejects.toMatchObject(tooMany);
    await expect(customers.list({ starting_after: 'cus_none' })).rejects.toMatchObject({
      param: 'starting_after',
    });
  });

  test('of events are filtered by type and time', async () => {
    const own = await openBench();
    await own.stripe.customers.create({});
    await own.stripe.products.create({ name: 'x' });
    const by = async (params: object) =>
      (await own.stripe.events.list(params)).data.map((event) => event.type);
    expect(await by({})).toEqual(['product.created', 'customer.created']);
    expect(await by({ type: 'customer.*' })).toEqual(['customer.created']);
    expect(await by({ types: ['product.created'] })).toEqual(['product.created']);
    const now = Math.floor(Date.now() / 1000);
    expect(await by({ created: { gte: now - 60, lt: now + 60 } })).toHaveLength(2);
    expect(await by({ created: { gt: now + 60 } })).toEqual([]);
    expect(await by({ created: { lte: now - 60 } })).toEqual([]);
    await own.close();
  });
});

describe('an idempotency key', () => {
  test('gives the first answer again', async () => {
    const init = {
      method: 'POST',
      body: 'name=Ada&email=a@example.com',
      headers: { 'idempotency-key': 'same' },
    };
    const [first, second] = [await raw('/v1/customers', init), await raw('/v1/customers', init)];
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(await second.text()).toBe(await first.text());
  });

  test('with other parameters or for another endpoint is an error', async () => {
    const options = { idempotencyKey: 'other-parameters' };
    await bench.stripe.customers.create({ name: 'Ada' }, options);
    const conflict = { type: 'StripeIdempotencyError', statusCode: 400 };
    await expect(bench.stripe.customers.create({ name: 'Bob' }, options)).rejects.toMatchObject(
      conflict,
    );
    await expect(bench.stripe.products.create({ name: 'Ada' }, options)).rejects.toMatchObject(
      conflict,
    );
  });

  test('keeps a decline, but not a call that was wrong in form', async () => {
    const options = { idempotencyKey: 'decline' };
    const declined = () =>
      bench.stripe.paymentIntents
        .create(
          {
            amount: 999,
            currency: 'usd',
            payment_method: 'pm_card_chargeDeclined',
            confirm: true,
            off_session: true,
          },
          options,
        )
        .catch((error: { payment_intent: { id: string } }) => error.payment_intent.id);
    expect(await declined()).toBe(await declined());

    const fresh = { idempotencyKey: 'wrong-in-form' };
    await expect(bench.stripe.customers.create({ email: 'nonsense' }, fresh)).rejects.toMatchObject(
      { param: 'email' },
    );
    const made = await bench.stripe.customers.create({ email: 'a@example.com' }, fresh);
    expect(made.email).toBe('a@example.com');
  });

  test('in use answers 409, and the SDK waits for the first answer', async () => {
    await bench.control('POST', 'faults', { kind: 'api', mode: 'slow', ms: 300 });
    const options = { idempotencyKey: 'parallel' };
    const first = bench.stripe.customers.create({ name: 'Ada' }, options);
    // The slow call holds the key once its fault is used up.
    await expect
      .poll(() => bench.control('GET', 'faults'), { interval: 5 })
      .toEqual({ faults: [] });
    await expect(bench.stripe.customers.create({ name: 'Ada' }, options)).rejects.toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    const patient = sdkFor(bench.double, 3).customers.create({ name: 'Ada' }, options);
    expect((await patient).id).toBe((await first).id);
  });

  test('used by many at once makes one object', async () => {
    const body = 'name=parallel-crowd';
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        raw('/v1/customers', { method: 'POST', body, headers: { 'idempotency-key': 'crowd' } }),
      ),
    );
    const ids = await Promise.all(
      answers
        .filter((answer) => answer.status === 200)
        .map(async (answer) => ((await answer.json()) as { id: string }).id),
    );
    expect(new Set(ids).size).toBe(1);
  });
});

describe('an API fault', () => {
  test.each([
    ['500', 'StripeAPIError', 1],
    ['429', 'StripeRateLimitError', 1],
    // The SDK always retries a connection that was closed on it, once.
    ['close', 'StripeConnectionError', 2],
  ])('of mode %s fails a call and the next works', async (mode, type, count) => {
    await bench.control('POST', 'faults', { kind: 'api', mode, count, path: '/v1/customers' });
    await expect(bench.stripe.customers.list()).rejects.toMatchObject({ type });
    expect((await bench.stripe.customers.list()).object).toBe('list');
  });

  test('of mode timeout keeps silent until the SDK gives up', async () => {
    await bench.control('POST', 'faults', { kind: 'api', mode: 'timeout', ms: 5000 });
    await expect(bench.stripe.customers.list({}, { timeout: 100 })).rejects.toMatchObject({
      type: 'StripeConnectionError',
    });
  });

  test('after the call loses the answer, and the retry finds the object made once', async () => {
    await bench.control('POST', 'faults', { kind: 'api', mode: 'close', when: 'after' });
    const made = await sdkFor(bench.double, 2).customers.create({ email: 'once@example.com' });
    const found = await bench.stripe.customers.list({ email: 'once@example.com' });
    expect(found.data.map((each) => each.id)).toEqual([made.id]);
  });
});
