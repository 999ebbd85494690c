import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { textOfThrown } from '../core/error-texts.ts';

/** What went wrong, in words, and a way to try again. */
export const ErrorNote = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => (
  <Alert
    severity="error"
    variant="outlined"
    action={
      onRetry && (
        <Button color="inherit" onClick={onRetry}>
          Try again
        </Button>
      )
    }
  >
    {textOfThrown(error)}
  </Alert>
);
