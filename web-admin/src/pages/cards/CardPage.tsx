import Alert from '@mui/material/Alert';
import { Act } from '../../acts/Act.tsx';
import { extendCard, revokeCard } from '../../acts/cards.tsx';
import { durationInWords, money, plural, words } from '../../core/format.ts';
import type { AuditRow, CardRow } from '../../core/rows.ts';
import { CopyText } from '../../parts/CopyText.tsx';
import { Facts } from '../../parts/Facts.tsx';
import type { FactList } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';
import { Ledger } from './Ledger.tsx';
import { TimeBar } from './TimeBar.tsx';

const CardPage = () => (
  <RecordPage<CardRow> page="cards" listName="Time cards">
    {(card) => <Card card={card} />}
  </RecordPage>
);

const Card = ({ card }: { card: CardRow }) => (
  <>
    <PageHead
      title={`${words(card.source)} card of ${durationInWords(card.total_seconds)}`}
      aside={<Status value={card.status} />}
    >
      <Act spec={extendCard(card)} />
      <Act spec={revokeCard(card)} />
    </PageHead>
    {card.owed_seconds > 0 && (
      <Alert severity="warning" variant="outlined" sx={{ mb: 2 }}>
        {durationInWords(card.owed_seconds)} that were refunded are held by a call or were talked
        already: what does not come back cannot be taken back.
      </Alert>
    )}
    <Section title="Where its time is">
      <TimeBar card={card} />
      <Facts facts={factsOf(card)} />
    </Section>
    <Ledger cardId={card.id} />
    <Related<AuditRow>
      title="What admins did to it"
      resource="audit"
      page="audit"
      filter={{ subject_id: card.id }}
      sort={{ field: 'id', order: 'DESC' }}
      columns={AUDIT_COLUMNS}
      empty="No admin has touched it."
    />
  </>
);

const factsOf = (card: CardRow): FactList => ({
  Owner:
    card.owner_id === null ? (
      'nobody yet'
    ) : (
      <RecordLink page="users" id={card.owner_id}>
        {card.owner_email}
      </RecordLink>
    ),
  'Paid by':
    card.purchaser_id !== null && card.purchaser_id !== card.owner_id ? (
      <RecordLink page="users" id={card.purchaser_id}>
        {card.purchaser_email}
      </RecordLink>
    ) : undefined,
  Expires: <Moment at={card.expires_at} none="never" />,
  Activated: <Moment at={card.activated_at} none="not yet" />,
  Made: <Moment at={card.created_at} />,
  Package:
    card.package_id !== null ? (
      <RecordLink page="packages" id={card.package_id}>
        {card.package_name}
      </RecordLink>
    ) : undefined,
  Price: card.price_cents === 0 ? 'free' : money(card.price_cents, card.currency),
  Payment:
    card.payment_id !== null ? (
      <RecordLink page="payments" id={card.payment_id}>
        {words(card.payment_status ?? 'payment')}
      </RecordLink>
    ) : undefined,
  'Batch of codes':
    card.batch_id !== null ? <RecordLink page="batches" id={card.batch_id} /> : undefined,
  'Code ends with': card.code_hint !== null ? card.code_hint : undefined,
  'Lasts, once active': card.validity_days !== null ? plural(card.validity_days, 'day') : undefined,
  'Burned at priority': card.priority,
  Id: <CopyText text={card.id} label="card id" />,
});

export default CardPage;
