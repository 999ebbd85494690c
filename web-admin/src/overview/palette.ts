/**
 * Colours of charts, after Okabe and Ito (https://jfly.uni-koeln.de/color/), which the colour-blind tell apart;
 * darkened on white and lightened on dark until they stand out 3:1.
 */
export const CHART_COLORS = {
  light: { blue: '#3b4fc4', orange: '#c4650a', purple: '#a2558a' },
  dark: { blue: '#8b9bff', orange: '#f0a646', purple: '#dd92c3' },
} as const;

export type ChartTone = keyof typeof CHART_COLORS.light;
