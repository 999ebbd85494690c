import Box from '@mui/material/Box';
import { words } from '../../core/format.ts';
import type { CardRow } from '../../core/rows.ts';
import type { Column } from '../../parts/DataTable.tsx';
import { Duration } from '../../parts/Duration.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { RecordLink } from '../../parts/RecordLink.tsx';
import { Status } from '../../parts/Status.tsx';

const card: Column<CardRow> = {
  label: 'Card',
  cell: ({ id }) => <RecordLink page="cards" id={id} />,
};
const owner: Column<CardRow> = {
  label: 'Owner',
  cell: ({ owner_id, owner_email, purchaser_email }) =>
    owner_id === null ? (
      <Box
        component="span"
        sx={{ display: 'inline-block', minWidth: 96, overflowWrap: 'anywhere' }}
      >
        {purchaser_email === null ? 'nobody yet' : `gift of ${purchaser_email}`}
      </Box>
    ) : (
      <RecordLink page="users" id={owner_id}>
        {owner_email}
      </RecordLink>
    ),
};
const rest: readonly Column<CardRow>[] = [
  { label: 'Status', cell: ({ status }) => <Status value={status} /> },
  {
    label: 'From',
    from: 'sm',
    cell: ({ source, package_name }) =>
      package_name ? `${words(source)}, ${package_name}` : words(source),
  },
  {
    label: 'Left',
    align: 'right',
    cell: ({ remaining_seconds }) => <Duration seconds={remaining_seconds} />,
  },
  {
    label: 'Of',
    align: 'right',
    sortBy: 'total_seconds',
    from: 'sm',
    cell: ({ total_seconds }) => <Duration seconds={total_seconds} />,
  },
  {
    label: 'Code',
    from: 'lg',
    cell: ({ code_hint }) => (
      <span style={{ whiteSpace: 'nowrap' }}>{code_hint === null ? '–' : `…${code_hint}`}</span>
    ),
  },
  {
    label: 'Expires',
    sortBy: 'expires_at',
    from: 'md',
    cell: ({ expires_at }) => <Moment at={expires_at} as="day" none="never" />,
  },
  {
    label: 'Made',
    sortBy: 'created_at',
    from: 'lg',
    cell: ({ created_at }) => <Moment at={created_at} as="day" />,
  },
];

export const CARD_COLUMNS: readonly Column<CardRow>[] = [card, owner, ...rest];
/** On the page of their owner. */
export const OWN_CARD_COLUMNS: readonly Column<CardRow>[] = [card, ...rest];
