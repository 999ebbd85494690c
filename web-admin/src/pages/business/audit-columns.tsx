import { words } from '../../core/format.ts';
import type { AuditRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';

/** What the log calls by its first step. */
const NAMES: Readonly<Record<string, string>> = {
  admin_begin_refund: 'Refund',
  admin_request_session_end: 'End session',
};

/** `admin_grant_time` → `Grant time`. */
export const actName = (action: string): string =>
  NAMES[action] ?? words(action.replace(/^admin_/, ''));

export const AUDIT_COLUMNS: readonly Column<AuditRow>[] = [
  {
    label: 'Act',
    cell: ({ id, action }) => (
      <RecordLink page="audit" id={id}>
        {actName(action)}
      </RecordLink>
    ),
  },
  {
    label: 'By',
    from: 'sm',
    cell: ({ actor_id, actor_email }) =>
      actor_id === null ? (
        'the operator'
      ) : (
        <RecordLink page="users" id={actor_id}>
          {actor_email}
        </RecordLink>
      ),
  },
  { label: 'Reason', cell: ({ reason }) => reason },
  { label: 'At', sortBy: 'id', from: 'sm', cell: ({ created_at }) => <Moment at={created_at} /> },
];
