import { createTheme } from '@mui/material/styles';
import type { ThemeOptions } from '@mui/material/styles';

const FONT =
  'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const shared: ThemeOptions = {
  shape: { borderRadius: 8 },
  typography: {
    fontFamily: FONT,
    fontSize: 13,
    h1: { fontSize: '1.375rem', fontWeight: 650, letterSpacing: '-0.01em' },
    h2: { fontSize: '0.9375rem', fontWeight: 650 },
    h3: { fontSize: '0.8125rem', fontWeight: 650 },
    button: { textTransform: 'none', fontWeight: 600 },
  },
  components: {
    MuiButton: { defaultProps: { disableElevation: true, size: 'small' } },
    MuiTextField: { defaultProps: { size: 'small' } },
    MuiFormControl: { defaultProps: { size: 'small' } },
    MuiPaper: { defaultProps: { elevation: 0 } },
    MuiLink: { defaultProps: { underline: 'hover' } },
    MuiTableCell: {
      styleOverrides: {
        root: {
          padding: '7px 12px',
          fontVariantNumeric: 'tabular-nums',
          '&:first-of-type': { paddingLeft: 16 },
          '&:last-of-type': { paddingRight: 16 },
        },
        head: { fontWeight: 600, whiteSpace: 'nowrap', fontSize: '0.75rem' },
      },
    },
    MuiChip: { defaultProps: { size: 'small' }, styleOverrides: { root: { fontWeight: 600 } } },
    MuiCssBaseline: {
      styleOverrides: {
        ':focus-visible': { outline: '2px solid currentColor', outlineOffset: 2 },
        body: { fontFeatureSettings: '"cv05", "ss03"' },
      },
    },
  },
};

// In one piece: colours of a second argument would keep the text colours of the first.
const themeOf = (options: ThemeOptions): ThemeOptions => createTheme({ ...shared, ...options });

export const lightTheme: ThemeOptions = themeOf({
  palette: {
    mode: 'light',
    primary: { main: '#3b4fc4' },
    secondary: { main: '#3b4fc4' },
    success: { main: '#17683b' },
    warning: { main: '#8a5200' },
    error: { main: '#b3261e' },
    info: { main: '#1d5b8f' },
    background: { default: '#f6f7f9', paper: '#ffffff' },
    text: { primary: '#191c22', secondary: '#565d6b' },
    divider: '#e2e5ea',
    action: { active: '#565d6b' },
  },
});

export const darkTheme: ThemeOptions = themeOf({
  palette: {
    mode: 'dark',
    primary: { main: '#a3b0ff' },
    secondary: { main: '#a3b0ff' },
    success: { main: '#7fd6a2' },
    warning: { main: '#f0bd70' },
    error: { main: '#ff9d94' },
    info: { main: '#8fc7f5' },
    background: { default: '#111318', paper: '#191c22' },
    text: { primary: '#e8eaef', secondary: '#a6adba' },
    divider: '#2c313b',
  },
});
