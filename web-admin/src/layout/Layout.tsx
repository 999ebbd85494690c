import MenuIcon from '@mui/icons-material/Menu';
import AppBar from '@mui/material/AppBar';
import Box from '@mui/material/Box';
import CircularProgress from '@mui/material/CircularProgress';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Toolbar from '@mui/material/Toolbar';
import Typography from '@mui/material/Typography';
import { useLocation } from 'ra-core';
import { Suspense, useState } from 'react';
import { AccountMenu } from './AccountMenu.tsx';
import { Menu } from './Menu.tsx';
import { PageGuard } from './PageGuard.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

const MENU_WIDTH = 208;
const NARROW = { xs: 'block', md: 'none' } as const;
const WIDE = { xs: 'none', md: 'block' } as const;

/** Everything around a page. */
export const Layout = ({ children }: { children: React.ReactNode }) => {
  const [isOpen, setIsOpen] = useState(false);
  const { pathname } = useLocation();
  const close = () => setIsOpen(false);
  return (
    <Box sx={{ display: 'flex', minHeight: '100vh' }}>
      <SkipLink />
      <AppBar
        position="fixed"
        color="inherit"
        elevation={0}
        sx={{ borderBottom: 1, borderColor: 'divider', zIndex: 'modal', backgroundImage: 'none' }}
      >
        <Toolbar variant="dense" sx={{ gap: 1 }}>
          <IconButton
            aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
            aria-expanded={isOpen}
            edge="start"
            onClick={() => setIsOpen(!isOpen)}
            sx={{ display: { md: 'none' } }}
          >
            <MenuIcon />
          </IconButton>
          <Typography component="p" sx={{ fontWeight: 700, flexGrow: 1 }}>
            MindBot
            <Box component="span" sx={{ color: 'text.secondary', fontWeight: 450, ml: 0.75 }}>
              admin
            </Box>
          </Typography>
          <ThemeSwitch />
          <AccountMenu />
        </Toolbar>
      </AppBar>
      <Drawer
        open={isOpen}
        onClose={close}
        sx={{ display: NARROW, '& .MuiDrawer-paper': { width: MENU_WIDTH + 32 } }}
      >
        <Toolbar variant="dense" />
        <Menu onChoose={close} />
      </Drawer>
      <Box sx={{ display: WIDE, width: MENU_WIDTH, flexShrink: 0 }}>
        <Drawer variant="permanent" sx={{ '& .MuiDrawer-paper': { width: MENU_WIDTH } }}>
          <Toolbar variant="dense" />
          <Menu onChoose={close} />
        </Drawer>
      </Box>
      <Box
        component="main"
        id="main"
        tabIndex={-1}
        sx={{ flexGrow: 1, minWidth: 0, outline: 'none', px: { xs: 1.5, sm: 3 }, pb: 6 }}
      >
        <Toolbar variant="dense" sx={{ mb: 2 }} />
        <Box sx={{ maxWidth: 1440, mx: 'auto' }}>
          <PageGuard key={pathname}>
            <Suspense fallback={<CircularProgress aria-label="Loading" size={28} />}>
              {children}
            </Suspense>
          </PageGuard>
        </Box>
      </Box>
    </Box>
  );
};

/** The first thing that Tab reaches: past the menu. Not a link to `#main`, which is where the router lives. */
const SkipLink = () => (
  <Link
    component="button"
    onClick={() => document.querySelector<HTMLElement>('#main')?.focus()}
    sx={{
      position: 'fixed',
      top: 8,
      left: 8,
      zIndex: 'tooltip',
      p: 1,
      bgcolor: 'background.paper',
      '&:not(:focus)': { clipPath: 'inset(50%)', width: '1px', height: '1px', overflow: 'hidden' },
    }}
  >
    Skip to the page
  </Link>
);
