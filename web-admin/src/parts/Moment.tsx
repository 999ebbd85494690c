import { day, moment, momentWithSeconds, utc } from '../core/format.ts';

const FORMATS = { day, moment, seconds: momentWithSeconds } as const;

/** A time in the viewer's zone, with UTC on hover; a dash for none. */
export const Moment = ({
  at,
  as = 'moment',
  none = '–',
}: {
  at: string | null;
  as?: keyof typeof FORMATS;
  none?: string;
}) =>
  at === null ? (
    <>{none}</>
  ) : (
    <time dateTime={at} title={utc(at)} style={{ whiteSpace: 'nowrap' }}>
      {FORMATS[as](at)}
    </time>
  );
