import { Act } from '../../acts/Act.tsx';
import { replayEvent } from '../../acts/upkeep.tsx';
import type { AuditRow, StripeEventRow } from '../../core/rows.ts';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { JsonBox } from '../../parts/JsonBox.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from './audit-columns.tsx';

const StripeEventPage = () => (
  <RecordPage<StripeEventRow> page="stripe-events" listName="Stripe events">
    {(event) => (
      <>
        <PageHead title={event.type} aside={<Status value={event.outcome ?? 'waiting'} />}>
          <Act spec={replayEvent(event)} />
        </PageHead>
        <Section title="In short">
          <Facts
            facts={{
              Received: <Moment at={event.received_at} as="seconds" />,
              Processed: <Moment at={event.processed_at} as="seconds" none="not yet" />,
              Attempts: event.attempts,
              Payment: <RecordLink page="payments" id={event.payment_id} />,
              Error: event.last_error !== null ? event.last_error : undefined,
              'API version': event.api_version ?? '–',
              Id: <CopyText text={event.id} label="event id" />,
            }}
          />
        </Section>
        <Section title="What Stripe sent">
          <JsonBox value={event.payload} label="What Stripe sent" />
        </Section>
        <Related<AuditRow>
          title="Replays"
          resource="audit"
          page="audit"
          filter={{ subject_id: event.id }}
          sort={{ field: 'id', order: 'DESC' }}
          columns={AUDIT_COLUMNS}
          empty="It was never replayed."
        />
      </>
    )}
  </RecordPage>
);

export default StripeEventPage;
