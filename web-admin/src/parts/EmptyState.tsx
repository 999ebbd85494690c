import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

/** A list without rows: what would stand here, and what to do. */
export const EmptyState = ({ text, children }: { text: string; children?: React.ReactNode }) => (
  <Box sx={{ px: 2, py: 5, textAlign: 'center' }}>
    <Typography color="textSecondary" sx={{ mb: children ? 1.5 : 0 }}>
      {text}
    </Typography>
    {children}
  </Box>
);
