import type { SessionRow } from '../../core/rows.ts';
import { ListPage } from '../../parts/ListPage.tsx';
import { SESSION_COLUMNS } from './session-columns.tsx';

const SessionList = () => (
  <ListPage<SessionRow>
    page="sessions"
    title="Sessions"
    columns={SESSION_COLUMNS}
    searchHint="E-mail, name, room or session id"
    filters={[
      {
        kind: 'choice',
        source: 'status',
        label: 'Status',
        choices: ['pending', 'active', 'completed', 'error'],
      },
      { kind: 'choice', source: 'rating', label: 'Rating', choices: ['1', '2', '3', '4', '5'] },
      { kind: 'days', source: 'created_at', label: 'Begun' },
    ]}
    sort={{ field: 'created_at', order: 'DESC' }}
    empty="Nobody has talked yet."
  />
);

export default SessionList;
