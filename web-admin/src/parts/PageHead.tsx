import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

/** The head of a page: its name, also in the browser's tab, and what one can do there. */
export const PageHead = ({
  title,
  tab = title,
  aside,
  children,
}: {
  title: React.ReactNode;
  /** For the browser's tab, when the title is more than text. */
  tab?: React.ReactNode;
  /** Beside the title, such as a status. */
  aside?: React.ReactNode;
  children?: React.ReactNode;
}) => (
  <Box
    sx={{
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: 1,
      mb: 2,
      minHeight: 36,
    }}
  >
    <title>{`${String(tab)} · MindBot admin`}</title>
    <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
      {title}
    </Typography>
    {aside}
    <Box sx={{ flexGrow: 1 }} />
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>{children}</Box>
  </Box>
);
