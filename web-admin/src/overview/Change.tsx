import Box from '@mui/material/Box';
import { difference, growth, points } from './words.ts';

/** How a change is told: the growth of an amount, the difference of two shares or of two averages. */
const TOLD = { growth, points, difference } as const;

interface Props {
  /** Null where one of the two periods has no figure. */
  value: number | null | undefined;
  as: keyof typeof TOLD;
  /** Which way is good for the business; without it neither is. */
  good?: 'up' | 'down';
}

const ARROWS = { up: '▲', down: '▼' } as const;

/** Undefined for what is nothing once it is rounded. */
const wayOf = (value: number, told: string): 'up' | 'down' | undefined => {
  if (!/[1-9]/.test(told)) return undefined;
  return value > 0 ? 'up' : 'down';
};

const colorOf = (way: 'up' | 'down' | undefined, good: 'up' | 'down' | undefined): string => {
  if (way === undefined || good === undefined) return 'text.secondary';
  return way === good ? 'success.main' : 'error.main';
};

/** A change against the period before: an arrow, a sign and a number; the colour only helps. */
export const Change = ({ value, as, good }: Props) => {
  if (value === null || value === undefined) return null;
  const told = TOLD[as](value);
  const way = wayOf(value, told);
  return (
    <Box component="span" sx={{ color: colorOf(way, good), fontWeight: 650, whiteSpace: 'nowrap' }}>
      {way && (
        <Box component="span" aria-hidden sx={{ fontSize: '0.7em', mr: 0.5 }}>
          {ARROWS[way]}
        </Box>
      )}
      {way ? told : 'no change'}
    </Box>
  );
};
