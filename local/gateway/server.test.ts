import {
  createServer,
  get,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_BODY_BYTES } from './body-limit.ts';
import type { DataApi } from './data-api.ts';
import { createMailBox, type MailBox } from './mails.ts';
import { createGateway } from './server.ts';

const open: Server[] = [];
async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const dataFetch = vi.fn<DataApi['fetch']>();
const ping = vi.fn<DataApi['ping']>();
let mails: MailBox;
let router: (request: IncomingMessage, response: ServerResponse) => void;
let gateway: string;
let functionsUrl: string;

beforeEach(async () => {
  dataFetch.mockReset().mockImplementation(async (request) => Response.json(await request.json()));
  ping.mockReset().mockResolvedValue();
  router = (_, response) => response.end('ok');
  functionsUrl = await listen(createServer((request, response) => router(request, response)));
  mails = createMailBox({ siteUrl: 'http://app', apiUrl: 'http://api', now: () => new Date(0) });
  gateway = await listen(
    createGateway({
      api: {
        fetch: dataFetch,
        ping,
        ensureSystemSchema: async () => undefined,
        listenForSchemaChanges: async () => undefined,
        close: async () => undefined,
      },
      mails,
      functionsUrl,
      apiUrl: 'http://api',
      appUrl: 'http://app',
    }),
  );
});
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const post = (path: string, body: NonNullable<RequestInit['body']>, headers = {}) =>
  fetch(`${gateway}${path}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

/** A request whose path and headers are sent as they are, which `fetch` does not do; answers the status. */
function getAsItIs(path: string, headers: OutgoingHttpHeaders = {}): Promise<number | undefined> {
  const { port } = new URL(gateway);
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

describe('the Data API behind the gateway', () => {
  it('gets the request as it came and may be read from any origin', async () => {
    const response = await post('/rest/v1/rpc/x', '{"a":1}');
    expect(await response.json()).toEqual({ a: 1 });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('answers a preflight without asking the database', async () => {
    const response = await fetch(`${gateway}/rest/v1/packages`, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-mine',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toBe('x-mine');
    expect(dataFetch).not.toHaveBeenCalled();
  });

  it('never sees a body that is too large', async () => {
    const response = await post('/rest/v1/rpc/x', 'x'.repeat(MAX_BODY_BYTES + 1));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'PT413', message: 'invalid_input' });
    expect(dataFetch).not.toHaveBeenCalled();
  });

  it('cannot be left by a path with dots', async () => {
    const response = await fetch(`${gateway}/rest/v1/%2e%2e/_system/info`);
    expect(response.status).toBe(404);
    expect(dataFetch).not.toHaveBeenCalled();
  });

  it('refuses a Host header that cannot be read', async () => {
    expect(await getAsItIs('/rest/v1/packages', { host: 'a b' })).toBe(400);
    expect(dataFetch).not.toHaveBeenCalled();
  });

  it('is reported unhealthy when the database does not answer', async () => {
    ping.mockRejectedValue(new Error('down'));
    expect((await fetch(`${gateway}/health`)).status).toBe(503);
  });
});

describe('the Edge Functions behind the gateway', () => {
  it('get the body byte for byte, the headers and the query', async () => {
    router = (request, response) => {
      void text(request).then((body) =>
        response.end(
          JSON.stringify([request.method, request.url, request.headers['stripe-signature'], body]),
        ),
      );
    };
    const body = '{ "spaces":  "kept" }';
    const response = await post('/functions/v1/stripe-webhook?a=1', body, {
      'stripe-signature': 't=1',
    });
    expect(await response.json()).toEqual([
      'POST',
      '/functions/v1/stripe-webhook?a=1',
      't=1',
      body,
    ]);
  });

  it('are asked, and no other host that the request line names', async () => {
    const other = await listen(createServer((_, response) => response.writeHead(418).end()));
    const { host } = new URL(other);
    expect(await getAsItIs(`//${host}/functions/v1/x`)).toBe(200);
    expect(await getAsItIs(`${other}/functions/v1/x`)).toBe(200);
  });

  it('stream their answers', async () => {
    router = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first');
    };
    const response = await fetch(`${gateway}/functions/v1/x`);
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('first');
  });

  it('are said to be down in the shape of our errors', async () => {
    const functions = open[0];
    functions?.closeAllConnections();
    await new Promise((resolve) => functions?.close(resolve));
    const response = await fetch(`${gateway}/functions/v1/health`);
    expect(response.status).toBe(503);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({
      code: 'PT503',
      message: 'functions_unavailable',
    });
  });

  it('answer 502 when they break off', async () => {
    router = (request) => request.socket.destroy();
    expect((await fetch(`${gateway}/functions/v1/x`)).status).toBe(502);
  });

  it('never see a body that is too large, even when its length is not announced', async () => {
    let wasAsked = false;
    router = (_, response) => {
      wasAsked = true;
      response.end();
    };
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
        if (sent > 12) controller.close();
      },
    });
    const response = await post('/functions/v1/x', endless);
    expect(response.status).toBe(413);
    expect(wasAsked).toBe(false);
  });
});

describe('the mails', () => {
  it('are shown, newest first, with links that lead to Auth', async () => {
    await mails.send({ to: 'a@x', subject: 'one' });
    await mails.send({ to: 'b@x', subject: 'two', text: 'http://app/auth/v1/verify?token=1' });
    const shown = await fetch(`${gateway}/mails`);
    expect(await shown.json()).toMatchObject([
      { subject: 'two', text: 'http://api/auth/v1/verify?token=1' },
      { subject: 'one' },
    ]);
    const some = await fetch(`${gateway}/mails?to=a@x`);
    expect(await some.json()).toMatchObject([{ subject: 'one' }]);
  });

  it('are kept from a name that was rebound to this machine', async () => {
    expect(await getAsItIs('/mails', { host: 'evil.example' })).toBe(403);
  });
});
