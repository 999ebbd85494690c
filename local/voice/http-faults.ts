import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import { OpenAIError } from './http.ts';

const STATUS_ERRORS: Readonly<
  Record<number, { message: string; type: string; code: string | null }>
> = {
  401: {
    message: 'Incorrect API key provided.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  429: {
    message: 'Rate limit reached for requests. Please try again later.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  503: {
    message: 'That model is currently overloaded with other requests.',
    type: 'server_error',
    code: null,
  },
};

/**
 * Suffers a fault that comes before the first byte of the answer.
 * Returns true when nothing more is to be answered; throws the vendor's error for `status`.
 */
export async function sufferFault(
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'status': {
      const { message, type, code } = STATUS_ERRORS[fault.status] ?? {
        message: 'The server had an error while processing your request. Sorry about that!',
        type: fault.status < 500 ? 'invalid_request_error' : 'server_error',
        code: null,
      };
      const seconds = fault.retry_after_seconds;
      const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
      throw new OpenAIError(fault.status, message, { type, code, headers });
    }
    case 'timeout':
      await holdOpen(response, fault.hold_ms);
      response.destroy();
      return true;
    case 'close':
      response.destroy();
      return true;
    case 'break':
    case undefined:
      return false;
  }
}

/** Resolves after so many milliseconds, or at once when the client goes away. */
function holdOpen(response: ServerResponse, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Chunks that may go out before the socket is cut; infinite without a `break`. */
export function chunksAllowed(fault: Fault | undefined): number {
  return fault?.kind === 'break' ? fault.after_chunks : Number.POSITIVE_INFINITY;
}
