import { duration } from './format.ts';

/** A data message of the agent on the topic `mindbot.notice` that is about time. */
export interface TimeNotice {
  type: 'low_balance' | 'last_minute' | 'goodbye' | 'topped_up';
  remaining_seconds: number;
}

/** The customer asked the agent for a way to buy time. */
export interface LinkNotice {
  type: 'top_up_link';
}

/** What an answer of the knowledge agent rests on. */
export interface SourcesNotice {
  type: 'sources';
  sources: readonly Source[];
}

export interface Source {
  title: string;
  url: string | undefined;
}

export type Notice = TimeNotice | LinkNotice | SourcesNotice;

export const NOTICE_TOPIC = 'mindbot.notice';

const TEXTS: Readonly<Record<TimeNotice['type'], (left: string) => string>> = {
  low_balance: (left) => `Your time is getting short: ${left} left.`,
  last_minute: (left) => `The call ends soon: ${left} left.`,
  goodbye: () => 'The agent is saying goodbye.',
  topped_up: (left) => `Your new time has arrived: ${left} left.`,
};

export const textOfNotice = (notice: TimeNotice): string =>
  TEXTS[notice.type](duration(notice.remaining_seconds));

type Unknowns = Readonly<Record<string, unknown>>;

const isTimeNotice = (type: unknown): type is TimeNotice['type'] =>
  typeof type === 'string' && Object.hasOwn(TEXTS, type);

/** Only addresses of the web: whatever else a document calls its source is not made a link. */
const webAddress = (url: unknown): string | undefined =>
  typeof url === 'string' && /^https?:\/\//.test(url) ? url : undefined;

const sourcesOf = (list: unknown): Source[] =>
  (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
    if (typeof item === 'string') return [{ title: item, url: undefined }];
    if (typeof item !== 'object' || item === null) return [];
    const { title, url } = item as Unknowns;
    return typeof title === 'string' ? [{ title, url: webAddress(url) }] : [];
  });

/** Undefined for anything that is not a notice we know. */
export const parseNotice = (payload: Uint8Array): Notice | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, remaining_seconds: seconds, sources } = value as Unknowns;
  if (type === 'top_up_link') return { type };
  if (type === 'sources') return { type, sources: sourcesOf(sources) };
  if (!isTimeNotice(type) || typeof seconds !== 'number') return undefined;
  return { type, remaining_seconds: seconds };
};
