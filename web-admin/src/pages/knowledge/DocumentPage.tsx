import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Act } from '../../acts/Act.tsx';
import { removeDocument } from '../../acts/upkeep.tsx';
import type { AuditRow, ChunkRow, DocumentRow } from '../../core/rows.ts';
import { useRows } from '../../core/use-rows.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';

const DocumentPage = () => (
  <RecordPage<DocumentRow> page="documents" listName="Knowledge">
    {(document) => (
      <>
        <PageHead
          title={document.title}
          aside={<Status value={document.is_active ? 'in use' : 'removed'} />}
        >
          <Act spec={removeDocument(document)} />
        </PageHead>
        <Section title="In short">
          <Facts
            facts={{
              File: <code>{document.file_name}</code>,
              Kind: document.media_type,
              Language: document.language,
              Pieces: document.chunk_count,
              'Added by':
                document.created_by === null ? (
                  'the operator'
                ) : (
                  <RecordLink page="users" id={document.created_by} />
                ),
              Added: <Moment at={document.created_at} />,
              Changed: <Moment at={document.updated_at} />,
            }}
          />
        </Section>
        <Chunks documentId={document.id} />
        <Related<AuditRow>
          title="What admins did to it"
          resource="audit"
          page="audit"
          filter={{ subject_id: document.id }}
          sort={{ field: 'id', order: 'DESC' }}
          columns={AUDIT_COLUMNS}
          empty="No admin has touched it."
        />
      </>
    )}
  </RecordPage>
);

/** A document has at most so many pieces. */
const MAX_CHUNKS = 500;

const Chunks = ({ documentId }: { documentId: string }) => {
  const { rows, error, ask } = useRows<ChunkRow>('chunks', {
    filter: { document_id: documentId },
    sort: { field: 'position', order: 'ASC' },
    perPage: MAX_CHUNKS,
  });
  return (
    <Section title="What it says">
      {error && <ErrorNote error={error} onRetry={ask} />}
      {rows?.length === 0 && <EmptyState text="It was removed: nothing is left of its text." />}
      {rows?.map((chunk) => (
        <Box key={chunk.id} sx={{ px: 2, pb: 2 }}>
          <Typography variant="h3" component="h3" color="textSecondary">
            {chunk.heading}
          </Typography>
          <Typography sx={{ whiteSpace: 'pre-wrap', maxWidth: 860 }}>{chunk.content}</Typography>
        </Box>
      ))}
    </Section>
  );
};

export default DocumentPage;
