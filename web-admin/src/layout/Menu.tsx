import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItemButton from '@mui/material/ListItemButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Typography from '@mui/material/Typography';
import { LinkBase, useLocation } from 'ra-core';
import { MENU } from './menu.ts';

const isOn = (to: string, pathname: string): boolean =>
  to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);

export const Menu = ({ onChoose }: { onChoose: () => void }) => {
  const { pathname } = useLocation();
  return (
    <Box component="nav" aria-label="Main" sx={{ py: 1, overflowY: 'auto' }}>
      {MENU.map(({ heading, items }) => (
        <Box key={heading} sx={{ mb: 1 }}>
          <Typography
            variant="caption"
            color="textSecondary"
            sx={{ px: 2, fontWeight: 600 }}
            id={`menu-${heading}`}
          >
            {heading}
          </Typography>
          <List dense disablePadding aria-labelledby={`menu-${heading}`}>
            {items.map(({ to, label, Icon }) => {
              const selected = isOn(to, pathname);
              return (
                <li key={to}>
                  <ListItemButton
                    component={LinkBase}
                    to={to}
                    selected={selected}
                    aria-current={selected ? 'page' : undefined}
                    onClick={onChoose}
                    sx={{ mx: 1, borderRadius: 1, py: 0.25 }}
                  >
                    <ListItemIcon
                      sx={{ minWidth: 32, color: selected ? 'primary.main' : 'inherit' }}
                    >
                      <Icon fontSize="small" />
                    </ListItemIcon>
                    <ListItemText
                      primary={label}
                      slotProps={{ primary: { sx: { fontWeight: selected ? 650 : 450 } } }}
                    />
                  </ListItemButton>
                </li>
              );
            })}
          </List>
        </Box>
      ))}
    </Box>
  );
};
