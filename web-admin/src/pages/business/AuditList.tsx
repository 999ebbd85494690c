import { words } from '../../core/format.ts';
import { subjectPath } from '../../core/routes.ts';
import type { AuditRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { PathLink, shortId } from '../../parts/RecordLink.tsx';
import { actName, AUDIT_COLUMNS } from './audit-columns.tsx';

const [act, by, reason, at] = AUDIT_COLUMNS;

const subject: Column<AuditRow> = {
  label: 'On',
  from: 'md',
  cell: ({ subject_table, subject_id }) => (
    <PathLink to={subjectPath(subject_table, subject_id)}>
      {words(subject_table)} {subject_table === 'settings' ? '' : shortId(subject_id)}
    </PathLink>
  ),
};

const ACTS = [
  'admin_grant_time',
  'admin_issue_codes',
  'admin_revoke_card',
  'admin_extend_card',
  'admin_begin_refund',
  'admin_request_session_end',
  'admin_set_user_active',
  'admin_set_role',
  'admin_update_settings',
  'admin_save_package',
  'admin_save_agent_type',
  'admin_replay_stripe_event',
  'admin_add_document',
  'admin_remove_document',
] as const;

const AuditList = () => (
  <ListPage<AuditRow>
    page="audit"
    title="Audit log"
    columns={[act, by, subject, reason, at].filter((column) => column !== undefined)}
    filters={[
      {
        kind: 'choice',
        source: 'action',
        label: 'Act',
        choices: ACTS.map((name) => [name, actName(name)] as const),
      },
      { kind: 'days', source: 'created_at', label: 'Done' },
    ]}
    sort={{ field: 'id', order: 'DESC' }}
    empty="No admin has done anything yet."
  />
);

export default AuditList;
