import { count, duration } from '../core/format.ts';

/** A span of time as people say it, with the exact seconds on hover. */
export const Duration = ({ seconds }: { seconds: number }) => (
  <span title={`${count(seconds)} seconds`} style={{ whiteSpace: 'nowrap' }}>
    {duration(seconds)}
  </span>
);
