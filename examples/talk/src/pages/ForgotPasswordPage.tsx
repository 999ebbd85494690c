import { useState } from 'react';
import { checkFields } from '../account-rules.ts';
import { sendPasswordLink } from '../api/account.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

const send = async (email: string) => {
  const wrong = checkFields({ email });
  return wrong ? { error: wrong } : sendPasswordLink(email);
};

export const ForgotPasswordPage = () => {
  const { run, isBusy, error } = useAction(send);
  const form = useFocusOnError(error);
  const [sentTo, setSentTo] = useState<string>();

  const submit = async (data: FormData): Promise<void> => {
    const email = String(data.get('email')).trim();
    if ((await run(email)) !== undefined) setSentTo(email);
  };

  if (sentTo !== undefined) {
    return (
      <Page title="Check your mail">
        <p className="lead" role="status">
          If there is an account for <strong>{sentTo}</strong>, a mail with a link is on its way.
          The link works once and for an hour.
        </p>
        <a className="button" href={routes.signIn}>
          Back to sign in
        </a>
      </Page>
    );
  }
  return (
    <Page title="Forgot your password?">
      <form
        ref={form}
        className="card narrow"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <ErrorNote error={error} />
        <p>We send you a link with which you choose a new one.</p>
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          errors={error?.fields['email']}
        />
        <button className="primary wide" disabled={isBusy}>
          {isBusy ? 'Sending…' : 'Send the link'}
        </button>
        <p className="help">
          Remembered it? <a href={routes.signIn}>Sign in</a>
        </p>
      </form>
    </Page>
  );
};
