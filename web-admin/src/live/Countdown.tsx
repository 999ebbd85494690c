import Box from '@mui/material/Box';
import { duration } from '../core/format.ts';
import { useNow } from './use-tick.ts';

const pad = (value: number): string => String(value).padStart(2, '0');

/** `3675` → `1:01:15`, so that the digits stand still while they count. */
const clock = (seconds: number): string => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const tail = `${pad(minutes)}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
};

/** What it shows: seconds that stand still, or those since or until a moment of the monotonic clock (milliseconds). */
type Counted = { still: number } | { since: number } | { until: number };

const secondsAt = (counted: Counted, now: number): number => {
  if ('still' in counted) return counted.still;
  const ms = 'since' in counted ? now - counted.since : counted.until - now;
  // Of a second that has begun, what has passed counts when it is over, and what is left until it is.
  return Math.max(0, 'since' in counted ? Math.floor(ms / 1000) : Math.ceil(ms / 1000));
};

/** Seconds that run up or down by themselves. */
export const Countdown = ({
  counted,
  label,
  color = 'inherit',
}: {
  counted: Counted;
  label: string;
  color?: string;
}) => {
  const shown = secondsAt(counted, useNow());
  return (
    <Box
      component="span"
      role="timer"
      aria-label={label}
      data-seconds={shown}
      title={duration(shown)}
      sx={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap', fontWeight: 600, color }}
    >
      {clock(shown)}
    </Box>
  );
};
