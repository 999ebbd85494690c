/** HTTP status of every stable error code that a function may answer (DESIGN.md §9). */
const STATUS_BY_CODE = {
  invalid_input: 400,
  not_authenticated: 401,
  invalid_signature: 401,
  not_found: 404,
  illegal_transition: 409,
  internal_error: 500,
  payment_provider_unavailable: 502,
  voice_provider_unavailable: 503,
} as const;

export type FunctionErrorCode = keyof typeof STATUS_BY_CODE;

/** An expected failure. `code` is the stable code, ours or one that the database raised. */
export interface Failure {
  status: number;
  code: string;
  details: unknown;
  hint: string | null;
  headers: Record<string, string>;
  /** For the log only: what lies behind a failure that the caller is told nothing more about. */
  cause?: unknown;
}

export type Result<T> = { data: T; error: null } | { data: null; error: Failure };

/** A failed `Result`, assignable to a `Result` of anything. */
export interface Failed {
  data: null;
  error: Failure;
}

export function ok<T>(data: T): { data: T; error: null } {
  return { data, error: null };
}

interface FailOptions {
  /** Field errors as `{field: [messages]}`, or other context; null when there is none. */
  details?: Record<string, unknown> | null;
  /** Where HTTP has a sharper status than the code's own: 405, 413. */
  status?: number;
  headers?: Record<string, string>;
  cause?: unknown;
}

export function fail(code: FunctionErrorCode, hint: string, options: FailOptions = {}): Failed {
  return {
    data: null,
    error: {
      status: options.status ?? STATUS_BY_CODE[code],
      code,
      details: options.details ?? null,
      hint,
      headers: options.headers ?? {},
      cause: options.cause,
    },
  };
}

/**
 * The body of an error answer: exactly PostgREST's four fields, so that one client-side reader does for
 * the Data API and the functions. https://docs.postgrest.org/en/stable/references/errors.html
 */
export function errorBody(failure: Failure): {
  code: string;
  message: string;
  details: unknown;
  hint: string | null;
} {
  return {
    code: `PT${failure.status}`,
    message: failure.code,
    details: failure.details,
    hint: failure.hint,
  };
}
