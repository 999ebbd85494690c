import InfoOutlinedIcon from '@mui/icons-material/InfoOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useId } from 'react';

/** One figure: its name, the number, how it changed, and what it is made of. */
export const FigureTile = ({
  name,
  explained,
  isWide = false,
  children,
  detail,
}: {
  name: string;
  /** What exactly is counted, in a sentence. */
  explained: string;
  /** Two columns of the grid. */
  isWide?: boolean;
  /** The figure, or several, one under the other. */
  children: React.ReactNode;
  detail?: React.ReactNode;
}) => {
  const id = useId();
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-labelledby={id}
      sx={{
        p: { xs: 1.5, sm: 2 },
        display: 'flex',
        flexDirection: 'column',
        gap: 0.5,
        minWidth: 0,
        ...(isWide ? { gridColumn: 'span 2' } : {}),
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', color: 'text.secondary' }}>
        <Typography variant="h3" id={id} sx={{ fontWeight: 550, flexGrow: 1 }}>
          {name}
        </Typography>
        <Tooltip title={explained}>
          <IconButton size="small" aria-label={`${name}: ${explained}`} sx={{ p: 0.25, m: -0.25 }}>
            <InfoOutlinedIcon sx={{ fontSize: 15, opacity: 0.7 }} />
          </IconButton>
        </Tooltip>
      </Box>
      {children}
      {detail !== undefined && (
        <Typography
          variant="body2"
          color="textSecondary"
          sx={{ mt: 'auto', pt: 0.5, fontSize: '0.78rem' }}
        >
          {detail}
        </Typography>
      )}
    </Paper>
  );
};

/** A number with what it was in the period before. */
export const Figure = ({
  value,
  change,
  before,
  isMoney = false,
  isWarning = false,
}: {
  value: React.ReactNode;
  change?: React.ReactNode;
  /** The same figure of the period before; a dash where it has none. */
  before?: string;
  /** One of several amounts, which stand closer together. */
  isMoney?: boolean;
  /** Somebody should look at it; words beside it say why. */
  isWarning?: boolean;
}) => (
  <Box>
    <Box
      sx={{
        fontSize: isMoney ? '1.25rem' : '1.5rem',
        lineHeight: 1.25,
        fontWeight: 650,
        letterSpacing: '-0.02em',
        fontVariantNumeric: 'tabular-nums',
        overflowWrap: 'anywhere',
        ...(isWarning ? { color: 'warning.main' } : {}),
      }}
    >
      {value}
    </Box>
    {before !== undefined && (
      <Box
        sx={{ fontSize: '0.78rem', color: 'text.secondary', fontVariantNumeric: 'tabular-nums' }}
      >
        {change} <span>{before === '–' ? 'no figure before' : `from ${before}`}</span>
      </Box>
    )}
  </Box>
);
