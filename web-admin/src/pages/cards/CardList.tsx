import type { CardRow } from '../../core/rows.ts';
import { ListPage } from '../../parts/ListPage.tsx';
import { CARD_COLUMNS } from './card-columns.tsx';

const CardList = () => (
  <ListPage<CardRow>
    page="cards"
    title="Time cards"
    columns={CARD_COLUMNS}
    searchHint="E-mail, name, code or its last four characters, card id"
    filters={[
      {
        kind: 'choice',
        source: 'status',
        label: 'Status',
        choices: ['pending', 'active', 'used', 'expired', 'revoked', 'frozen'],
      },
      {
        kind: 'choice',
        source: 'source',
        label: 'From',
        choices: ['purchase', 'gift', 'grant', 'promo', 'trial'],
      },
      { kind: 'days', source: 'created_at', label: 'Made' },
    ]}
    sort={{ field: 'created_at', order: 'DESC' }}
    empty="No time was sold, granted or given away yet."
  />
);

export default CardList;
