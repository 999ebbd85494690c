/**
 * A text that Postgres takes, also inside of JSON: without NUL and without halves of surrogate pairs, which are left
 * where a text is cut in the middle of an emoji.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed();
}

/** A JSON value in which every text is one that Postgres takes. */
export function storable<T>(value: T): T {
  const json = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? storableText(each) : each,
  );
  return JSON.parse(json) as T;
}
