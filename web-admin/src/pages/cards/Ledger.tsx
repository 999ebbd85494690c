import { useState } from 'react';
import { duration, durationInWords } from '../../core/format.ts';
import type { LedgerRow } from '../../core/rows.ts';
import { useRows } from '../../core/use-rows.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Section } from '../../parts/Section.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import type { TimelineItem } from '../../parts/Timeline.tsx';

const ROWS_PER_PAGE = 25;

/** What each kind of movement means, with the colour of where the time went. */
const KINDS: Readonly<Record<string, readonly [text: string, tone: TimelineItem['tone']]>> = {
  issue: ['issued', 'success'],
  hold: ['set aside for a call', 'info'],
  use: ['talked', undefined],
  release: ['came back from a call', 'success'],
  expire: ['expired', 'warning'],
  revoke: ['taken back', 'error'],
  reinstate: ['came back', 'success'],
  correct: ['corrected', 'warning'],
};

const causeOf = ({ session_id, payment_id, audit_id }: LedgerRow) => {
  if (session_id !== null) {
    return (
      <RecordLink page="sessions" id={session_id}>
        session
      </RecordLink>
    );
  }
  if (audit_id !== null)
    return (
      <RecordLink page="audit" id={audit_id}>
        act {audit_id}
      </RecordLink>
    );
  if (payment_id !== null)
    return (
      <RecordLink page="payments" id={payment_id}>
        payment
      </RecordLink>
    );
  return undefined;
};

const itemOf = (row: LedgerRow): TimelineItem => {
  const [text, tone] = KINDS[row.kind] ?? [row.kind, undefined];
  const buckets =
    row.from_bucket === null ? row.to_bucket : `${row.from_bucket} → ${row.to_bucket}`;
  return {
    id: row.id,
    at: row.created_at,
    title: `${durationInWords(row.seconds)} ${text}`,
    text: (
      <>
        {buckets} {causeOf(row)}
      </>
    ),
    aside: `${duration(row.remaining_after)} left`,
    ...(tone === undefined ? {} : { tone }),
  };
};

/** Every movement of a card's seconds, the newest first. */
export const Ledger = ({ cardId }: { cardId: string }) => {
  const [page, setPage] = useState(1);
  const { rows, error, hasNextPage, ask } = useRows<LedgerRow>('ledger', {
    filter: { card_id: cardId },
    sort: { field: 'id', order: 'DESC' },
    page,
    perPage: ROWS_PER_PAGE,
  });
  return (
    <Section title="Ledger">
      {error && <ErrorNote error={error} onRetry={ask} />}
      {rows?.length === 0 && page === 1 && <EmptyState text="No second has moved yet." />}
      {rows !== undefined && <Timeline label="Ledger" items={rows.map(itemOf)} />}
      {rows !== undefined && (page > 1 || hasNextPage) && (
        <Pager
          page={page}
          perPage={ROWS_PER_PAGE}
          rows={rows.length}
          hasNextPage={hasNextPage}
          onPage={setPage}
        />
      )}
    </Section>
  );
};
