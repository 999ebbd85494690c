import Box from '@mui/material/Box';
import { Moment } from './Moment.tsx';

export interface TimelineItem {
  id: string | number;
  at: string;
  title: React.ReactNode;
  text?: React.ReactNode;
  tone?: 'success' | 'warning' | 'error' | 'info';
  aside?: React.ReactNode;
}

/** What happened, one thing under the other, each with its time. */
export const Timeline = ({ items, label }: { items: readonly TimelineItem[]; label: string }) => (
  <Box
    component="ol"
    aria-label={label}
    // Among words a link must not be told by its colour alone.
    sx={{ listStyle: 'none', m: 0, px: 2, pb: 1, '& a': { textDecoration: 'underline' } }}
  >
    {items.map((item) => (
      <Box
        component="li"
        key={item.id}
        sx={{
          position: 'relative',
          display: 'grid',
          gridTemplateColumns: { xs: '1fr', sm: '185px 1fr auto' },
          gap: { xs: 0, sm: 2 },
          pl: 2.5,
          pb: 1.25,
          '&::before': {
            content: '""',
            position: 'absolute',
            left: 3,
            top: 6,
            width: 9,
            height: 9,
            borderRadius: '50%',
            bgcolor: item.tone ? `${item.tone}.main` : 'text.secondary',
          },
          '&:not(:last-child)::after': {
            content: '""',
            position: 'absolute',
            left: 7,
            top: 19,
            bottom: -2,
            width: '1px',
            bgcolor: 'divider',
          },
        }}
      >
        <Box sx={{ color: 'text.secondary', fontVariantNumeric: 'tabular-nums' }}>
          <Moment at={item.at} as="seconds" />
        </Box>
        <Box sx={{ minWidth: 0 }}>
          <Box component="span" sx={{ fontWeight: 550 }}>
            {item.title}
          </Box>
          {item.text !== undefined && (
            <Box component="span" sx={{ color: 'text.secondary', ml: 1, overflowWrap: 'anywhere' }}>
              {item.text}
            </Box>
          )}
        </Box>
        <Box sx={{ color: 'text.secondary', textAlign: { sm: 'right' }, whiteSpace: 'nowrap' }}>
          {item.aside}
        </Box>
      </Box>
    ))}
  </Box>
);
