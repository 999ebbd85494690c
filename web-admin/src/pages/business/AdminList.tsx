import { Act } from '../../acts/Act.tsx';
import { setRole } from '../../acts/people.tsx';
import type { AdminRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const COLUMNS: readonly Column<AdminRow>[] = [
  {
    label: 'E-mail',
    sortBy: 'email',
    cell: ({ id, email }) => (
      <RecordLink page="users" id={id}>
        {email}
      </RecordLink>
    ),
  },
  { label: 'Name', from: 'sm', cell: ({ full_name }) => full_name ?? '–' },
  { label: 'Role', sortBy: 'role', cell: ({ role }) => <Status value={role} /> },
  {
    label: 'State',
    from: 'sm',
    cell: ({ is_active }) => <Status value={is_active ? 'active' : 'inactive'} />,
  },
  {
    label: 'Last sign-in',
    from: 'md',
    cell: ({ last_login_at }) => <Moment at={last_login_at} none="never" />,
  },
  {
    label: 'Since',
    sortBy: 'created_at',
    from: 'md',
    cell: ({ created_at }) => <Moment at={created_at} />,
  },
  { label: 'Act', cell: (admin) => <Act spec={setRole(admin)} /> },
];

/** To make somebody an admin, one goes to their page under Users. */
const AdminList = () => (
  <ListPage<AdminRow>
    page="admins"
    title="Admins"
    columns={COLUMNS}
    sort={{ field: 'email', order: 'ASC' }}
    empty="There is no admin."
    isWithoutPages
  />
);

export default AdminList;
