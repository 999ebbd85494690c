import type { UserRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Duration } from '../../parts/Duration.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const COLUMNS: readonly Column<UserRow>[] = [
  {
    label: 'E-mail',
    sortBy: 'email',
    cell: ({ id, email }) => (
      <RecordLink page="users" id={id}>
        {email}
      </RecordLink>
    ),
  },
  { label: 'Name', sortBy: 'full_name', from: 'sm', cell: ({ full_name }) => full_name ?? '–' },
  {
    label: 'State',
    cell: ({ is_active, role }) => (
      <>
        <Status value={is_active ? 'active' : 'inactive'} />{' '}
        {role !== null && <Status value={role} />}
      </>
    ),
  },
  {
    label: 'Time left',
    align: 'right',
    cell: ({ usable_seconds }) => <Duration seconds={usable_seconds} />,
  },
  {
    label: 'Last sign-in',
    sortBy: 'last_login_at',
    from: 'md',
    cell: ({ last_login_at }) => <Moment at={last_login_at} none="never" />,
  },
  {
    label: 'Signed up',
    sortBy: 'created_at',
    from: 'md',
    cell: ({ created_at }) => <Moment at={created_at} />,
  },
];

const UserList = () => (
  <ListPage<UserRow>
    page="users"
    title="Users"
    columns={COLUMNS}
    searchHint="E-mail, name, user id or cus_…"
    filters={[
      {
        kind: 'choice',
        source: 'is_active',
        label: 'State',
        choices: [
          ['true', 'Active'],
          ['false', 'Inactive'],
        ],
      },
      { kind: 'days', source: 'created_at', label: 'Signed up' },
    ]}
    sort={{ field: 'created_at', order: 'DESC' }}
    empty="Nobody has signed up yet."
  />
);

export default UserList;
