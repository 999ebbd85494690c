import { log } from '@livekit/agents';

/** Where the framework keeps the one logger of a process (`@livekit/agents`, log_core). */
const LOGGER_KEY = Symbol.for('@livekit/agents:logger');

/** The framework prefixes what people said and who they are with this. */
const PRIVATE_PREFIX = 'lk.pii.';

export function withoutPrivateFields(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => !name.startsWith(PRIVATE_PREFIX)),
  );
}

export type Logger = ReturnType<typeof log>;

/**
 * Keeps transcripts out of the logs of this process: the framework writes every sentence that was
 * spoken at level info (`lk.pii.message`). Call it before anything else in a job; the framework
 * hands out a new logger when a job starts.
 */
export function installPrivateLogger(bindings: Record<string, unknown> = {}): Logger {
  const logger = log().child(bindings, { formatters: { log: withoutPrivateFields } });
  Object.assign(globalThis, { [LOGGER_KEY]: logger });
  return logger;
}
