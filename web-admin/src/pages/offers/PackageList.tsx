import { Act } from '../../acts/Act.tsx';
import { savePackage } from '../../acts/offers.tsx';
import { money, plural } from '../../core/format.ts';
import type { PackageRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Duration } from '../../parts/Duration.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const COLUMNS: readonly Column<PackageRow>[] = [
  {
    label: 'Package',
    sortBy: 'name',
    cell: ({ id, name }) => (
      <RecordLink page="packages" id={id}>
        {name}
      </RecordLink>
    ),
  },
  { label: 'Id', from: 'sm', cell: ({ id }) => <code>{id}</code> },
  {
    label: 'Time',
    align: 'right',
    sortBy: 'total_seconds',
    cell: ({ total_seconds }) => <Duration seconds={total_seconds} />,
  },
  {
    label: 'Price',
    align: 'right',
    sortBy: 'price_cents',
    cell: ({ price_cents, currency }) => money(price_cents, currency),
  },
  {
    label: 'Lasts',
    from: 'md',
    cell: ({ validity_days }) =>
      validity_days === null ? 'for ever' : plural(validity_days, 'day'),
  },
  {
    label: 'Place',
    align: 'right',
    sortBy: 'sort_order',
    from: 'md',
    cell: ({ sort_order }) => sort_order,
  },
  {
    label: 'State',
    cell: ({ is_active }) => <Status value={is_active ? 'on sale' : 'not on sale'} />,
  },
];

const PackageList = () => (
  <ListPage<PackageRow>
    page="packages"
    title="Packages"
    columns={COLUMNS}
    sort={{ field: 'sort_order', order: 'ASC' }}
    empty="Nothing is for sale yet."
    actions={<Act spec={savePackage()} isMain />}
  />
);

export default PackageList;
