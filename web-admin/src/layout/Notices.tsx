import Alert from '@mui/material/Alert';
import Snackbar from '@mui/material/Snackbar';
import { useNotificationContext } from 'ra-core';

const SHOWN_MS = 6_000;

/** react-admin's messages, one after the other. Acts do not speak here: their answer stays in their dialog. */
export const Notices = () => {
  const { notifications, takeNotification } = useNotificationContext();
  const [shown] = notifications;
  if (shown === undefined) return null;
  const close = () => void takeNotification();
  return (
    <Snackbar
      key={String(shown.message)}
      open
      autoHideDuration={SHOWN_MS}
      onClose={(_, reason) => {
        if (reason !== 'clickaway') close();
      }}
    >
      <Alert severity={shown.type} variant="filled" onClose={close}>
        {shown.message}
      </Alert>
    </Snackbar>
  );
};
