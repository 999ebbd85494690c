import { FunctionsFetchError, FunctionsHttpError } from '@supabase/supabase-js';
import type { AuthError } from '@supabase/supabase-js';
import { ERROR_TEXTS } from './error-texts.ts';

type Unknowns = Readonly<Record<string, unknown>>;

/** A refusal or a failure that a person is told about. `code` is the key of its text. */
export interface AppError {
  code: string;
  /** The server's own sentence, told when the app has no text for the code. */
  hint: string | undefined;
  /** Messages by the field they belong to, as `invalid_input` gives them. */
  fields: Readonly<Record<string, readonly string[]>>;
  /** What else the server said about it, such as `attempts_left`. */
  details: Unknowns;
}

/** An expected failure is a value; what throws is a bug. */
export type Result<T> = { data: T; error?: undefined } | { data?: undefined; error: AppError };

export const appError = (code: string, rest: Partial<AppError> = {}): AppError => ({
  code,
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

/**
 * An error body of the Data API or of an Edge Function. Ours carry the stable code as `message`
 * and a `PTnnn` as `code`; any other message is a stranger's and becomes `unexpected`.
 */
export const fromBody = (body: unknown): AppError => {
  if (!isObject(body)) return appError('unexpected');
  const isOurs = /^PT\d{3}$/.test(textOf(body['code']) ?? '');
  const message = textOf(body['message']);
  if (!isOurs || message === undefined) {
    return appError(isNetworkMessage(message) ? 'network' : 'unexpected');
  }
  const details = detailsOf(body['details']);
  return appError(message, { hint: textOf(body['hint']), fields: fieldsOf(details), details });
};

// supabase-js turns a failed fetch of the Data API into an error with the browser's own words.
const isNetworkMessage = (message: string | undefined): boolean =>
  message !== undefined && /failed to fetch|networkerror|load failed/i.test(message);

/** What `supabase.functions.invoke` gives as its error; the body is still in the response. */
export const fromFunction = async (error: unknown): Promise<AppError> => {
  if (error instanceof FunctionsFetchError) return appError('network');
  if (!(error instanceof FunctionsHttpError)) return appError('unexpected');
  const response: unknown = error.context;
  if (!(response instanceof Response)) return appError('unexpected');
  return fromBody(parseJson(await response.text()));
};

export const badName = (): AppError =>
  appError('invalid_input', { fields: { full_name: ['A name has 2 to 100 characters.'] } });

/** Auth has codes of its own: https://supabase.com/docs/guides/auth/debugging/error-codes */
export const fromAuth = (error: AuthError): AppError => {
  if (error.name === 'AuthRetryableFetchError' && error.status === 0) return appError('network');
  if (error.status === 429) return appError('too_many_attempts');
  // A refusal by our sign-up trigger keeps at most its message on its way through Auth; the name
  // is all that it looks at.
  if (error.message === 'invalid_input') return badName();
  if (error.name === 'AuthSessionMissingError') return appError('not_authenticated');
  const code = error.code ?? 'unexpected';
  const field = FIELD_OF_AUTH_CODE[code];
  return appError(code, {
    hint: error.message,
    fields: field === undefined ? {} : { [field]: [fieldText(field, error)] },
  });
};

/** Auth says which rule a password breaks; of an address it says less than we do. */
const fieldText = (field: string, { code, message }: AuthError): string =>
  field === 'password' ? message : (ERROR_TEXTS[code ?? '']?.text ?? message);

const FIELD_OF_AUTH_CODE: Readonly<Record<string, string>> = {
  weak_password: 'password',
  same_password: 'password',
  user_already_exists: 'email',
  email_exists: 'email',
  email_address_invalid: 'email',
  validation_failed: 'email',
  email_address_not_authorized: 'email',
};
