import { checkFields } from '../account-rules.ts';
import { setPassword } from '../api/account.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { PasswordField } from './PasswordField.tsx';

const save = async (password: string) => {
  const wrong = checkFields({ password });
  return wrong ? { error: wrong } : setPassword(password);
};

/** A new password for whoever is signed in, be it by a link from a mail. */
export const PasswordForm = ({ onSaved }: { onSaved: () => void }) => {
  const { run, isBusy, error } = useAction(save);
  const form = useFocusOnError(error);
  return (
    <form
      ref={form}
      className="card narrow"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const password = String(new FormData(event.currentTarget).get('password'));
        void run(password).then((saved) => saved !== undefined && onSaved());
      }}
    >
      <ErrorNote error={error} />
      <PasswordField label="New password" isNew errors={error?.fields['password']} />
      <button className="primary" disabled={isBusy}>
        {isBusy ? 'Saving…' : 'Save the new password'}
      </button>
    </form>
  );
};
