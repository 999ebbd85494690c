import { randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random id of Stripe's look: a prefix and letters and digits. */
export function newId(prefix: string, length = 24): string {
  let id = prefix;
  for (let at = 0; at < length; at += 1) id += alphabet[randomInt(alphabet.length)];
  return id;
}
