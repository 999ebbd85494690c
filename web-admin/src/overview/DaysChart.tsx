import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import { useTheme } from '@mui/material/styles';
import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { CHART_COLORS } from './palette.ts';
import type { ChartTone } from './palette.ts';
import { businessDay, shortDay } from './words.ts';

export interface Series {
  key: string;
  label: string;
  tone: ChartTone;
}

/** A day and its value of each series. */
export interface ChartDay {
  day: string;
  values: Readonly<Record<string, number>>;
}

interface Props {
  days: readonly ChartDay[];
  series: readonly Series[];
  /** On the axis, where there is little room. */
  tick: (value: number) => string;
  /** In full, under the pointer. */
  full: (value: number) => string;
}

export const CHART_HEIGHT = 232;

/** Bars over days, one series on the other. It is for the eye only: the table beside it says the same. */
const DaysChart = ({ days, series, tick, full }: Props) => {
  const { palette, typography } = useTheme();
  const colors = CHART_COLORS[palette.mode];
  const axis = {
    tick: { fill: palette.text.secondary, fontSize: 11, fontFamily: typography.fontFamily },
    tickLine: false,
    axisLine: false,
  } as const;
  return (
    <ResponsiveContainer
      width="100%"
      height={CHART_HEIGHT}
      initialDimension={{ width: 480, height: CHART_HEIGHT }}
    >
      <BarChart
        data={[...days]}
        accessibilityLayer={false}
        stackOffset="sign"
        margin={{ top: 8, right: 24, bottom: 0, left: 0 }}
      >
        <CartesianGrid vertical={false} stroke={palette.divider} />
        <XAxis dataKey="day" tickFormatter={shortDay} minTickGap={32} {...axis} />
        <YAxis tickFormatter={tick} width={64} niceTicks="snap125" {...axis} />
        <ReferenceLine y={0} stroke={palette.text.secondary} strokeOpacity={0.5} />
        <Tooltip
          cursor={{ fill: palette.text.secondary, fillOpacity: 0.1, stroke: palette.divider }}
          content={<Bubble full={full} />}
        />
        {series.map(({ key, label, tone }) => (
          <Bar
            key={key}
            dataKey={({ values }: ChartDay) => values[key] ?? 0}
            name={label}
            stackId="day"
            fill={colors[tone]}
            maxBarSize={30}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
};

export default DaysChart;

/** What recharts puts into the content of its tooltip, as far as it is read here. */
interface BubbleProps {
  full: (value: number) => string;
  active?: boolean;
  label?: string | number;
  payload?: readonly { name?: string; value?: number; color?: string }[];
}

const Bubble = ({ full, active = false, label = '', payload = [] }: BubbleProps) =>
  active && (
    <Paper variant="outlined" sx={{ px: 1.5, py: 1, fontSize: '0.78rem', boxShadow: 3 }}>
      <Box sx={{ fontWeight: 650, mb: 0.25 }}>{businessDay(String(label))}</Box>
      {payload.map(({ name, value = 0, color }) => (
        <Box key={name} sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Box sx={{ width: 9, height: 9, borderRadius: '2px', bgcolor: color }} />
          <Box sx={{ color: 'text.secondary', flexGrow: 1 }}>{name}</Box>
          <Box sx={{ fontVariantNumeric: 'tabular-nums' }}>{full(value)}</Box>
        </Box>
      ))}
    </Paper>
  );
