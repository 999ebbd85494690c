import { createHash, randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import type { VoiceContext } from './context.ts';
import type { Fault } from './faults.ts';
import { parseTarget } from './http.ts';
import { parseListenOptions, type ListenOptions } from './listen-options.ts';
import { modelInfo, Transcriber } from './transcriber.ts';

/** A microphone that is switched off sends nothing at all; then silence is counted by the clock. */
const STALLED_AUDIO_MS = 1200;
const MAX_MESSAGE_BYTES = 1024 * 1024;

const controlSchema = z.looseObject({ type: z.enum(['KeepAlive', 'Finalize', 'CloseStream']) });

/** Answers a WebSocket handshake with Deepgram's error body instead of accepting it. */
function refuse(socket: Duplex, status: number, code: string, message: string): void {
  const request_id = randomUUID();
  const body = JSON.stringify({ err_code: code, err_msg: message, request_id });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\ndg-request-id: ${request_id}\r\n` +
      `dg-error: ${message}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Suffers a fault that hits the handshake. `held` keeps the sockets that are left unanswered. */
function refuseByFault(socket: Duplex, fault: Fault | undefined, held: Set<Duplex>): boolean {
  if (fault?.kind === 'status') {
    const code = fault.status === 429 ? 'TOO_MANY_REQUESTS' : 'INTERNAL_SERVER_ERROR';
    refuse(socket, fault.status, code, 'Please try again later.');
    return true;
  }
  if (fault?.kind !== 'timeout') return false;
  const timer = setTimeout(() => socket.destroy(), fault.hold_ms);
  held.add(socket);
  socket.once('close', () => {
    clearTimeout(timer);
    held.delete(socket);
  });
  return true;
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** One accepted connection: developers.deepgram.com/reference/speech-to-text/listen-streaming. */
class ListenSession {
  readonly #socket: WebSocket;
  readonly #context: VoiceContext;
  readonly #options: ListenOptions;
  readonly #requestId: string;
  readonly #transcriber: Transcriber;
  readonly #created: string;
  readonly #hash = createHash('sha256');
  #chunksLeft = Number.POSITIVE_INFINITY;
  #oddByte = Buffer.alloc(0);
  #idleTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, context: VoiceContext, options: ListenOptions, requestId: string) {
    this.#socket = socket;
    this.#context = context;
    this.#options = options;
    this.#requestId = requestId;
    this.#transcriber = new Transcriber(options, context, requestId);
    this.#created = context.now().toISOString();
  }

  start(fault: Fault | undefined): void {
    const socket = this.#socket;
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => this.#closed(code));
    if (fault?.kind === 'close') return socket.close(1011, 'Internal server error');
    if (fault?.kind === 'break') this.#chunksLeft = fault.after_chunks;
    if (this.#chunksLeft === 0) return socket.terminate();
    socket.on('message', (data, isBinary) => {
      this.#restartIdleTimer();
      if (isBinary) this.#hear(toBuffer(data));
      else this.#control(toBuffer(data).toString('utf8'));
    });
    this.#restartIdleTimer();
  }

  #hear(bytes: Buffer): void {
    if (--this.#chunksLeft < 0) return void this.#socket.terminate();
    this.#hash.update(bytes);
    const joined = Buffer.concat([this.#oddByte, bytes]);
    const samples = new Int16Array(joined.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = joined.readInt16LE(2 * i);
    this.#oddByte = joined.subarray(2 * samples.length);
    this.#send(this.#transcriber.hear(samples));
    clearTimeout(this.#stallTimer);
    if (!this.#transcriber.isWaiting) return;
    this.#stallTimer = setTimeout(
      () => this.#send(this.#transcriber.finish(false)),
      Math.max(STALLED_AUDIO_MS, this.#options.utterance_end_ms ?? 0),
    );
  }

  #control(text: string): void {
    let parsed: z.ZodSafeParseResult<z.infer<typeof controlSchema>> | undefined;
    try {
      parsed = controlSchema.safeParse(JSON.parse(text));
    } catch {
      parsed = undefined;
    }
    if (parsed?.success !== true) return this.#rejectMessage();
    switch (parsed.data.type) {
      case 'KeepAlive':
        return;
      case 'Finalize':
        return this.#send(this.#transcriber.finish(true));
      case 'CloseStream':
        this.#send([...this.#transcriber.finish(false), this.#metadata()]);
        this.#socket.close(1000);
    }
  }

  /** Deepgram closes with 1008 and DATA-0000 when a message cannot be understood. */
  #rejectMessage(): void {
    const description = 'The payload cannot be decoded. It is either not audio or not valid JSON.';
    const variant = 'DATA-0000';
    this.#send([{ type: 'Error', variant, description, message: description }]);
    this.#socket.close(1008, variant);
  }

  /** "NET-0001 … did not receive audio data or a text message within the timeout window". */
  #restartIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#socket.close(1011, 'Deepgram did not receive audio data or a text message: NET-0001');
    }, this.#context.listenIdleMs);
  }

  #metadata(): unknown {
    const { model, channels } = this.#options;
    const id = '00000000-0000-4000-8000-000000000000';
    return {
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: this.#requestId,
      sha256: this.#hash.copy().digest('hex'),
      created: this.#created,
      duration: this.#transcriber.secondsHeard,
      channels,
      models: [id],
      model_info: { [id]: modelInfo(model) },
    };
  }

  #send(messages: readonly unknown[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    for (const message of messages) this.#socket.send(JSON.stringify(message));
  }

  #closed(code: number): void {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#stallTimer);
    const seconds = this.#transcriber.secondsHeard;
    this.#context.journal.record('listen_closed', { request_id: this.#requestId, code, seconds });
  }
}

export interface ListenServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createListenServer(context: VoiceContext): ListenServer {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const held = new Set<Duplex>();
  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const url = parseTarget(request);
      if (url?.pathname !== '/v1/listen') {
        return refuse(socket, 404, 'NOT_FOUND', 'Path not found.');
      }
      if (!/^(?:Token|Bearer) \S+$/iu.test(request.headers.authorization ?? '')) {
        return refuse(socket, 401, 'INVALID_AUTH', 'Invalid credentials.');
      }
      const parsed = parseListenOptions(url.searchParams);
      if ('problem' in parsed) return refuse(socket, 400, 'Bad Request', parsed.problem);
      const { options } = parsed;
      const fault = context.faults.take('stt');
      const requestId = randomUUID();
      const query = Object.fromEntries(url.searchParams);
      context.journal.record('listen', {
        request_id: requestId,
        query,
        fault: fault?.kind ?? null,
      });
      if (refuseByFault(socket, fault, held)) return;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        new ListenSession(webSocket, context, options, requestId).start(fault);
      });
    },
    close() {
      for (const client of server.clients) client.terminate();
      for (const socket of held) socket.destroy();
      server.close();
    },
  };
}
