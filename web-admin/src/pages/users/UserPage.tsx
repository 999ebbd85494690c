import { Act } from '../../acts/Act.tsx';
import { grantTime } from '../../acts/cards.tsx';
import { setRole, setUserActive } from '../../acts/people.tsx';
import { duration } from '../../core/format.ts';
import type {
  AuditRow,
  CardRow,
  NoticeRow,
  PaymentRow,
  SessionRow,
  UserRow,
} from '../../core/rows.ts';
import { words } from '../../core/format.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';
import { OWN_CARD_COLUMNS } from '../cards/card-columns.tsx';
import { OWN_PAYMENT_COLUMNS } from '../payments/payment-columns.tsx';
import { OWN_SESSION_COLUMNS } from '../sessions/session-columns.tsx';
import { AutoTopUp } from './AutoTopUp.tsx';

const NOTICE_COLUMNS: readonly Column<NoticeRow>[] = [
  { label: 'Notice', cell: ({ kind }) => words(kind) },
  { label: 'Sent', cell: ({ created_at }) => <Moment at={created_at} /> },
  { label: 'Read', cell: ({ read_at }) => <Moment at={read_at} none="not yet" /> },
];

const UserPage = () => (
  <RecordPage<UserRow> page="users" listName="Users">
    {(user) => <User user={user} />}
  </RecordPage>
);

const User = ({ user }: { user: UserRow }) => (
  <>
    <PageHead
      title={user.email}
      aside={
        <>
          <Status value={user.is_active ? 'active' : 'inactive'} />
          {user.role !== null && <Status value={user.role} />}
        </>
      }
    >
      <Act spec={grantTime(user)} isMain />
      <Act spec={setUserActive(user)} />
      <Act spec={setRole(user)} />
    </PageHead>
    <Section title="In short">
      <Facts
        facts={{
          Name: user.full_name ?? '–',
          'Time left': duration(user.usable_seconds),
          'Signed up': <Moment at={user.created_at} />,
          'Last sign-in': <Moment at={user.last_login_at} none="never" />,
          'Stripe customer': <CopyText text={user.stripe_customer_id} label="Stripe customer" />,
          Id: <CopyText text={user.id} label="user id" />,
        }}
      />
      <AutoTopUp userId={user.id} />
    </Section>
    <Related<CardRow>
      title="Time cards"
      resource="cards"
      page="cards"
      filter={{ owner_id: user.id }}
      columns={OWN_CARD_COLUMNS}
      empty="They have no time card."
    />
    <Related<SessionRow>
      title="Sessions"
      resource="sessions"
      page="sessions"
      filter={{ user_id: user.id }}
      columns={OWN_SESSION_COLUMNS}
      empty="They have not talked yet."
    />
    <Related<PaymentRow>
      title="Payments"
      resource="payments"
      page="payments"
      filter={{ user_id: user.id }}
      columns={OWN_PAYMENT_COLUMNS}
      empty="They have not bought anything."
    />
    <Related<CardRow>
      title="Gifts to others"
      resource="cards"
      page="cards"
      filter={{ purchaser_id: user.id, source: 'gift' }}
      columns={OWN_CARD_COLUMNS}
      empty="They have given nothing away."
    />
    <Related<NoticeRow>
      title="Notices to them"
      resource="notices"
      filter={{ user_id: user.id }}
      columns={NOTICE_COLUMNS}
      empty="None."
    />
    <Related<AuditRow>
      title="What admins did to them, their cards, payments and sessions"
      resource="user-audit"
      filter={{ user_id: user.id }}
      sort={{ field: 'id', order: 'DESC' }}
      columns={AUDIT_COLUMNS}
      empty="No admin has done anything."
    />
  </>
);

export default UserPage;
