import FormControlLabel from '@mui/material/FormControlLabel';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';

interface Common {
  label: string;
  problem?: string | undefined;
  hint?: string;
  isOptional?: boolean;
}

/** A line of text. */
export const TextInput = ({
  label,
  value,
  onChange,
  problem,
  hint,
  isOptional = false,
  rows,
  isFixed = false,
}: Common & {
  value: string;
  onChange: (value: string) => void;
  /** More than one: a field of so many lines. */
  rows?: number;
  isFixed?: boolean;
}) => (
  <TextField
    label={label}
    value={value}
    required={!isOptional}
    disabled={isFixed}
    onChange={(event) => onChange(event.target.value)}
    error={problem !== undefined}
    helperText={problem ?? hint}
    fullWidth
    {...(rows === undefined ? {} : { multiline: true, minRows: rows, maxRows: rows * 2 })}
  />
);

/** A whole number as it is typed; what it means is the form's. */
export const NumberInput = ({
  label,
  value,
  onChange,
  problem,
  hint,
  isOptional = false,
  min = 0,
}: Common & { value: string; onChange: (value: string) => void; min?: number }) => (
  <TextField
    label={label}
    type="number"
    value={value}
    required={!isOptional}
    onChange={(event) => onChange(event.target.value)}
    error={problem !== undefined}
    helperText={problem ?? hint}
    fullWidth
    slotProps={{ htmlInput: { min, step: 1 } }}
  />
);

/** A day of the viewer, or none. */
export const DayInput = ({
  label,
  value,
  onChange,
  problem,
  hint,
  isOptional = false,
}: Common & { value: string; onChange: (value: string) => void }) => (
  <TextField
    label={label}
    type="date"
    value={value}
    required={!isOptional}
    onChange={(event) => onChange(event.target.value)}
    error={problem !== undefined}
    helperText={problem ?? hint}
    fullWidth
    slotProps={{ inputLabel: { shrink: true } }}
  />
);

export const ChoiceInput = ({
  label,
  value,
  onChange,
  problem,
  hint,
  choices,
}: Common & {
  value: string;
  onChange: (value: string) => void;
  choices: readonly (readonly [value: string, label: string])[];
}) => (
  <TextField
    select
    label={label}
    value={value}
    required
    onChange={(event) => onChange(event.target.value)}
    error={problem !== undefined}
    helperText={problem ?? hint}
    fullWidth
  >
    {choices.map(([id, text]) => (
      <MenuItem key={id} value={id}>
        {text}
      </MenuItem>
    ))}
  </TextField>
);

export const SwitchInput = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) => (
  <FormControlLabel
    label={label}
    control={<Switch checked={value} onChange={(_, isOn) => onChange(isOn)} />}
  />
);

/** What stands in a number field; undefined when it is empty or no whole number. */
export const wholeNumber = (typed: string): number | undefined =>
  /^-?\d+$/.test(typed.trim()) ? Number(typed) : undefined;

/** The last moment of a day of the viewer. */
export const endOfDay = (isoDay: string): string => {
  const end = new Date(`${isoDay}T00:00:00`);
  end.setDate(end.getDate() + 1);
  end.setMilliseconds(end.getMilliseconds() - 1);
  return end.toISOString();
};
