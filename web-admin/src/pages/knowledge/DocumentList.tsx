import type { DocumentRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { ListPage } from '../../parts/ListPage.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';
import { TryKnowledge } from './TryKnowledge.tsx';

const COLUMNS: readonly Column<DocumentRow>[] = [
  {
    label: 'Document',
    sortBy: 'title',
    cell: ({ id, title }) => (
      <RecordLink page="documents" id={id}>
        {title}
      </RecordLink>
    ),
  },
  { label: 'File', from: 'sm', cell: ({ file_name }) => <code>{file_name}</code> },
  { label: 'Language', from: 'md', cell: ({ language }) => language },
  { label: 'Pieces', align: 'right', cell: ({ chunk_count }) => chunk_count },
  { label: 'State', cell: ({ is_active }) => <Status value={is_active ? 'in use' : 'removed'} /> },
  {
    label: 'Changed',
    sortBy: 'updated_at',
    from: 'md',
    cell: ({ updated_at }) => <Moment at={updated_at} />,
  },
];

const DocumentList = () => (
  <>
    <ListPage<DocumentRow>
      page="documents"
      title="Knowledge"
      columns={COLUMNS}
      filters={[
        {
          kind: 'choice',
          source: 'is_active',
          label: 'State',
          choices: [
            ['true', 'In use'],
            ['false', 'Removed'],
          ],
        },
      ]}
      sort={{ field: 'title', order: 'ASC' }}
      empty="The knowledge agent knows nothing yet: add documents with `npm run knowledge`."
    />
    <TryKnowledge />
  </>
);

export default DocumentList;
