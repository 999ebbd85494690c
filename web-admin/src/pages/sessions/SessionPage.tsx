import Alert from '@mui/material/Alert';
import { Act } from '../../acts/Act.tsx';
import { endSession } from '../../acts/sessions.tsx';
import { duration, durationInWords, rate } from '../../core/format.ts';
import type { AuditRow, SessionRow } from '../../core/rows.ts';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import type { FactList } from '../../parts/Facts.tsx';
import { JsonBox } from '../../parts/JsonBox.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';
import { SessionTimeline } from './SessionTimeline.tsx';
import { Stars } from './Stars.tsx';

const SessionPage = () => (
  <RecordPage<SessionRow> page="sessions" listName="Sessions">
    {(session) => <Session session={session} />}
  </RecordPage>
);

const Session = ({ session }: { session: SessionRow }) => (
  <>
    <PageHead
      title={`Session with ${session.agent_type_name}`}
      aside={<Status value={session.status} />}
    >
      <Act spec={endSession(session)} />
    </PageHead>
    {session.uncollected_seconds > 0 && (
      <Alert severity="warning" variant="outlined" sx={{ mb: 2 }}>
        {durationInWords(session.uncollected_seconds)} were proven too late: the cards no longer had
        them.
      </Alert>
    )}
    <Section title="In short">
      <Facts facts={factsOf(session)} />
    </Section>
    {session.rating !== null && (
      <Section title="Rating">
        <Facts
          facts={{
            Stars: <Stars rating={session.rating} />,
            Comment: session.rating_comment ?? '–',
            At: <Moment at={session.rated_at} />,
          }}
        />
      </Section>
    )}
    <SessionTimeline sessionId={session.id} />
    {Object.keys((session.agent_state ?? {}) as object).length > 0 && (
      <Section title="What the agent remembered">
        <JsonBox value={session.agent_state} label="State of the agent" />
      </Section>
    )}
    <Related<AuditRow>
      title="What admins did to it"
      resource="audit"
      page="audit"
      filter={{ subject_id: session.id }}
      sort={{ field: 'id', order: 'DESC' }}
      columns={AUDIT_COLUMNS}
      empty="No admin has touched it."
    />
  </>
);

const factsOf = (session: SessionRow): FactList => ({
  User: (
    <RecordLink page="users" id={session.user_id}>
      {session.user_email}
    </RecordLink>
  ),
  Agent: (
    <RecordLink page="agents" id={session.agent_type_id}>
      {session.agent_type_name}
    </RecordLink>
  ),
  Authorised: <Moment at={session.created_at} as="seconds" />,
  Started: <Moment at={session.started_at} as="seconds" none="not yet" />,
  Ended: <Moment at={session.ended_at} as="seconds" none="not yet" />,
  Talked: duration(session.used_seconds),
  Billed: duration(session.billed_seconds),
  Granted: duration(session.granted_seconds),
  Rate: rate(session.rate_permille),
  'At least':
    session.minimum_charge_seconds > 0 ? duration(session.minimum_charge_seconds) : undefined,
  'Asked to end':
    session.end_requested_at !== null ? (
      <>
        <Moment at={session.end_requested_at} /> {session.end_requested_by_email ?? 'by the system'}
      </>
    ) : undefined,
  'Ended because':
    session.end_reason !== null ? session.end_reason.replaceAll('_', ' ') : undefined,
  'Settled by': session.settled_by !== null ? session.settled_by : undefined,
  Proof: session.end_proof !== null ? session.end_proof.replaceAll('_', ' ') : undefined,
  Beats: session.heartbeat_seq,
  Worker: session.worker_id ?? '–',
  Room: <CopyText text={session.room_name} label="room" />,
  Id: <CopyText text={session.id} label="session id" />,
});

export default SessionPage;
