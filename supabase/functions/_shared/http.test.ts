import { expect, test } from 'vitest';
import { z } from 'zod';
import { fail } from './errors.ts';
import { readJson, reply, serve } from './http.ts';
import { callerOf, memoryLog } from './testing/calls.ts';

const echo = callerOf(async ({ request }) => {
  const input = await readJson(
    request,
    z.object({ word: z.string(), list: z.array(z.int()).optional() }),
  );
  return input.error ? input : reply(201, input.data);
});

test('answers a preflight for the headers that clients send', async () => {
  const { status, headers, body } = await echo.call({ method: 'OPTIONS' });
  expect(status).toBe(204);
  expect(body).toEqual({});
  const allowed = headers.get('access-control-allow-headers')?.split(', ');
  for (const name of [
    'authorization',
    'apikey',
    'content-type',
    'idempotency-key',
    'x-client-info',
    'x-request-id',
  ]) {
    expect(allowed).toContain(name);
  }
});

test('refuses another method, and says which are allowed', async () => {
  const { status, headers, body } = await echo.call({ method: 'PUT', body: {} });
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('POST, OPTIONS');
  expect(body).toEqual({
    code: 'PT405',
    message: 'invalid_input',
    details: null,
    hint: 'Use POST.',
  });
});

test.each([
  ['malformed', '{"word":'],
  ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ['an array', '[{"word":"a"}]'],
  ['null', 'null'],
  ['a text', '"word"'],
  ['nested beyond reason', '['.repeat(500_000)],
])('refuses a body that is %s', async (_, body) => {
  const answer = await echo.call({ body });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'PT400', message: 'invalid_input' });
  expect(answer.body.details).toEqual({ body: [expect.any(String)] });
});

test('names each field that is wrong', async () => {
  const { status, body } = await echo.call({ body: '{"word":7,"list":[1,"x",1e400]}' });
  expect(status).toBe(400);
  expect(Object.keys(body.details as object)).toEqual(['word', 'list.1', 'list.2']);
});

test('takes an empty body for an empty object', async () => {
  expect((await echo.call({ body: ' \n' })).body.details).toEqual({ word: [expect.any(String)] });
});

test('lets no key reach a prototype', async () => {
  const { body } = await echo.call({
    body: '{"__proto__":{"list":[1]},"constructor":1,"word":"a"}',
  });
  expect(body).toEqual({ word: 'a' });
});

test('tolerates another content type', async () => {
  const answer = await echo.call({
    body: '{"word":"a"}',
    headers: { 'content-type': 'text/plain' },
  });
  expect(answer.status).toBe(201);
});

test('refuses a body whose announced length is too large', async () => {
  const headers = { 'content-length': String(2 * 1024 * 1024) };
  const answer = await echo.call({ body: '{}', headers });
  expect(answer.status).toBe(413);
  expect(answer.body).toMatchObject({ code: 'PT413', message: 'invalid_input' });
});

test('refuses a body that grows too large without an announced length', async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  const fetch = serve(
    { name: 'tested', methods: ['POST'], log: memoryLog().log },
    async ({ request }) =>
      readJson(request, z.object({})).then((input) => (input.error ? input : reply(200, {}))),
  );
  const init = { method: 'POST', body, duplex: 'half' };
  expect((await fetch(new Request('http://local/', init))).status).toBe(413);
  expect(sent).toBeLessThan(20);
});

test('blames no bug when the client breaks off', async () => {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError('connection reset')),
  });
  const input = await readJson(
    new Request('http://local/', { method: 'POST', body, duplex: 'half' } as RequestInit),
    z.object({}),
  );
  expect(input.error).toMatchObject({ status: 400, details: { body: ['ended early'] } });
});

test('keeps a sane request id and replaces another', async () => {
  const kept = await echo.call({ headers: { 'x-request-id': 'abc-1' } });
  expect(kept.headers.get('x-request-id')).toBe('abc-1');
  const replaced = await echo.call({ headers: { 'x-request-id': 'a b"}{' } });
  expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('answers a bug without saying what it was, and logs it', async () => {
  const { call, lines } = callerOf(async () => {
    throw new Error('no such column sk_test_abc');
  });
  const answer = await call({ headers: { 'x-request-id': 'r1' } });
  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    code: 'PT500',
    message: 'internal_error',
    details: null,
    hint: 'Something went wrong on our side. Please quote request id r1.',
  });
  expect(lines[0]).toMatchObject({
    level: 'error',
    request_id: 'r1',
    status: 500,
    code: 'internal_error',
  });
  expect(lines[0]?.['error']).toMatch(/no such column \[secret\]/);
});

test('sends CORS headers with an error too', async () => {
  const { call } = callerOf(async () => fail('not_authenticated', 'Please sign in.'));
  const { headers } = await call();
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});

test('writes one log line for a request, without its body', async () => {
  const { call, lines } = callerOf(async ({ note }) => {
    note({ payment_id: 'p1' });
    return reply(201, { secret: 'shh' });
  });
  await call({ body: { word: 'private' }, headers: { authorization: 'Bearer abc' } });
  expect(lines).toEqual([
    {
      time: expect.any(String),
      level: 'info',
      message: 'request',
      request_id: expect.any(String),
      function: 'tested',
      method: 'POST',
      status: 201,
      duration_ms: expect.any(Number),
      payment_id: 'p1',
    },
  ]);
});
