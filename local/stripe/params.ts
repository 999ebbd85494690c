import { z } from 'zod';
import { invalidParams } from './errors.ts';
import type { StripeApiError } from './errors.ts';

/** Building blocks for request parameters. Everything arrives as text; these give it its type. */

export const text = z.string().min(1).max(5000);

export const integer = z.string().transform((value, ctx) => {
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  ctx.issues.push(issue(value, `Invalid integer: ${value}`, 'parameter_invalid_integer'));
  return z.NEVER;
});

export const positiveInteger = integer.transform((value, ctx) => {
  if (value >= 1) return value;
  ctx.issues.push(
    issue(value, 'This value must be greater than or equal to 1.', 'parameter_invalid_integer'),
  );
  return z.NEVER;
});

export const bool = z.string().transform((value, ctx) => {
  if (value === 'true' || value === 'false') return value === 'true';
  ctx.issues.push(issue(value, `Invalid boolean: ${value}`));
  return z.NEVER;
});

export const url = text.transform((value, ctx) => {
  // `{CHECKOUT_SESSION_ID}` is legal in Stripe's URL parameters though not in a URL.
  const parsed = URL.parse(value.replaceAll('{CHECKOUT_SESSION_ID}', 'x'));
  if (parsed !== null && ['http:', 'https:'].includes(parsed.protocol)) return value;
  ctx.issues.push(issue(value, 'Not a valid URL', 'url_invalid'));
  return z.NEVER;
});

export const email = text.transform((value, ctx) => {
  if (/^[^\s@]+@[^\s@]+$/.test(value)) return value;
  ctx.issues.push(issue(value, `Invalid email address: ${value}`, 'email_invalid'));
  return z.NEVER;
});

const currencies = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));

export const currency = text.transform((value, ctx) => {
  const lower = value.toLowerCase();
  if (currencies.has(lower)) return lower;
  ctx.issues.push(issue(value, `Invalid currency: ${lower}`));
  return z.NEVER;
});

/** An empty string unsets a value; it arrives as null. */
export function emptyable<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? null : value), schema.nullable());
}

/**
 * At most 50 keys of 40 characters, values of 500 (https://docs.stripe.com/api/metadata).
 * In an update an empty value removes its key, and an empty `metadata` removes all.
 */
export const metadata = z.preprocess(
  // A record whose keys are all numbers was read as a list.
  (value) => (Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : value),
  z.union([z.literal(''), z.record(z.string().max(40), z.string().max(500))], {
    error: 'Metadata keys have at most 40 characters, values are text of at most 500.',
  }),
);
export type MetadataChange = z.infer<typeof metadata>;

export function changedMetadata(
  before: Record<string, string>,
  change: MetadataChange | undefined,
): Record<string, string> {
  if (change === undefined) return before;
  if (change === '') return {};
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== '');
  if (merged.length > 50) {
    throw invalidParams('You can have at most 50 metadata keys.', { param: 'metadata' });
  }
  return Object.fromEntries(merged);
}

export const expand = z.array(z.string().min(1).max(200)).max(20).optional();

/** Parses parameters, or throws Stripe's 400 for the first thing that is wrong with them. */
export function read<T extends z.ZodType>(schema: T, params: unknown): z.infer<T> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw first === undefined ? invalidParams('Invalid request') : translate(first, params);
}

function translate(first: z.core.$ZodIssue, params: unknown): StripeApiError {
  const param = paramName(first.path);
  const given = at(params, first.path);
  if (first.code === 'unrecognized_keys') {
    const names = first.keys.map((key) => paramName([...first.path, key]));
    return invalidParams(
      `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`,
      { code: 'parameter_unknown', param: names[0] ?? '' },
    );
  }
  if (given === undefined && first.code !== 'custom') {
    return invalidParams(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  if (first.code === 'invalid_value') {
    const last = String(first.path.at(-1) ?? 'value');
    return invalidParams(`Invalid ${last}: must be one of ${first.values.join(', ')}`, { param });
  }
  if (first.code === 'too_small' && given === '') {
    return invalidParams(
      `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
      { code: 'parameter_invalid_empty', param },
    );
  }
  if (first.code === 'too_big' && typeof given === 'string') {
    return invalidParams(`Invalid string: must be at most ${first.maximum} characters`, { param });
  }
  if (first.code === 'custom') {
    const code: unknown = first.params?.['code'];
    return invalidParams(first.message, typeof code === 'string' ? { code, param } : { param });
  }
  if (first.code === 'invalid_type') {
    const wanted = first.expected === 'record' ? 'object' : first.expected;
    return invalidParams(`Invalid ${wanted}`, { param });
  }
  return invalidParams(first.message, { param });
}

function issue(input: unknown, message: string, code?: string) {
  return { code: 'custom' as const, input, message, params: code === undefined ? {} : { code } };
}

function at(value: unknown, path: PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

function paramName(path: PropertyKey[]): string {
  return path.map((key, depth) => (depth === 0 ? String(key) : `[${String(key)}]`)).join('');
}
