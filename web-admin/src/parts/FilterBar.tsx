import ClearIcon from '@mui/icons-material/Clear';
import SearchIcon from '@mui/icons-material/Search';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useListContext } from 'ra-core';
import { useEffect, useState } from 'react';
import { words } from '../core/format.ts';

export type FilterField =
  | {
      kind: 'choice';
      /** Column, with an operator of PostgREST after `@`. */
      source: string;
      label: string;
      choices: readonly (string | readonly [value: string, label: string])[];
    }
  | { kind: 'days'; source: string; label: string };

type Filters = Readonly<Record<string, unknown>>;

const TYPING_PAUSE_MS = 400;

/** A day of the viewer as the moment that it begins; `plus` days later. */
const startOf = (isoDay: string, plus: number): string => {
  const at = new Date(`${isoDay}T00:00:00`);
  at.setDate(at.getDate() + plus);
  return at.toISOString();
};

/** The day of the viewer that a moment lies in, for a date field. */
const isoDayOf = (moment: unknown, minus: number): string => {
  if (typeof moment !== 'string') return '';
  const at = new Date(moment);
  at.setDate(at.getDate() - minus);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
};

/** Search and filters of a list. They are part of the address, so a link shows the same rows. */
export const FilterBar = ({
  searchHint,
  fields,
}: {
  searchHint: string | undefined;
  fields: readonly FilterField[];
}) => {
  const { filterValues, setFilters } = useListContext();
  const filters: Filters = filterValues;
  const set = (key: string, value: unknown) => {
    const { [key]: _, ...rest } = filters;
    setFilters(value === undefined || value === '' ? rest : { ...rest, [key]: value });
  };
  return (
    <Box
      role="search"
      // A label stands on the edge of its field: a row below another needs room for it.
      sx={{ display: 'flex', flexWrap: 'wrap', gap: '12px 8px', p: 1.5, alignItems: 'center' }}
    >
      {searchHint !== undefined && (
        <SearchField
          hint={searchHint}
          value={String(filters['q'] ?? '')}
          onSearch={(text) => set('q', text)}
        />
      )}
      {fields.map((field) =>
        field.kind === 'choice' ? (
          <ChoiceField
            key={field.source}
            field={field}
            value={String(filters[field.source] ?? '')}
            onChoose={(value) => set(field.source, value)}
          />
        ) : (
          <DaysField key={field.source} field={field} filters={filters} set={set} />
        ),
      )}
      {Object.keys(filters).length > 0 && (
        <Button startIcon={<ClearIcon />} onClick={() => setFilters({})}>
          Clear
        </Button>
      )}
    </Box>
  );
};

const SearchField = ({
  hint,
  value,
  onSearch,
}: {
  hint: string;
  value: string;
  onSearch: (text: string) => void;
}) => {
  const [typed, setTyped] = useState(value);
  // Another address (back, a link, Clear) brings another search.
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onSearch(typed), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      type="search"
      label="Search"
      placeholder={hint}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSearch(typed);
      }}
      sx={{ flexGrow: 1, minWidth: 220, maxWidth: 460 }}
      slotProps={{
        inputLabel: { shrink: true },
        htmlInput: { maxLength: 200 },
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon fontSize="small" />
            </InputAdornment>
          ),
        },
      }}
    />
  );
};

const ChoiceField = ({
  field,
  value,
  onChoose,
}: {
  field: Extract<FilterField, { kind: 'choice' }>;
  value: string;
  onChoose: (value: string) => void;
}) => (
  <TextField
    select
    label={field.label}
    value={value}
    onChange={(event) => onChoose(event.target.value)}
    sx={{ minWidth: 130 }}
    slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
  >
    <MenuItem value="">Any</MenuItem>
    {field.choices.map((choice) => {
      const [id, label] = typeof choice === 'string' ? [choice, words(choice)] : choice;
      return (
        <MenuItem key={id} value={id}>
          {label}
        </MenuItem>
      );
    })}
  </TextField>
);

const DaysField = ({
  field,
  filters,
  set,
}: {
  field: Extract<FilterField, { kind: 'days' }>;
  filters: Filters;
  set: (key: string, value: unknown) => void;
}) => (
  <>
    <TextField
      type="date"
      label={`${field.label} from`}
      value={isoDayOf(filters[`${field.source}@gte`], 0)}
      onChange={({ target }) =>
        set(`${field.source}@gte`, target.value && startOf(target.value, 0))
      }
      slotProps={{ inputLabel: { shrink: true } }}
    />
    <TextField
      type="date"
      label="to"
      value={isoDayOf(filters[`${field.source}@lt`], 1)}
      onChange={({ target }) => set(`${field.source}@lt`, target.value && startOf(target.value, 1))}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  </>
);
