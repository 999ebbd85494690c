import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useGetOne } from 'ra-core';
import { Act } from '../../acts/Act.tsx';
import { changeSetting, SETTINGS, settingText } from '../../acts/settings.tsx';
import type { Setting } from '../../acts/settings.tsx';
import type { AuditRow, SettingsRow } from '../../core/rows.ts';
import { ErrorNote } from '../../parts/ErrorNote.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { AUDIT_COLUMNS } from './audit-columns.tsx';

const SettingsPage = () => {
  const { data, error, refetch } = useGetOne('settings', { id: 'true' }, { retry: false });
  // Whoever is signed out gets an empty object (see use-rows.ts).
  const settings = data?.id === undefined ? undefined : (data as unknown as SettingsRow);
  return (
    <>
      <PageHead title="Settings" />
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!error && settings === undefined && <Skeleton variant="rounded" height={320} />}
      {settings &&
        SETTINGS.map((group) => (
          <Section key={group.title} title={group.title}>
            {group.settings.map((setting) => (
              <Knob key={setting.name} setting={setting} settings={settings} />
            ))}
          </Section>
        ))}
      <Related<AuditRow>
        title="Who changed what"
        resource="audit"
        page="audit"
        filter={{ subject_table: 'settings' }}
        sort={{ field: 'id', order: 'DESC' }}
        columns={AUDIT_COLUMNS}
        empty="Everything is as the first start left it."
      />
    </>
  );
};

const Knob = ({ setting, settings }: { setting: Setting; settings: SettingsRow }) => (
  <Box
    sx={{
      display: 'flex',
      alignItems: 'center',
      gap: 2,
      px: 2,
      py: 0.75,
      borderTop: 1,
      borderColor: 'divider',
    }}
  >
    <Box sx={{ flexGrow: 1, minWidth: 0 }}>
      <Typography sx={{ fontWeight: 550 }}>{setting.label}</Typography>
      <Typography variant="body2" color="textSecondary">
        {setting.meaning}
      </Typography>
    </Box>
    <Typography sx={{ fontVariantNumeric: 'tabular-nums', textAlign: 'right' }}>
      {settingText(setting, settings[setting.name])}
    </Typography>
    <Act spec={changeSetting(setting, settings)} />
  </Box>
);

export default SettingsPage;
