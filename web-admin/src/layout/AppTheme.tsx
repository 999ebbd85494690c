import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useThemeChoice } from '../core/theme-choice.ts';
import { darkTheme, lightTheme } from '../core/theme.ts';

/** The colours that somebody chose, or those of their system. */
export const AppTheme = ({ children }: { children: React.ReactNode }) => {
  const choice = useThemeChoice();
  const systemIsDark = useMediaQuery('(prefers-color-scheme: dark)', { noSsr: true });
  const isDark = choice === 'system' ? systemIsDark : choice === 'dark';
  return (
    <ThemeProvider theme={isDark ? darkTheme : lightTheme}>
      <CssBaseline enableColorScheme />
      {children}
    </ThemeProvider>
  );
};
