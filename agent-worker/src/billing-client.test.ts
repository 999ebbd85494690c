import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { BillingError, createBillingClient } from './billing-client.ts';

type Reply = { status: number; body: unknown };
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A Data API that gives the replies in turn, the last one again and again. */
async function api(...replies: (Reply | 'drop')[]) {
  const requests: { url: string; apikey: string; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { url = '', headers } = request;
    requests.push({ url, apikey: String(headers['apikey']), body: JSON.parse(text) });
    const reply = replies[Math.min(requests.length, replies.length) - 1];
    if (!reply || reply === 'drop') return request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const billing = createBillingClient({
    url: `http://127.0.0.1:${port}`,
    secretKey: 'sb_secret_t',
  });
  return { billing, requests };
}

const beat = { sessionId: 's', seq: 3, usedSeconds: 45, agentState: {} };
const answer = {
  session_id: 's',
  granted_until_seconds: 300,
  remaining_seconds: 900,
  low_balance: true,
  final: false,
  action: 'continue',
};
const refusal = {
  code: 'PT409',
  message: 'illegal_transition',
  details: null,
  hint: 'It is over.',
};

it('calls the function with the secret key and unprefixed arguments', async () => {
  const { billing, requests } = await api({ status: 200, body: answer });
  await expect(billing.beat(beat)).resolves.toMatchObject({ granted_until_seconds: 300 });
  expect(requests).toEqual([
    {
      url: '/rest/v1/rpc/heartbeat_session',
      apikey: 'sb_secret_t',
      body: { session_id: 's', seq: 3, used_seconds: 45, agent_state: {} },
    },
  ]);
});

it('sends only what Postgres can store, whatever was said or cut off', async () => {
  const { billing, requests } = await api({ status: 200, body: answer });
  const turns = [{ text: 'a\0b' }, { text: '😀'.slice(0, 1) }, { text: 'whole 😀' }];
  await billing.beat({ ...beat, agentState: { last_turns: turns, mood: null, responses: 2 } });
  expect(requests[0]?.body).toMatchObject({
    agent_state: {
      last_turns: [{ text: 'a b' }, { text: '\ufffd' }, { text: 'whole 😀' }],
      mood: null,
      responses: 2,
    },
  });
});

it('rejects a refusal with its stable code, without asking again', async () => {
  const { billing, requests } = await api({ status: 409, body: refusal });
  await expect(billing.start('s', 'w')).rejects.toMatchObject({
    code: 'illegal_transition',
    status: 409,
    retryable: false,
  });
  expect(requests).toHaveLength(1);
});

it('repeats a call that did not get through, with the same number', async () => {
  const { billing, requests } = await api(
    'drop',
    { status: 503, body: {} },
    { status: 200, body: answer },
  );
  await expect(billing.beat(beat)).resolves.toMatchObject({ action: 'continue' });
  expect(requests.map((request) => request.body)).toEqual([
    expect.objectContaining({ seq: 3 }),
    expect.objectContaining({ seq: 3 }),
    expect.objectContaining({ seq: 3 }),
  ]);
});

it('spares a database that stays down', async () => {
  const { billing, requests } = await api('drop');
  for (let n = 0; n < 4; n += 1) await expect(billing.beat(beat)).rejects.toBeInstanceOf(Error);
  expect(requests).toHaveLength(6);
});

it('keeps trying to settle where a beat has long given up', async () => {
  const settled = { session_id: 's', billed_seconds: 45, cost_minutes: 1, status: 'completed' };
  const down = { status: 503, body: {} };
  const { billing, requests } = await api(down, 'drop', down, down, { status: 200, body: settled });
  const end = { sessionId: 's', usedSeconds: 45, reason: 'user_left', agentState: {} };
  await expect(billing.end(end)).resolves.toMatchObject({ billed_seconds: 45 });
  expect(requests).toHaveLength(5);
});

it('says so when the answer has another shape', async () => {
  const { billing } = await api({ status: 200, body: { ...answer, granted_until_seconds: 'x' } });
  const failure = billing.beat(beat);
  await expect(failure).rejects.toBeInstanceOf(BillingError);
  await expect(failure).rejects.toMatchObject({ code: 'unexpected_answer' });
});

it('stops trying when it is told to', async () => {
  const { billing } = await api('drop');
  const control = new AbortController();
  control.abort();
  await expect(billing.beat(beat, control.signal)).rejects.toMatchObject({
    isTaskCancelledError: true,
  });
});

it('acts for the session that it was made for, whatever the arguments say', async () => {
  const { billing, requests } = await api({ status: 200, body: { pet: 'Rex' } });
  const rpc = billing.forSession('mine');
  const memory = z.record(z.string(), z.string());
  await expect(rpc.call('agent_recall', { session_id: 'theirs' }, memory)).resolves.toEqual({
    pet: 'Rex',
  });
  expect(requests[0]).toMatchObject({
    url: '/rest/v1/rpc/agent_recall',
    body: { session_id: 'mine' },
  });
});
