import { invalidParams } from './errors.ts';

/** What a form body means: text, lists and records of the same. Records have no prototype. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type FormRecord = { [key: string]: FormValue };

const maxPairs = 1000;
const maxDepth = 8;

/**
 * Reads Stripe's request encoding: `a[b][0][c]=1&d[]=x`
 * (https://docs.stripe.com/api: "form-encoded request bodies").
 * Records whose keys are all whole numbers become lists. Throws a 400 on anything malformed.
 */
export function parseForm(text: string): FormRecord {
  const root = record();
  if (text === '') return root;
  const pairs = text.split('&');
  if (pairs.length > maxPairs) {
    throw invalidParams(`Too many parameters: at most ${maxPairs} are accepted.`);
  }
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    put(root, segments(name), at === -1 ? '' : decode(pair.slice(at + 1)), name);
  }
  return Object.fromEntries(
    Object.entries(root).map(([key, value]) => [key, withLists(value)]),
  ) as FormRecord;
}

function record(): FormRecord {
  return Object.create(null) as FormRecord;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidParams('Invalid request: the body has invalid %-encoding.');
  }
}

function segments(name: string): string[] {
  const shape = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (shape?.[1] === undefined) {
    throw invalidParams(`Received unknown parameter: ${name.slice(0, 100)}`, {
      code: 'parameter_unknown',
      param: name.slice(0, 100),
    });
  }
  const inner = [...(shape[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '');
  const all = [shape[1], ...inner];
  if (all.length > maxDepth || all.includes('__proto__')) {
    throw invalidParams(`Received unknown parameter: ${name.slice(0, 100)}`, {
      code: 'parameter_unknown',
      param: name.slice(0, 100),
    });
  }
  return all;
}

function put(root: FormRecord, path: string[], value: string, name: string): void {
  let at = root;
  for (const [depth, segment] of path.entries()) {
    const key = segment === '' ? String(Object.keys(at).length) : segment;
    if (depth === path.length - 1) {
      if (typeof at[key] === 'object') throw invalidParams('Invalid object', { param: name });
      at[key] = value;
      return;
    }
    const next = (at[key] ??= record());
    if (typeof next === 'string' || Array.isArray(next)) {
      throw invalidParams('Invalid object', { param: name });
    }
    at = next;
  }
}

function withLists(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key) => /^\d{1,4}$/.test(key))) {
    return keys
      .map(Number)
      .toSorted((a, b) => a - b)
      .map((key) => withLists(value[String(key)] ?? ''));
  }
  return Object.fromEntries(keys.map((key) => [key, withLists(value[key] ?? '')]));
}
