import { z } from 'zod';
import { StripeApiError, invalidParams } from './errors.ts';

/** The JSON body of a switch; an empty one is `{}`. Throws a 400 that says what is wrong with it. */
export function parsed<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw invalidParams('The body is not JSON.');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new StripeApiError(400, 'invalid_request_error', z.prettifyError(result.error), {}, false);
}
