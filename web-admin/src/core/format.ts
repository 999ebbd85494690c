const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

const partsOf = (seconds: number): readonly [hours: number, minutes: number, seconds: number] => {
  const whole = Math.floor(Math.abs(seconds));
  return [
    Math.floor(whole / HOUR_SECONDS),
    Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS),
    whole % MINUTE_SECONDS,
  ];
};

const counted = new Intl.NumberFormat('en');

/** `1234` → `1,234`. */
export const count = (value: number): string => counted.format(value);

/** Short, for tables: `3675` → `1 h 1 min 15 s`, `0` → `0 s`. */
export const duration = (seconds: number): string => {
  const [hours, minutes, rest] = partsOf(seconds);
  const words = [
    hours > 0 ? `${count(hours)} h` : '',
    minutes > 0 ? `${minutes} min` : '',
    rest > 0 ? `${rest} s` : '',
  ].filter(Boolean);
  return (seconds < 0 ? '−' : '') + (words.join(' ') || '0 s');
};

export const plural = (amount: number, unit: string): string =>
  `${count(amount)} ${unit}${amount === 1 ? '' : 's'}`;

/** In words, for sentences: `3675` → `1 hour 1 minute 15 seconds`. */
export const durationInWords = (seconds: number): string => {
  const [hours, minutes, rest] = partsOf(seconds);
  const words = [
    hours > 0 ? plural(hours, 'hour') : '',
    minutes > 0 ? plural(minutes, 'minute') : '',
    rest > 0 ? plural(rest, 'second') : '',
  ].filter(Boolean);
  return words.join(' ') || '0 seconds';
};

const currencyFormat = (currency: string): Intl.NumberFormat =>
  new Intl.NumberFormat('en', { style: 'currency', currency });

/** How many digits stand behind the point of a currency: 2 of usd, 0 of jpy. */
export const centDigits = (currency: string): number =>
  currencyFormat(currency).resolvedOptions().maximumFractionDigits ?? 2;

/** `money(999, 'usd')` → `$9.99`; currencies without cents, such as yen, are not divided. */
export const money = (amountCents: number, currency: string): string =>
  currencyFormat(currency).format(amountCents / 10 ** centDigits(currency));

/** What somebody typed as an amount, in cents; undefined when it is none. `'9.99'` → 999. */
export const centsOf = (typed: string, currency: string): number | undefined => {
  const digits = centDigits(currency);
  const pattern = digits === 0 ? /^(\d+)$/ : new RegExp(`^(\\d+)(?:[.,](\\d{1,${digits}}))?$`);
  const found = pattern.exec(typed.trim());
  return found ? Number(`${found[1]}${(found[2] ?? '').padEnd(digits, '0')}`) : undefined;
};

/** An amount as it is typed: `999` → `9.99`. */
export const typedAmount = (amountCents: number, currency: string): string => {
  const digits = centDigits(currency);
  return (amountCents / 10 ** digits).toFixed(digits);
};

const momentFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const secondFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });

/** In the viewer's zone: `Nov 24, 2026, 7:15 PM`. */
export const moment = (iso: string): string => momentFormat.format(new Date(iso));
export const momentWithSeconds = (iso: string): string => secondFormat.format(new Date(iso));
export const day = (iso: string): string => dayFormat.format(new Date(iso));

/** In UTC, to compare with logs: `2026-11-24 19:15:03 UTC`. */
export const utc = (iso: string): string =>
  `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `payment_intent` → `Payment intent`: words of the database, for people. */
export const words = (name: string): string => {
  const text = name.replaceAll(/[_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** `1500` → `×1.5`: what a talked second costs in card seconds. */
export const rate = (permille: number): string => `×${permille / 1000}`;
