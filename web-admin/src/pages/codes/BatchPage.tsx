import type { BatchRow, CardRow } from '../../core/rows.ts';
import { plural } from '../../core/format.ts';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { CARD_COLUMNS } from '../cards/card-columns.tsx';

const BatchPage = () => (
  <RecordPage<BatchRow> page="batches" listName="Codes">
    {(batch) => (
      <>
        <PageHead title={`${plural(batch.quantity, 'code')} for ${batch.package_name}`} />
        <Section title="In short">
          <Facts
            facts={{
              Issued: <Moment at={batch.created_at} />,
              By: batch.actor_email ?? 'the operator',
              Reason: batch.reason,
              Redeemed: `${batch.redeemed} of ${batch.quantity}`,
              Revoked: batch.revoked,
              Package: (
                <RecordLink page="packages" id={batch.package_id}>
                  {batch.package_name}
                </RecordLink>
              ),
              Act: <RecordLink page="audit" id={batch.audit_id} />,
              Id: <CopyText text={batch.id} label="batch id" />,
            }}
          />
        </Section>
        <Related<CardRow>
          title="Cards"
          resource="cards"
          page="cards"
          filter={{ batch_id: batch.id }}
          columns={CARD_COLUMNS}
          empty="None."
          rowsPerPage={25}
        />
      </>
    )}
  </RecordPage>
);

export default BatchPage;
