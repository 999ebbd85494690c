import { Act } from '../../acts/Act.tsx';
import { issueCodes } from '../../acts/codes.tsx';
import type { BatchRow, PackageRow } from '../../core/rows.ts';
import { useRows } from '../../core/use-rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';

const COLUMNS: readonly Column<BatchRow>[] = [
  {
    label: 'Batch',
    sortBy: 'created_at',
    cell: ({ id, created_at }) => (
      <RecordLink page="batches" id={id}>
        <Moment at={created_at} />
      </RecordLink>
    ),
  },
  { label: 'Package', cell: ({ package_name }) => package_name },
  { label: 'Codes', align: 'right', cell: ({ quantity }) => quantity },
  { label: 'Redeemed', align: 'right', cell: ({ redeemed }) => redeemed },
  { label: 'Revoked', align: 'right', from: 'md', cell: ({ revoked }) => revoked },
  { label: 'By', from: 'sm', cell: ({ actor_email }) => actor_email ?? 'the operator' },
  { label: 'Reason', from: 'md', cell: ({ reason }) => reason },
];

/** More packages than that no price list has. */
const MAX_PACKAGES = 100;

const BatchList = () => {
  const { rows: packages } = useRows<PackageRow>('packages', {
    sort: { field: 'sort_order', order: 'ASC' },
    perPage: MAX_PACKAGES,
  });
  return (
    <ListPage<BatchRow>
      page="batches"
      title="Codes"
      columns={COLUMNS}
      sort={{ field: 'created_at', order: 'DESC' }}
      empty="No codes were issued yet. To find the card of one code, search the time cards."
      // The form begins with the first package, so it waits for them.
      actions={packages && <Act spec={issueCodes(packages)} isMain />}
    />
  );
};

export default BatchList;
