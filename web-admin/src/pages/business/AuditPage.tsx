import Box from '@mui/material/Box';
import { words } from '../../core/format.ts';
import { subjectPath } from '../../core/routes.ts';
import type { AuditRow } from '../../core/rows.ts';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { JsonBox } from '../../parts/JsonBox.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { PathLink, RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Section } from '../../parts/Section.tsx';
import { actName } from './audit-columns.tsx';

const AuditPage = () => (
  <RecordPage<AuditRow> page="audit" listName="Audit log">
    {(entry) => (
      <>
        <PageHead title={actName(entry.action)} />
        <Section title={`Entry ${entry.id}`}>
          <Facts
            facts={{
              By:
                entry.actor_id === null ? (
                  'the operator, with the secret key'
                ) : (
                  <RecordLink page="users" id={entry.actor_id}>
                    {entry.actor_email}
                  </RecordLink>
                ),
              At: <Moment at={entry.created_at} as="seconds" />,
              On: (
                <PathLink to={subjectPath(entry.subject_table, entry.subject_id)}>
                  {words(entry.subject_table)}
                </PathLink>
              ),
              'Its id': <CopyText text={entry.subject_id} label="subject id" />,
              Reason: <span style={{ whiteSpace: 'pre-wrap' }}>{entry.reason}</span>,
            }}
          />
        </Section>
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' } }}>
          <Section title="Before">
            <JsonBox value={entry.before} label="Before" />
          </Section>
          <Section title="After">
            <JsonBox value={entry.after} label="After" />
          </Section>
        </Box>
      </>
    )}
  </RecordPage>
);

export default AuditPage;
