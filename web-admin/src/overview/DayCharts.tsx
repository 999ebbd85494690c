import Box from '@mui/material/Box';
import { count, money } from '../core/format.ts';
import { Duration } from '../parts/Duration.tsx';
import { ChartSection } from './ChartSection.tsx';
import type { Series } from './DaysChart.tsx';
import type { Day, Revenue } from './kpis.ts';
import type { PlainColumn } from './PlainTable.tsx';
import { businessDay, roughly } from './words.ts';

/** Revenue, used time and sign-ups day by day, and what else stands among them. */
export const DayCharts = ({
  days,
  children,
}: {
  days: readonly Day[];
  children: React.ReactNode;
}) => {
  const currencies = [
    ...new Set(days.flatMap(({ revenue }) => revenue.map(({ currency }) => currency))),
  ].toSorted();
  return (
    <Box
      sx={{
        display: 'grid',
        columnGap: 2,
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1fr) minmax(0, 1fr)' },
        '& > :last-child:nth-of-type(odd)': { gridColumn: { lg: 'span 2' } },
      }}
    >
      {(currencies.length > 0 ? currencies : ['usd']).map((currency) => (
        <RevenueChart
          key={currency}
          days={days}
          currency={currency}
          isOnly={currencies.length < 2}
        />
      ))}
      <UsedTimeChart days={days} />
      <SignUpChart days={days} />
      {children}
    </Box>
  );
};

interface MoneyDay extends Revenue {
  day: string;
}

const MONEY_MEASURES = ['paid_cents', 'refunded_cents', 'charged_back_cents', 'net_cents'] as const;

const MONEY_SERIES: readonly (Series & { key: keyof Revenue })[] = [
  { key: 'paid_cents', label: 'Paid', tone: 'blue' },
  { key: 'refunded_cents', label: 'Refunded', tone: 'orange' },
  { key: 'charged_back_cents', label: 'Charged back', tone: 'purple' },
];

const moneyColumn = (
  label: string,
  measure: (typeof MONEY_MEASURES)[number],
): PlainColumn<MoneyDay> => ({
  label,
  align: 'right',
  cell: (row) => money(row[measure], row.currency),
});

const MONEY_COLUMNS: readonly PlainColumn<MoneyDay>[] = [
  { label: 'Day', cell: ({ day }) => businessDay(day) },
  moneyColumn('Paid', 'paid_cents'),
  moneyColumn('Refunded', 'refunded_cents'),
  moneyColumn('Charged back', 'charged_back_cents'),
  moneyColumn('Net', 'net_cents'),
];

const RevenueChart = ({
  days,
  currency,
  isOnly,
}: {
  days: readonly Day[];
  currency: string;
  isOnly: boolean;
}) => {
  const rows = days.flatMap(({ day, revenue }): MoneyDay[] =>
    revenue.filter((row) => row.currency === currency).map((row) => ({ day, ...row })),
  );
  const known = new Map(rows.map((row) => [row.day, row]));
  const series = MONEY_SERIES.filter(
    ({ key }) => key === 'paid_cents' || rows.some((row) => row[key] !== 0),
  );
  const compact = new Intl.NumberFormat('en', { style: 'currency', currency, notation: 'compact' });
  const unit = Number(money(100, currency).replaceAll(/[^\d.]/g, '')) / 100;
  return (
    <ChartSection
      title={isOnly ? 'Revenue by day' : `Revenue by day, ${currency.toUpperCase()}`}
      name={isOnly ? 'revenue' : `revenue-${currency}`}
      empty="No revenue in this period."
      series={series}
      days={days.map(({ day }) => {
        const row = known.get(day);
        return {
          day,
          values: {
            paid_cents: row?.paid_cents ?? 0,
            // What went back hangs down from the line.
            refunded_cents: -(row?.refunded_cents ?? 0),
            charged_back_cents: -(row?.charged_back_cents ?? 0),
          },
        };
      })}
      tick={(value) => compact.format(value * unit)}
      full={(value) => money(value, currency)}
      table={{ columns: MONEY_COLUMNS, rows, keyOf: ({ day }) => day }}
      csv={{
        columns: ['day', 'currency', ...MONEY_MEASURES],
        rows,
      }}
    />
  );
};

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** From so much on a day is told in hours. */
const MANY_SECONDS = 2 * HOUR_SECONDS;

const TIME_MEASURES = [
  'billed_seconds',
  'paid_billed_seconds',
  'free_billed_seconds',
  'served_seconds',
  'sold_seconds',
] as const;

const timeColumn = (label: string, measure: (typeof TIME_MEASURES)[number]): PlainColumn<Day> => ({
  label,
  align: 'right',
  cell: (row) => <Duration seconds={row[measure]} />,
});

const TIME_COLUMNS: readonly PlainColumn<Day>[] = [
  { label: 'Day', cell: ({ day }) => businessDay(day) },
  timeColumn('Used', 'billed_seconds'),
  timeColumn('Paid for', 'paid_billed_seconds'),
  timeColumn('Given away', 'free_billed_seconds'),
  timeColumn('Talked', 'served_seconds'),
  timeColumn('Sold', 'sold_seconds'),
  { label: 'Sessions', align: 'right', cell: ({ sessions }) => count(sessions) },
];

const UsedTimeChart = ({ days }: { days: readonly Day[] }) => {
  const isMuch = Math.max(0, ...days.map(({ billed_seconds }) => billed_seconds)) > MANY_SECONDS;
  const unit = isMuch ? HOUR_SECONDS : MINUTE_SECONDS;
  return (
    <ChartSection
      title="Used time by day"
      name="used-time"
      empty="No time was used in this period."
      series={[
        { key: 'paid', label: 'Paid for', tone: 'blue' },
        { key: 'free', label: 'Given away', tone: 'orange' },
      ]}
      days={days.map(({ day, paid_billed_seconds, free_billed_seconds }) => ({
        day,
        values: { paid: paid_billed_seconds / unit, free: free_billed_seconds / unit },
      }))}
      tick={(value) => `${count(value)} ${isMuch ? 'h' : 'min'}`}
      full={(value) => roughly(value * unit)}
      table={{ columns: TIME_COLUMNS, rows: days, keyOf: ({ day }) => day }}
      csv={{
        columns: ['day', ...TIME_MEASURES, 'unused_paid_seconds', 'sessions', 'failed_sessions'],
        rows: days,
      }}
    />
  );
};

const SIGN_UP_COLUMNS: readonly PlainColumn<Day>[] = [
  { label: 'Day', cell: ({ day }) => businessDay(day) },
  { label: 'New users', align: 'right', cell: ({ sign_ups }) => count(sign_ups) },
];

const SignUpChart = ({ days }: { days: readonly Day[] }) => (
  <ChartSection
    title="New users by day"
    name="new-users"
    empty="Nobody signed up in this period."
    series={[{ key: 'sign_ups', label: 'New users', tone: 'blue' }]}
    days={days.map(({ day, sign_ups }) => ({ day, values: { sign_ups } }))}
    tick={(value) => (Number.isInteger(value) ? count(value) : '')}
    full={count}
    table={{ columns: SIGN_UP_COLUMNS, rows: days, keyOf: ({ day }) => day }}
    csv={{ columns: ['day', 'sign_ups'], rows: days }}
  />
);
