import { useState } from 'react';
import { signUp } from '../api/account.ts';
import type { AppError } from '../errors.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

export const SignUpPage = () => {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const [mailSentTo, setMailSentTo] = useState<string>();

  const submit = async (form: FormData): Promise<void> => {
    const email = String(form.get('email')).trim();
    setIsBusy(true);
    setError(undefined);
    const answer = await signUp({
      fullName: String(form.get('full_name')).trim(),
      email,
      password: String(form.get('password')),
    });
    setIsBusy(false);
    setError(answer.error);
    if (answer.error === undefined && answer.data === null) setMailSentTo(email);
    else if (answer.error === undefined) window.location.hash = routes.home;
  };

  if (mailSentTo !== undefined) {
    return (
      <Page title="Check your mail">
        <p role="status">We sent a link to {mailSentTo}. Open it to finish signing up.</p>
      </Page>
    );
  }
  return (
    <Page title="Sign up">
      <form
        className="card narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <ErrorNote error={error} />
        <Field
          label="Your name"
          name="full_name"
          autoComplete="name"
          required
          minLength={2}
          maxLength={100}
          errors={error?.fields['full_name']}
        />
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          errors={error?.fields['email']}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          help="At least 8 characters, with a small letter, a capital and a digit."
          errors={error?.fields['password']}
        />
        <button className="primary" disabled={isBusy}>
          {isBusy ? 'Signing up…' : 'Sign up'}
        </button>
        <p className="help">
          Have an account? <a href={routes.signIn}>Sign in</a>
        </p>
      </form>
    </Page>
  );
};
