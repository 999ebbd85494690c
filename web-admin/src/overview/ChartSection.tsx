import TableChartIcon from '@mui/icons-material/TableChart';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useTheme } from '@mui/material/styles';
import { lazy, Suspense, useState } from 'react';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Section } from '../parts/Section.tsx';
import { CsvButton } from './CsvButton.tsx';
import type { ChartDay, Series } from './DaysChart.tsx';
import { CHART_COLORS } from './palette.ts';
import { PlainTable } from './PlainTable.tsx';
import type { PlainColumn } from './PlainTable.tsx';

/** The charting library is by far the largest part of the overview, so the figures do not wait for it. */
const DaysChart = lazy(() => import('./DaysChart.tsx'));

const HEIGHT = 232;

interface Props<R> {
  title: string;
  /** Of the CSV file. */
  name: string;
  series: readonly Series[];
  days: readonly ChartDay[];
  tick: (value: number) => string;
  full: (value: number) => string;
  table: { columns: readonly PlainColumn<R>[]; rows: readonly R[]; keyOf: (row: R) => string };
  csv: { columns: readonly string[]; rows: readonly object[] };
  /** Said instead of a chart of nothing. */
  empty: string;
}

/** A chart of days with the same figures as a table, and as a file. */
export const ChartSection = <R,>(props: Props<R>) => {
  const { title, name, series, days, tick, full, table, csv, empty } = props;
  const [isTable, setIsTable] = useState(false);
  const isEmpty = table.rows.length === 0;
  // A table may still tell what no bar shows.
  const isFlat = days.every(({ values }) => series.every(({ key }) => !values[key]));
  return (
    <Section
      title={title}
      actions={
        !isEmpty && (
          <>
            <Button
              startIcon={<TableChartIcon />}
              aria-pressed={isTable}
              aria-label={`${title} as a table`}
              variant={isTable ? 'contained' : 'text'}
              onClick={() => setIsTable(!isTable)}
            >
              Table
            </Button>
            <CsvButton name={name} columns={csv.columns} rows={csv.rows} />
          </>
        )
      }
    >
      {(isEmpty || (isFlat && !isTable)) && <EmptyState text={empty} />}
      {!isEmpty && isTable && <PlainTable label={title} maxHeight={HEIGHT + 34} {...table} />}
      {!isFlat && !isTable && (
        <Box
          role="img"
          aria-label={`${title}: a chart. The button “Table” shows its figures.`}
          // A chart has the width that it last measured, which may be that of a wider window.
          sx={{ pb: 1.5, overflow: 'hidden' }}
        >
          <Legend series={series} />
          <Suspense fallback={<Skeleton variant="rounded" height={HEIGHT} sx={{ mx: 2 }} />}>
            <DaysChart days={days} series={series} tick={tick} full={full} />
          </Suspense>
        </Box>
      )}
    </Section>
  );
};

const Legend = ({ series }: { series: readonly Series[] }) => {
  const { palette } = useTheme();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: '2px 16px', px: 2, pb: 0.5, minHeight: 22 }}>
      {series.map(({ key, label, tone }) => (
        <Box
          key={key}
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 0.75,
            fontSize: '0.78rem',
            color: 'text.secondary',
          }}
        >
          <Box
            sx={{
              width: 10,
              height: 10,
              borderRadius: '2px',
              bgcolor: CHART_COLORS[palette.mode][tone],
            }}
          />
          {label}
        </Box>
      ))}
    </Box>
  );
};
