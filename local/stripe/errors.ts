/** Fields of Stripe's error body besides type and message (https://docs.stripe.com/api/errors). */
export interface ErrorDetails {
  code?: string;
  decline_code?: string;
  advice_code?: string;
  param?: string;
  charge?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
  setup_intent?: unknown;
}

export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

/** An answer other than 2xx, with the status and the body that Stripe would send. */
export class StripeApiError extends Error {
  readonly status: number;
  readonly type: ErrorType;
  readonly details: ErrorDetails;
  /** False when the request was refused before its endpoint ran: such answers are not kept for an Idempotency-Key. */
  readonly hasRun: boolean;

  constructor(
    status: number,
    type: ErrorType,
    message: string,
    details: ErrorDetails = {},
    hasRun = true,
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.details = details;
    this.hasRun = hasRun;
  }

  body(): { error: Record<string, unknown> } {
    const { code } = this.details;
    return {
      error: {
        ...this.details,
        ...(code === undefined ? {} : { doc_url: docUrl(code) }),
        message: this.message,
        type: this.type,
      },
    };
  }
}

export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

export function invalidRequest(message: string, details: ErrorDetails = {}): StripeApiError {
  return new StripeApiError(400, 'invalid_request_error', message, details);
}

/** The parameters themselves are wrong, so the endpoint never ran. */
export function invalidParams(message: string, details: ErrorDetails = {}): StripeApiError {
  return new StripeApiError(400, 'invalid_request_error', message, details, false);
}

/** Stripe answers 404 when the id is in the path and 400 when it is a parameter. */
export function noSuch(kind: string, id: string, param?: string): StripeApiError {
  return new StripeApiError(
    param === undefined ? 404 : 400,
    'invalid_request_error',
    `No such ${kind}: '${id}'`,
    { code: 'resource_missing', param: param ?? 'id' },
  );
}

export function unrecognizedUrl(method: string, path: string): StripeApiError {
  return new StripeApiError(
    404,
    'invalid_request_error',
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    {},
    false,
  );
}

/** Shows the start and the end of a refused key only, as Stripe does. */
export function invalidKey(given: string | undefined): StripeApiError {
  const message =
    given === undefined || given === ''
      ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
      : `Invalid API Key provided: ${given.length < 16 ? '****' : `${given.slice(0, 8)}****${given.slice(-4)}`}`;
  return new StripeApiError(401, 'invalid_request_error', message, {}, false);
}
