import BrightnessAutoIcon from '@mui/icons-material/BrightnessAuto';
import DarkModeIcon from '@mui/icons-material/DarkMode';
import LightModeIcon from '@mui/icons-material/LightMode';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { chooseTheme, useThemeChoice } from '../core/theme-choice.ts';

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
const LOOKS = {
  system: { Icon: BrightnessAutoIcon, text: 'Colours: as the system has them' },
  light: { Icon: LightModeIcon, text: 'Colours: light' },
  dark: { Icon: DarkModeIcon, text: 'Colours: dark' },
} as const;

/** Goes round through system, light and dark; kept in this browser. */
export const ThemeSwitch = () => {
  const choice = useThemeChoice();
  const { Icon, text } = LOOKS[choice];
  return (
    <Tooltip title={text}>
      <IconButton aria-label={`${text}. Change`} onClick={() => chooseTheme(NEXT[choice])}>
        <Icon fontSize="small" />
      </IconButton>
    </Tooltip>
  );
};
