const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `75` → `1:15`, `3675` → `1:01:15`. */
export const clock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / HOUR_SECONDS);
  const minutes = Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS);
  const rest = twoDigits(whole % MINUTE_SECONDS);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
};

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** In words, for prose and screen readers: `3675` → `1 hour 1 minute 15 seconds`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / HOUR_SECONDS), 'hour'],
    [Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS), 'minute'],
    [whole % MINUTE_SECONDS, 'second'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => plural(count, unit));
  return words.length > 0 ? words.join(' ') : '0 seconds';
};

const centDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;

/** `money(999, 'usd')` → `$9.99`; currencies without cents, such as yen, are not divided. */
export const money = (amountCents: number, currency: string): string => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amountCents / 10 ** centDigits(currency));
};

const dayFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const timeFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const day = (iso: string): string => dayFormat.format(new Date(iso));
export const dayAndTime = (iso: string): string => timeFormat.format(new Date(iso));

/** A calendar day of UTC, `2026-11-24`, not shifted into another time zone. */
const utcDayFormat = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
export const utcDay = (isoDay: string): string =>
  utcDayFormat.format(new Date(`${isoDay}T00:00:00Z`));

/** What so many whole units of a currency are in its smallest one: `toCents(20, 'usd')` → 2000. */
export const toCents = (units: number, currency: string): number =>
  units * 10 ** centDigits(currency);

/** The other way, rounded up: what somebody allowed is never shown as less. */
export const toUnits = (amountCents: number, currency: string): number =>
  Math.ceil(amountCents / 10 ** centDigits(currency));

/** `savedCard({ brand: 'visa', last4: '4242' })` → `Visa •••• 4242`. */
export const savedCard = (card: { brand: string | null; last4: string | null }): string => {
  const brand = card.brand ?? 'card';
  return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} •••• ${card.last4 ?? '????'}`;
};
