import Box from '@mui/material/Box';
import { duration } from '../../core/format.ts';
import type { CardRow } from '../../core/rows.ts';

const PARTS = [
  ['remaining_seconds', 'left', 'success.main'],
  ['held_seconds', 'held', 'info.main'],
  ['used_seconds', 'used', 'text.secondary'],
  ['expired_seconds', 'expired', 'warning.main'],
  ['revoked_seconds', 'revoked', 'error.main'],
] as const;

/** Where every second of a card is: a bar, and the same in words under it. */
export const TimeBar = ({ card }: { card: CardRow }) => {
  const parts = PARTS.filter(([column]) => card[column] > 0);
  return (
    <Box sx={{ px: 2, pb: 2 }}>
      <Box
        aria-hidden
        sx={{
          display: 'flex',
          height: 10,
          borderRadius: 5,
          overflow: 'hidden',
          bgcolor: 'divider',
          gap: '2px',
        }}
      >
        {parts.map(([column, , color]) => (
          <Box key={column} sx={{ flexGrow: card[column], flexBasis: 0, bgcolor: color }} />
        ))}
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: '4px 16px', mt: 1 }}>
        {parts.map(([column, word, color]) => (
          <Box key={column} sx={{ display: 'flex', alignItems: 'center', gap: 0.75 }}>
            <Box aria-hidden sx={{ width: 8, height: 8, borderRadius: '50%', bgcolor: color }} />
            {duration(card[column])} {word}
          </Box>
        ))}
        <Box sx={{ color: 'text.secondary' }}>of {duration(card.total_seconds)}</Box>
      </Box>
    </Box>
  );
};
