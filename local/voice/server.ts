import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { handleChat } from './chat.ts';
import type { VoiceContext } from './context.ts';
import type { Rule } from './conversation.ts';
import { createListenServer } from './deepgram.ts';
import { FaultQueue } from './faults.ts';
import { OpenAIError, parseTarget, requireApiKey, sendJson } from './http.ts';
import { Journal } from './journal.ts';
import { listModels, retrieveModel } from './models.ts';
import { Script } from './script.ts';
import { handleSpeech } from './speech.ts';
import { handleSwitch } from './switches.ts';
import { Synthesizer } from './synthesis.ts';

export interface VoiceDoubleOptions {
  /** 0 (the default) takes a free one. */
  port?: number;
  /** The transcriber's looping lines and the language model's rules at the start and after a reset. */
  lines?: readonly string[];
  rules?: readonly Rule[];
  /** Pause between two words of a streamed answer (default 5). */
  tokenDelayMs?: number;
  /** Silence that ends an utterance (default 450; sentences within one text pause for 320). */
  endOfSpeechMs?: number;
  /** Silence on the wire after which the transcriber hangs up (default 10000, as Deepgram does). */
  listenIdleMs?: number;
  /** Load the speech engine at once instead of with the first text (about 0.2 s of one core). */
  warmUp?: boolean;
  now?: () => Date;
  /** Told of bugs of the double itself: a fixed message and the error. */
  onError?: (message: string, error: unknown) => void;
}

export interface VoiceDouble {
  port: number;
  /** `http://127.0.0.1:<port>`; OpenAI's base URL is this with `/v1`. */
  url: string;
  /** `ws://127.0.0.1:<port>`, Deepgram's base URL. */
  wsUrl: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

function createContext(options: VoiceDoubleOptions): VoiceContext {
  const rules = options.rules ?? [];
  return {
    faults: new FaultQueue(),
    journal: new Journal(),
    script: new Script(options.lines),
    synthesizer: new Synthesizer(),
    rules,
    initialRules: rules,
    now: options.now ?? (() => new Date()),
    tokenDelayMs: options.tokenDelayMs ?? 5,
    endOfSpeechMs: options.endOfSpeechMs ?? 450,
    listenIdleMs: options.listenIdleMs ?? 10_000,
  };
}

const METHODS: Readonly<Record<string, string>> = {
  '/healthz': 'GET',
  '/v1/models': 'GET',
  '/v1/chat/completions': 'POST',
  '/v1/audio/speech': 'POST',
};

function requireMethod(method: string, pathname: string): void {
  const expected = pathname.startsWith('/v1/models/') ? 'GET' : METHODS[pathname];
  if (expected === undefined) {
    throw new OpenAIError(404, `Invalid URL (${method} ${pathname})`);
  }
  if (method !== expected) {
    throw new OpenAIError(
      405,
      `Not allowed to ${method} on ${pathname}. ` +
        '(HINT: Perhaps you meant to use a different HTTP method?)',
      { code: 'method_not_supported', headers: { allow: expected } },
    );
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  context: VoiceContext,
): Promise<void> {
  const pathname = parseTarget(request)?.pathname ?? '//';
  if (pathname.startsWith('/_double/')) return handleSwitch(request, response, pathname, context);
  requireMethod(request.method ?? '', pathname);
  if (pathname === '/healthz') return sendJson(response, 200, { status: 'ok' });
  requireApiKey(request);
  if (pathname === '/v1/chat/completions') return handleChat(request, response, context);
  if (pathname === '/v1/audio/speech') return handleSpeech(request, response, context);
  const id = pathname.slice('/v1/models/'.length);
  context.journal.record('models', { id: id === '' ? null : id });
  return id === '' ? listModels(response) : retrieveModel(response, id);
}

function answerError(
  error: unknown,
  response: ServerResponse,
  context: VoiceContext,
  options: VoiceDoubleOptions,
): void {
  if (response.destroyed) return;
  if (error instanceof OpenAIError) {
    context.journal.count(`error_${error.status}`);
    return sendJson(response, error.status, error.body, error.headers);
  }
  options.onError?.('voice double failed to answer', error);
  if (response.headersSent) return void response.destroy();
  const broken = new OpenAIError(500, 'The server had an error while processing your request.', {
    type: 'server_error',
  });
  sendJson(response, 500, broken.body);
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, HOST, resolve);
  await promise;
  server.off('error', reject);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

/**
 * Starts the doubles of OpenAI (HTTP) and Deepgram (WebSocket) on one loopback port.
 * Rejects with the system's error when the port is taken (`EADDRINUSE`).
 */
export async function createVoiceDouble(options: VoiceDoubleOptions = {}): Promise<VoiceDouble> {
  const context = createContext(options);
  const listenServer = createListenServer(context);
  const server = createServer({
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    // Node's 5 s let a busy client re-use a connection in the very moment in which it is closed.
    keepAliveTimeout: 65_000,
  });
  server.on('request', (request, response) => {
    route(request, response, context).catch((error: unknown) =>
      answerError(error, response, context, options),
    );
  });
  server.on('upgrade', (request, socket, head) => {
    listenServer.handleUpgrade(request, socket, head);
  });
  const port = await listen(server, options.port ?? 0);
  if (options.warmUp === true) {
    context.synthesizer.synthesize('Ready.').catch((error: unknown) => {
      options.onError?.('speech engine did not start', error);
    });
  }
  return {
    port,
    url: `http://${HOST}:${port}`,
    wsUrl: `ws://${HOST}:${port}`,
    async close() {
      listenServer.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await context.synthesizer.close();
    },
  };
}
