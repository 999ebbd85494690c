import { duration, rate, words } from '../../core/format.ts';
import type { SessionEventRow } from '../../core/rows.ts';
import { useRows } from '../../core/use-rows.ts';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Section } from '../../parts/Section.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import type { TimelineItem } from '../../parts/Timeline.tsx';

type Details = Readonly<Record<string, unknown>>;

/** A call has a few dozen events; more than this is shown as far as it goes. */
const MAX_EVENTS = 500;

const textIn = (details: Details, key: string): string => {
  const value = details[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const secondsIn = (details: Details, key: string): string => duration(Number(details[key] ?? 0));

const moved = (verb: string, tone?: TimelineItem['tone']) => (details: Details) => ({
  title: `${secondsIn(details, 'seconds')} ${verb}`,
  text: (
    <>
      {textIn(details, 'from_bucket')} → {textIn(details, 'to_bucket')},{' '}
      <RecordLink page="cards" id={textIn(details, 'card_id')}>
        card
      </RecordLink>
    </>
  ),
  ...(tone === undefined ? {} : { tone }),
});

const whoOf = (details: Details): string =>
  details['is_agent'] === true ? 'The agent' : 'The user';

type Told = Pick<TimelineItem, 'title' | 'text' | 'tone'>;

/** Every kind of event in words; any other is shown by its name. */
const KINDS: Readonly<Record<string, (details: Details) => Told>> = {
  authorised: (d) => ({
    title: 'Authorised',
    text: `${textIn(d, 'agent_type_id')}, ${rate(Number(d['rate_permille']))}`,
    tone: 'info',
  }),
  hold: moved('set aside', 'info'),
  use: moved('billed'),
  release: moved('given back', 'success'),
  correct: moved('corrected', 'warning'),
  revoke: moved('taken back', 'error'),
  expire: moved('expired', 'warning'),
  started: (d) => ({ title: 'The clock started', text: textIn(d, 'worker_id'), tone: 'success' }),
  room_started: () => ({ title: 'Room opened' }),
  room_finished: () => ({ title: 'Room closed', text: 'LiveKit said so' }),
  participant_joined: (d) => ({ title: `${whoOf(d)} joined` }),
  participant_left: (d) => ({
    title: `${whoOf(d)} left`,
    text: textIn(d, 'disconnect_reason').toLowerCase().replaceAll('_', ' '),
  }),
  last_beat: (d) => ({ title: 'Last beat', text: `${textIn(d, 'beats')} in all` }),
  end_requested: () => ({ title: 'Asked to end', tone: 'warning' }),
  ended: (d) => ({
    title: `Ended: ${textIn(d, 'reason').replaceAll('_', ' ')}`,
    text: `${secondsIn(d, 'used_seconds')} talked, ${secondsIn(d, 'billed_seconds')} billed; settled by ${textIn(d, 'settled_by')}, proof: ${textIn(d, 'proof').replaceAll('_', ' ')}`,
    tone: 'success',
  }),
  room_closed: () => ({ title: 'Room known to be gone' }),
  rated: (d) => ({
    title: `Rated ${textIn(d, 'rating')} of 5`,
    text: textIn(d, 'comment'),
    tone: 'info',
  }),
};

const itemOf = ({ id, at, kind, details }: SessionEventRow): TimelineItem => {
  const given = typeof details === 'object' && !Array.isArray(details) ? (details as Details) : {};
  return { id, at, ...(KINDS[kind]?.(given) ?? { title: words(kind) }) };
};

/** What happened in a session, in the order that it happened. */
export const SessionTimeline = ({ sessionId }: { sessionId: string }) => {
  const { rows, error, ask } = useRows<SessionEventRow>('session-timeline', {
    filter: { session_id: sessionId },
    sort: { field: 'at', order: 'ASC' },
    perPage: MAX_EVENTS,
  });
  const inOrder = rows?.toSorted((a, b) => a.at.localeCompare(b.at) || a.position - b.position);
  return (
    <Section title="What happened">
      {error && <ErrorNote error={error} onRetry={ask} />}
      <Timeline label="What happened" items={inOrder?.map(itemOf) ?? []} />
    </Section>
  );
};
