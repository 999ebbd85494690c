import { duration } from '../core/format.ts';
import type { SettingsRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { callAct } from './call.ts';
import { NumberInput, wholeNumber } from './fields.tsx';

export type SettingName = Exclude<keyof SettingsRow, 'id' | 'updated_at'>;

export interface Setting {
  name: SettingName;
  label: string;
  meaning: string;
  unit: 'seconds' | 'days' | 'count';
  /** What an empty field means; without it the field must be filled in. */
  none?: string;
}

/** The knobs of the business, in groups. */
export const SETTINGS: readonly { title: string; settings: readonly Setting[] }[] = [
  {
    title: 'Calls',
    settings: [
      { name: 'max_sessions', label: 'Calls at once', meaning: 'Over all users.', unit: 'count' },
      {
        name: 'max_sessions_per_user',
        label: 'Calls at once per user',
        meaning: 'One person’s own.',
        unit: 'count',
      },
      {
        name: 'max_session_seconds',
        label: 'Longest call',
        meaning: 'How long one call may last.',
        unit: 'seconds',
        none: 'as long as there is time',
      },
      {
        name: 'session_timeout_seconds',
        label: 'Silence of the user',
        meaning: 'Then they are asked, and the call ends.',
        unit: 'seconds',
      },
      {
        name: 'join_timeout_seconds',
        label: 'Time to join',
        meaning: 'Then an authorised session is released.',
        unit: 'seconds',
      },
    ],
  },
  {
    title: 'Charging',
    settings: [
      {
        name: 'hold_slice_seconds',
        label: 'Slice that is held',
        meaning: 'How much card time is set aside at once.',
        unit: 'seconds',
      },
      {
        name: 'heartbeat_interval_seconds',
        label: 'Between two beats',
        meaning: 'How often the agent reports.',
        unit: 'seconds',
      },
      {
        name: 'heartbeat_timeout_seconds',
        label: 'Silence of the agent',
        meaning: 'Then the sweep settles on the last proof.',
        unit: 'seconds',
      },
      {
        name: 'low_balance_seconds',
        label: 'Low balance',
        meaning: 'Below this the customer is warned.',
        unit: 'seconds',
      },
      {
        name: 'last_minute_seconds',
        label: 'Last warning',
        meaning: 'So long before the end.',
        unit: 'seconds',
      },
    ],
  },
  {
    title: 'Customers',
    settings: [
      {
        name: 'trial_seconds',
        label: 'Free trial',
        meaning: 'What a new account gets; 0: nothing.',
        unit: 'seconds',
      },
      {
        name: 'code_attempts_per_hour',
        label: 'Wrong codes per hour',
        meaning: 'How many a user may try.',
        unit: 'count',
      },
      {
        name: 'transcript_retention_days',
        label: 'Transcripts are kept',
        meaning: 'Then they are forgotten.',
        unit: 'days',
      },
      {
        name: 'webhook_retry_attempts',
        label: 'Attempts',
        meaning: 'Of our own outgoing and replayed events.',
        unit: 'count',
      },
    ],
  },
];

/** A value of a setting in words. */
export const settingText = ({ unit, none = '–' }: Setting, value: number | null): string => {
  if (value === null) return none;
  if (unit === 'seconds') return duration(value);
  return unit === 'days' ? `${value} days` : String(value);
};

export const changeSetting = (
  setting: Setting,
  settings: SettingsRow,
): ActSpec<Record<string, string>, SettingsRow> => {
  const { name, label, meaning, unit, none } = setting;
  const now = settings[name];
  const valueOf = (typed: string | undefined): number | null | undefined => {
    if ((typed ?? '').trim() === '') return none === undefined ? undefined : null;
    return wholeNumber(typed ?? '');
  };
  return {
    button: 'Change',
    buttonLabel: `Change ${label}`,
    title: label,
    initial: { [name]: String(now ?? '') },
    fields: ({ values, set, problem }) => (
      <NumberInput
        label={unit === 'count' ? label : `${label} in ${unit}`}
        value={values[name] ?? ''}
        onChange={(typed) => set({ [name]: typed })}
        problem={problem(name)}
        hint={`${meaning}${none === undefined ? '' : ` Empty: ${none}.`}`}
        isOptional={none !== undefined}
      />
    ),
    consequence: (values) => {
      const value = valueOf(values[name]);
      return value === undefined || value === now ? undefined : (
        <>
          <strong>{label}</strong> goes from {settingText(setting, now)} to{' '}
          <strong>{settingText(setting, value)}</strong>, for everybody and at once.
        </>
      );
    },
    confirm: 'Change the setting',
    run: (values, reason) =>
      callAct('admin_update_settings', {
        changes: { [name]: valueOf(values[name]) ?? null },
        reason,
      }),
    answer: (after) => `${label}: ${settingText(setting, after[name])}.`,
    audit: { action: 'admin_update_settings', table: 'settings', subject: () => undefined },
  };
};
