import AccountCircleIcon from '@mui/icons-material/AccountCircle';
import IconButton from '@mui/material/IconButton';
import ListItem from '@mui/material/ListItem';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useGetIdentity, useLogout, usePermissions } from 'ra-core';
import { useState } from 'react';
import type { Role } from '../core/rows.ts';

/** Who is signed in and as what, and the way out. */
export const AccountMenu = () => {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { data: identity } = useGetIdentity();
  const { permissions: role } = usePermissions<Role>();
  const logout = useLogout();
  return (
    <>
      <IconButton
        aria-label="Your account"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <AccountCircleIcon fontSize="small" />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <ListItem dense>
          <ListItemText
            primary={identity?.fullName ?? '…'}
            secondary={role === 'admin' ? 'admin: may act' : 'support: may look'}
          />
        </ListItem>
        <MenuItem onClick={() => void logout()}>Sign out</MenuItem>
      </Menu>
    </>
  );
};
