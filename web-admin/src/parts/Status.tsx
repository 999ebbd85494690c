import Chip from '@mui/material/Chip';
import { words } from '../core/format.ts';

type Tone = 'success' | 'warning' | 'error' | 'info' | 'default';

/** What each word of a status means for the business. Anything else is neutral. */
const TONES: Readonly<Record<string, Tone>> = {
  active: 'success',
  succeeded: 'success',
  credited: 'success',
  completed: 'default',
  pending: 'info',
  frozen: 'warning',
  disputed: 'warning',
  partially_refunded: 'warning',
  flagged: 'warning',
  needs_response: 'warning',
  under_review: 'warning',
  failed: 'error',
  error: 'error',
  inactive: 'error',
  lost: 'error',
};

/** A status as a small label: its word always stands there, the colour only helps. */
export const Status = ({ value }: { value: string | null }) =>
  value === null ? (
    <>–</>
  ) : (
    <Chip
      label={words(value)}
      variant="outlined"
      color={TONES[value] ?? 'default'}
      sx={{ height: 22, fontSize: '0.75rem' }}
    />
  );
