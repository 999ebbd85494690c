import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useState } from 'react';
import { daysSearch, presetSearch } from './period.ts';
import type { Period, Preset } from './period.ts';

const LABELS: readonly (readonly [Preset, string])[] = [
  ['today', 'Today'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
];

/** Chooses the period; it is part of the address, so a link shows the same days. */
export const PeriodPicker = ({
  period,
  onSearch,
}: {
  period: Period & { preset: Preset | undefined };
  onSearch: (search: string) => void;
}) => {
  const days = daysSearch(period);
  // Any other period, also by the way back or a link, closes the fields.
  const [openedAt, setOpenedAt] = useState<string>();
  const isCustom = openedAt === days || period.preset === undefined;
  const choose = (choice: Preset | 'custom' | null) => {
    setOpenedAt(choice === 'custom' ? days : undefined);
    if (choice !== null && choice !== 'custom') onSearch(presetSearch(choice));
  };
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
      <ToggleButtonGroup
        exclusive
        size="small"
        color="primary"
        aria-label="Period"
        value={isCustom ? 'custom' : period.preset}
        onChange={(_, choice: Preset | 'custom' | null) => choose(choice)}
        sx={{
          '& .MuiToggleButton-root': { py: 0.5, px: { xs: 1.1, sm: 1.5 }, textTransform: 'none' },
        }}
      >
        {LABELS.map(([preset, label]) => (
          <ToggleButton key={preset} value={preset}>
            {label}
          </ToggleButton>
        ))}
        <ToggleButton value="custom">Custom</ToggleButton>
      </ToggleButtonGroup>
      {isCustom && <DaysForm period={period} onChoose={(chosen) => onSearch(daysSearch(chosen))} />}
    </Box>
  );
};

const DaysForm = ({ period, onChoose }: { period: Period; onChoose: (days: Period) => void }) => {
  const shown = daysSearch(period);
  const [typed, setTyped] = useState<Period & { beside: string }>();
  // Other days in the address are other days in the fields.
  const { from, to } = typed?.beside === shown ? typed : period;
  const type = (days: Partial<Period>) => setTyped({ from, to, ...days, beside: shown });
  return (
    <Box
      component="form"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        onChoose({ from, to });
      }}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}
    >
      <DayField label="From" value={from} onChange={(day) => type({ from: day })} />
      <DayField label="To" value={to} onChange={(day) => type({ to: day })} />
      <Button type="submit" variant="outlined">
        Show
      </Button>
    </Box>
  );
};

const DayField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (day: string) => void;
}) => (
  <TextField
    type="date"
    label={label}
    required
    value={value}
    onChange={(event) => onChange(event.target.value)}
    sx={{ width: 150 }}
    slotProps={{ inputLabel: { shrink: true, required: false } }}
  />
);
