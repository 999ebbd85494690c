import { count, money } from '../core/format.ts';

const inUtc = { timeZone: 'UTC' } as const;
const dayFormat = new Intl.DateTimeFormat('en', { ...inUtc, dateStyle: 'medium' });
const shortDayFormat = new Intl.DateTimeFormat('en', { ...inUtc, month: 'short', day: 'numeric' });

/** A day of the business, which is one of UTC: `2026-11-24` → `Nov 24, 2026`. */
export const businessDay = (day: string): string => dayFormat.format(new Date(day));
export const shortDay = (day: string): string => shortDayFormat.format(new Date(day));

export const range = (from: string, to: string): string =>
  from === to ? businessDay(from) : `${businessDay(from)} – ${businessDay(to)}`;

const percentFormat = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const growthFormat = new Intl.NumberFormat('en', {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const pointFormat = new Intl.NumberFormat('en', {
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const differenceFormat = new Intl.NumberFormat('en', {
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});

/** A share: `0.255` → `25.5%`; a dash where there is none. */
export const percent = (share: number | null): string =>
  share === null ? '–' : percentFormat.format(share);

/** `0.25` → `+25%`. */
export const growth = (share: number): string => growthFormat.format(share);

/** The difference of two shares: `-0.021` → `-2.1 points`. */
export const points = (difference: number): string =>
  `${pointFormat.format(difference * 100)} points`;

/** The difference of two averages: `0.35` → `+0.35`. */
export const difference = (value: number): string => differenceFormat.format(value);

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

/** A span for a large figure, to two units: `366_000` → `101 h 40 min`, `75` → `1 min 15 s`. */
export const roughly = (seconds: number | null): string => {
  if (seconds === null) return '–';
  const whole = Math.round(seconds);
  const [hours, minutes] = [
    Math.floor(whole / HOUR_SECONDS),
    Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS),
  ];
  const parts: string[] =
    hours > 0
      ? [`${count(hours)} h`, minutes > 0 ? `${minutes} min` : '']
      : [
          minutes > 0 ? `${minutes} min` : '',
          whole % MINUTE_SECONDS > 0 ? `${whole % MINUTE_SECONDS} s` : '',
        ];
  return parts.filter(Boolean).join(' ') || '0 s';
};

/** Amounts of several currencies, `$9.99 + €4.50`; without any a zero of dollars. */
export const amounts = (rows: readonly { currency: string; cents: number }[]): string =>
  rows.length === 0
    ? money(0, 'usd')
    : rows.map(({ cents, currency }) => money(cents, currency)).join(' + ');

const ratioFormat = new Intl.NumberFormat('en', {
  maximumFractionDigits: 2,
  minimumFractionDigits: 2,
});

/** `1.0312` → `1.03`. */
export const ratio = (value: number | null): string =>
  value === null ? '–' : ratioFormat.format(value);

const averageFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
export const average = (value: number | null): string =>
  value === null ? '–' : averageFormat.format(value);
