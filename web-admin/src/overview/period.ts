/** Days of UTC, `2026-11-24`, both included. */
export interface Period {
  from: string;
  to: string;
}

/** How many days a preset has, the present one included. */
export const PRESETS = { today: 1, '7': 7, '30': 30, '90': 90 } as const;
export type Preset = keyof typeof PRESETS;

const FALLBACK: Preset = '30';
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The business day that it is. */
export const todayInUtc = (now = new Date()): string => now.toISOString().slice(0, 10);

const isPreset = (name: string): name is Preset => Object.hasOwn(PRESETS, name);

const daysBefore = (isoDay: string, days: number): string =>
  todayInUtc(new Date(Date.parse(isoDay) - days * DAY_MS));

/**
 * The period that an address means: `?period=7` or `?from=2026-11-01&to=2026-11-24`; else the last 30 days.
 * Whether such days make sense, the database says.
 */
export const periodIn = (
  search: string,
  today = todayInUtc(),
): Period & { preset: Preset | undefined } => {
  const asked = new URLSearchParams(search);
  const [from, to] = [asked.get('from') ?? '', asked.get('to') ?? ''];
  if (DAY.test(from) && DAY.test(to)) return { from, to, preset: undefined };
  const name = asked.get('period') ?? '';
  const preset = isPreset(name) ? name : FALLBACK;
  return { from: daysBefore(today, PRESETS[preset] - 1), to: today, preset };
};

export const presetSearch = (preset: Preset): string => `?period=${preset}`;
export const daysSearch = ({ from, to }: Period): string => `?from=${from}&to=${to}`;
