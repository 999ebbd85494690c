import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import { LinkBase } from 'ra-core';
import { count } from '../core/format.ts';
import { paths } from '../core/routes.ts';
import type { Figures, Kpis } from './kpis.ts';
import { amounts, roughly } from './words.ts';

const net = ({ revenue }: Figures): string =>
  amounts(revenue.map(({ currency, net_cents }) => ({ currency, cents: net_cents })));

/** What is going on now, and what the day has brought so far beside all of yesterday. */
export const NowStrip = ({ kpis: { now, today, yesterday } }: { kpis: Kpis }) => (
  <Paper
    component="section"
    variant="outlined"
    aria-label="Now and today"
    sx={{
      mb: 2,
      display: 'grid',
      gridTemplateColumns: { xs: '1fr 1fr', sm: 'repeat(3, 1fr)', lg: 'repeat(5, 1fr)' },
      gap: '1px',
      overflow: 'hidden',
      bgcolor: 'divider',
      '& > *': { bgcolor: 'background.paper', px: 2, py: 1.5, minWidth: 0 },
      // Five of them: the last fills its row.
      '& > :last-child': { gridColumn: { xs: 'span 2', lg: 'auto' } },
    }}
  >
    <Item
      name="Active sessions now"
      value={
        <Link component={LinkBase} to={paths.live} color="inherit" underline="hover">
          {now.active_sessions > 0 && <Pulse />}
          {count(now.active_sessions)}
        </Link>
      }
      note={
        now.waiting_sessions > 0 ? `${count(now.waiting_sessions)} more waiting` : 'none waiting'
      }
    />
    <Item name="Revenue today" value={net(today)} note={`yesterday ${net(yesterday)}`} />
    <Item
      name="New users today"
      value={count(today.sign_ups)}
      note={`yesterday ${count(yesterday.sign_ups)}`}
    />
    <Item
      name="Sessions today"
      value={count(today.sessions.completed)}
      note={`yesterday ${count(yesterday.sessions.completed)}`}
    />
    <Item
      name="Talked today"
      value={roughly(today.margin.served_seconds)}
      note={`yesterday ${roughly(yesterday.margin.served_seconds)}`}
    />
  </Paper>
);

const Item = ({ name, value, note }: { name: string; value: React.ReactNode; note: string }) => (
  <Box>
    <Box sx={{ color: 'text.secondary', fontSize: '0.78rem' }}>{name}</Box>
    <Box
      sx={{
        fontSize: '1.25rem',
        fontWeight: 650,
        letterSpacing: '-0.01em',
        fontVariantNumeric: 'tabular-nums',
      }}
    >
      {value}
    </Box>
    <Box sx={{ color: 'text.secondary', fontSize: '0.75rem', fontVariantNumeric: 'tabular-nums' }}>
      {note}
    </Box>
  </Box>
);

/** A dot that says: this is live. */
const Pulse = () => (
  <Box
    component="span"
    aria-hidden
    sx={{
      display: 'inline-block',
      width: 9,
      height: 9,
      mr: 1,
      borderRadius: '50%',
      bgcolor: 'success.main',
      verticalAlign: 'middle',
      '@media (prefers-reduced-motion: no-preference)': {
        animation: 'pulse 2s ease-in-out infinite',
      },
      '@keyframes pulse': { '50%': { opacity: 0.35 } },
    }}
  />
);
