import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { Component } from 'react';

/** Keeps the menu alive when a page breaks, or when its part of the program cannot be fetched. */
export class PageGuard extends Component<{ children: React.ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <Alert
        severity="error"
        action={
          <Button color="inherit" onClick={() => window.location.reload()}>
            Reload
          </Button>
        }
      >
        This page could not be shown. Perhaps there is a newer version of the panel.
      </Alert>
    );
  }
}
