import Box from '@mui/material/Box';

/** What somebody else sent, as they sent it. It can be scrolled with the keyboard. */
export const JsonBox = ({ value, label }: { value: unknown; label: string }) => (
  <Box
    component="pre"
    tabIndex={0}
    role="region"
    aria-label={label}
    sx={{
      m: 0,
      mx: 2,
      mb: 2,
      p: 1.5,
      maxHeight: 420,
      overflow: 'auto',
      borderRadius: 1,
      bgcolor: 'background.default',
      fontSize: '0.75rem',
      lineHeight: 1.5,
    }}
  >
    {JSON.stringify(value, null, 2)}
  </Box>
);
