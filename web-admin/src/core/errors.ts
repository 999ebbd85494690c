import { FunctionsFetchError, FunctionsHttpError } from '@supabase/supabase-js';
import type { AuthError } from '@supabase/supabase-js';

type Unknowns = Readonly<Record<string, unknown>>;

/** A refusal or a failure that the admin is told about. `code` is the key of its text. */
export interface AppError {
  code: string;
  /** HTTP status; 0 when nothing answered. */
  status: number;
  /** The server's own sentence. */
  hint: string | undefined;
  /** Messages by the field they belong to, as `invalid_input` gives them. */
  fields: Readonly<Record<string, readonly string[]>>;
  details: Unknowns;
}

/** An expected failure is a value; what throws is a bug. */
export type Result<T> = { data: T; error?: undefined } | { data?: undefined; error: AppError };

export const appError = (code: string, status: number, rest: Partial<AppError> = {}): AppError => ({
  code,
  status,
  hint: rest.hint,
  fields: rest.fields ?? {},
  details: rest.details ?? {},
});

const isObject = (value: unknown): value is Unknowns =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Details are an object from Edge Functions and JSON text from the database. */
const detailsOf = (details: unknown): Unknowns => {
  const value = typeof details === 'string' ? parseJson(details) : details;
  return isObject(value) ? value : {};
};

const fieldsOf = (details: Unknowns): AppError['fields'] => {
  const fields: Record<string, string[]> = {};
  for (const [field, messages] of Object.entries(details)) {
    const list = (Array.isArray(messages) ? messages : [messages]).flatMap((m) => textOf(m) ?? []);
    if (list.length > 0) fields[field] = list;
  }
  return fields;
};

/** PostgREST's own codes (https://docs.postgrest.org/en/stable/references/errors.html), by what they mean here. */
const foreignCode = (code: string | undefined, status: number): string => {
  if (status === 401) return 'not_authenticated';
  // No such row; or an id in the address that is none.
  if (code === 'PGRST116' || code === '22P02' || status === 406) return 'not_found';
  if (code === '42501') return 'not_allowed';
  // The statement took longer than the database allows.
  if (code === '57014') return 'too_slow';
  return status === 0 ? 'network' : 'unexpected';
};

/**
 * An error body of the Data API or of an Edge Function. Ours carry the stable code as `message` and a
 * `PTnnn` as `code`; any other is the platform's own.
 * @param status of the answer; 0 when there was none
 */
export const fromBody = (body: unknown, status: number): AppError => {
  const error = isObject(body) ? body : {};
  const code = textOf(error['code']);
  const message = textOf(error['message']);
  const ours = /^PT(\d{3})$/.exec(code ?? '');
  if (ours === null || message === undefined) return appError(foreignCode(code, status), status);
  const details = detailsOf(error['details']);
  return appError(message, Number(ours[1]), {
    hint: textOf(error['hint']),
    fields: message === 'invalid_input' ? fieldsOf(details) : {},
    details,
  });
};

/** What `supabase.functions.invoke` gives as its error; the body is still in the response. */
export const fromFunction = async (error: unknown): Promise<AppError> => {
  if (error instanceof FunctionsFetchError) return appError('network', 0);
  if (!(error instanceof FunctionsHttpError)) return appError('unexpected', 500);
  const response: unknown = error.context;
  if (!(response instanceof Response)) return appError('unexpected', 500);
  return fromBody(parseJson(await response.text()), response.status);
};

/** Auth has codes of its own: https://supabase.com/docs/guides/auth/debugging/error-codes */
export const fromAuth = (error: AuthError): AppError => {
  if (error.name === 'AuthRetryableFetchError' && error.status === 0) return appError('network', 0);
  if (error.status === 429) return appError('too_many_attempts', 429);
  return appError(error.code ?? 'unexpected', error.status ?? 0, { hint: error.message });
};

/**
 * An expected failure on its way through react-admin, which passes on what is thrown. `status` is what its
 * authentication looks at.
 */
export class ShownError extends Error {
  readonly shown: AppError;
  readonly status: number;
  constructor(shown: AppError, text: string) {
    super(text);
    this.name = 'ShownError';
    this.shown = shown;
    this.status = shown.status;
  }
}
