import { useState } from 'react';
import { Page } from '../parts/Page.tsx';
import { PasswordForm } from '../parts/PasswordForm.tsx';

/** Where the link of a password mail leads to; the link has signed the person in. */
export const NewPasswordPage = ({ onDone }: { onDone: () => void }) => {
  const [isSaved, setIsSaved] = useState(false);
  if (isSaved) {
    return (
      <Page title="Your password is changed">
        <p className="lead" role="status">
          You are signed in. Use the new password from now on.
        </p>
        <button type="button" className="primary" onClick={onDone}>
          Go on
        </button>
      </Page>
    );
  }
  return (
    <Page title="Choose a new password">
      <PasswordForm onSaved={() => setIsSaved(true)} />
    </Page>
  );
};
