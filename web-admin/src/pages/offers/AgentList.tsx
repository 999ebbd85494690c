import { Act } from '../../acts/Act.tsx';
import { saveAgent } from '../../acts/offers.tsx';
import { rate, words } from '../../core/format.ts';
import type { AgentRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Duration } from '../../parts/Duration.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const COLUMNS: readonly Column<AgentRow>[] = [
  {
    label: 'Agent',
    sortBy: 'name',
    cell: ({ id, name }) => (
      <RecordLink page="agents" id={id}>
        {name}
      </RecordLink>
    ),
  },
  { label: 'Id', from: 'sm', cell: ({ id }) => <code>{id}</code> },
  { label: 'Kind', cell: ({ kind }) => words(kind) },
  { label: 'Rate', align: 'right', cell: ({ rate_permille }) => rate(rate_permille) },
  {
    label: 'At least',
    align: 'right',
    from: 'sm',
    cell: ({ minimum_charge_seconds }) => <Duration seconds={minimum_charge_seconds} />,
  },
  {
    label: 'State',
    cell: ({ is_active }) => <Status value={is_active ? 'on offer' : 'not on offer'} />,
  },
];

const AgentList = () => (
  <ListPage<AgentRow>
    page="agents"
    title="Agents"
    columns={COLUMNS}
    sort={{ field: 'sort_order', order: 'ASC' }}
    empty="There is nobody to talk to yet."
    actions={<Act spec={saveAgent()} isMain />}
  />
);

export default AgentList;
