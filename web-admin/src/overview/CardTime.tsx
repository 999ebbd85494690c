import { Duration } from '../parts/Duration.tsx';
import { Section } from '../parts/Section.tsx';
import type { Figures, Movement, TimeKind } from './kpis.ts';
import { PlainTable } from './PlainTable.tsx';
import type { PlainColumn } from './PlainTable.tsx';

const KINDS: readonly (readonly [TimeKind, string])[] = [
  ['paid', 'Paid: purchases and gifts'],
  ['promo', 'Promotions'],
  ['trial', 'Trials'],
  ['grant', 'Grants'],
];

interface KindRow {
  name: string;
  time: Movement;
}

const seconds = (label: string, measure: keyof Movement): PlainColumn<KindRow> => ({
  label,
  align: 'right',
  cell: ({ time }) => <Duration seconds={time[measure]} />,
});

const COLUMNS: readonly PlainColumn<KindRow>[] = [
  { label: 'Time', cell: ({ name }) => name },
  seconds('Issued', 'issued_seconds'),
  seconds('Used', 'used_seconds'),
  seconds('Expired', 'expired_seconds'),
  seconds('Taken back', 'revoked_seconds'),
];

/** What moved on cards, the time that was paid for apart from what was given away. */
export const CardTime = ({ figures }: { figures: Figures }) => (
  <Section title="Paid time and time given away">
    <PlainTable
      label="Card time of the period by where it came from"
      columns={COLUMNS}
      rows={KINDS.map(([kind, name]) => ({ name, time: figures.card_seconds[kind] }))}
      keyOf={({ name }) => name}
    />
  </Section>
);
