import { duration, words } from '../../core/format.ts';
import type { AutoTopUpRow } from '../../core/rows.ts';
import { useRows } from '../../core/use-rows.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';

/** Whether somebody buys by themselves when their time runs low; nothing when they never set it up. */
export const AutoTopUp = ({ userId }: { userId: string }) => {
  const { rows } = useRows<AutoTopUpRow & { id: string }>('auto-top-ups', {
    filter: { user_id: userId },
    sort: { field: 'id', order: 'ASC' },
    perPage: 1,
  });
  const setting = rows?.[0];
  if (setting === undefined) return null;
  return (
    <Facts
      facts={{
        'Auto top-up': setting.is_enabled
          ? 'on'
          : `off: ${words(setting.disabled_reason ?? 'unknown')}`,
        Below: setting.threshold_seconds !== null ? duration(setting.threshold_seconds) : undefined,
        Buys: setting.package_id !== null ? setting.package_id : undefined,
        'Last tried': <Moment at={setting.last_attempt_at} none="never" />,
      }}
    />
  );
};
