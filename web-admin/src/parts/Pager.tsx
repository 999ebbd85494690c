import NavigateBeforeIcon from '@mui/icons-material/NavigateBefore';
import NavigateNextIcon from '@mui/icons-material/NavigateNext';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { count } from '../core/format.ts';

interface Props {
  /** Counted from 1. */
  page: number;
  perPage: number;
  /** Rows on this page. */
  rows: number;
  hasNextPage: boolean;
  onPage: (page: number) => void;
}

/** `26–50` with the way on and back. How many there are in all is not counted: that would read them all. */
export const Pager = ({ page, perPage, rows, hasNextPage, onPage }: Props) => {
  const first = (page - 1) * perPage + 1;
  const last = first + rows - 1;
  if (rows === 0 && page === 1) return null;
  return (
    <Box
      component="nav"
      aria-label="Pages"
      sx={{ display: 'flex', alignItems: 'center', justifyContent: 'flex-end', px: 1, py: 0.5 }}
    >
      <Typography variant="body2" color="textSecondary" sx={{ mr: 1 }} aria-live="polite">
        {rows === 0 ? 'No more rows' : `${count(first)}–${count(last)}`}
        {rows > 0 && (hasNextPage ? ' of more' : ` of ${count(last)}`)}
      </Typography>
      <IconButton
        aria-label="Previous page"
        size="small"
        disabled={page === 1}
        onClick={() => onPage(page - 1)}
      >
        <NavigateBeforeIcon />
      </IconButton>
      <IconButton
        aria-label="Next page"
        size="small"
        disabled={!hasNextPage}
        onClick={() => onPage(page + 1)}
      >
        <NavigateNextIcon />
      </IconButton>
    </Box>
  );
};
