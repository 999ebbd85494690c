import { serve } from '../http.ts';
import type { Handler, Method } from '../http.ts';
import { createLog } from '../log.ts';
import type { Log } from '../log.ts';

export interface Answered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface CallOptions {
  method?: string;
  /** Sent as JSON unless it is text or bytes already. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A log whose lines can be read. */
export function memoryLog(): { log: Log; lines: Array<Record<string, unknown>> } {
  const lines: Array<Record<string, unknown>> = [];
  return { log: createLog((line) => lines.push(JSON.parse(line))), lines };
}

export function makeRequest({ method = 'POST', body, headers = {} }: CallOptions = {}): Request {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  const sent = isRaw
    ? (body as string | Uint8Array<ArrayBuffer> | undefined)
    : JSON.stringify(body);
  return new Request('http://local/function', { method, headers, body: sent ?? null });
}

/** A caller of a handler as it will be served, and the log lines of what it did. */
export function callerOf(handler: Handler, methods: readonly Method[] = ['POST']) {
  const { log, lines } = memoryLog();
  const fetch = serve({ name: 'tested', methods, log }, handler);
  const call = async (options: CallOptions = {}): Promise<Answered> => {
    const response = await fetch(makeRequest(options));
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : JSON.parse(text),
    };
  };
  return { call, lines };
}
