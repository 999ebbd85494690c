import { duration } from '../../core/format.ts';
import type { SessionRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Duration } from '../../parts/Duration.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';
import { Stars } from './Stars.tsx';

const session: Column<SessionRow> = {
  label: 'Session',
  sortBy: 'created_at',
  cell: ({ id, created_at }) => (
    <RecordLink page="sessions" id={id}>
      <Moment at={created_at} />
    </RecordLink>
  ),
};
const user: Column<SessionRow> = {
  label: 'User',
  cell: ({ user_id, user_email }) => (
    <RecordLink page="users" id={user_id}>
      {user_email}
    </RecordLink>
  ),
};
const rest: readonly Column<SessionRow>[] = [
  { label: 'Agent', from: 'sm', cell: ({ agent_type_name }) => agent_type_name },
  { label: 'Status', cell: ({ status }) => <Status value={status} /> },
  {
    label: 'Talked',
    align: 'right',
    from: 'md',
    cell: ({ used_seconds }) => <Duration seconds={used_seconds} />,
  },
  {
    label: 'Billed',
    align: 'right',
    sortBy: 'billed_seconds',
    cell: ({ billed_seconds, uncollected_seconds }) => (
      <>
        <Duration seconds={billed_seconds} />
        {uncollected_seconds > 0 && (
          <span title="not collected"> (+{duration(uncollected_seconds)})</span>
        )}
      </>
    ),
  },
  { label: 'Ended', from: 'xl', cell: ({ end_reason }) => end_reason?.replaceAll('_', ' ') ?? '–' },
  { label: 'Proof', from: 'xl', cell: ({ end_proof }) => end_proof?.replaceAll('_', ' ') ?? '–' },
  {
    label: 'Rating',
    sortBy: 'rating',
    from: 'md',
    cell: ({ rating }) => <Stars rating={rating} />,
  },
];

export const SESSION_COLUMNS: readonly Column<SessionRow>[] = [session, user, ...rest];
/** On the page of their user. */
export const OWN_SESSION_COLUMNS: readonly Column<SessionRow>[] = [session, ...rest];
