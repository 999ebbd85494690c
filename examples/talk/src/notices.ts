import { duration } from './format.ts';

/** A data message of the agent on the topic `mindbot.notice`. */
export interface Notice {
  type: 'low_balance' | 'last_minute' | 'goodbye' | 'topped_up';
  remaining_seconds: number;
}

export const NOTICE_TOPIC = 'mindbot.notice';

const TEXTS: Readonly<Record<Notice['type'], (left: string) => string>> = {
  low_balance: (left) => `Your time is getting short: ${left} left.`,
  last_minute: (left) => `The call ends soon: ${left} left.`,
  goodbye: () => 'Your time is used up. The agent is saying goodbye.',
  topped_up: (left) => `Your new time has arrived: ${left} left.`,
};

export const textOfNotice = (notice: Notice): string =>
  TEXTS[notice.type](duration(notice.remaining_seconds));

/** Undefined for anything that is not a notice we know. */
export const parseNotice = (payload: Uint8Array): Notice | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, remaining_seconds: seconds } = value as Readonly<Record<string, unknown>>;
  const isKnown = typeof type === 'string' && Object.hasOwn(TEXTS, type);
  if (!isKnown || typeof seconds !== 'number') return undefined;
  return { type: type as Notice['type'], remaining_seconds: seconds };
};
