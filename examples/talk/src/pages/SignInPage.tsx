import { useState } from 'react';
import { signIn } from '../api/account.ts';
import type { AppError } from '../errors.ts';
import { useAddress } from '../hooks/use-address.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

export const SignInPage = () => {
  const { route } = useAddress();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();

  const submit = async (form: FormData): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    const answer = await signIn(String(form.get('email')).trim(), String(form.get('password')));
    setIsBusy(false);
    setError(answer.error);
    // Whoever was sent here from another page stays there, now signed in.
    if (answer.error === undefined && route === 'signIn') window.location.hash = routes.home;
  };

  return (
    <Page title="Sign in">
      <form
        className="card narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <ErrorNote error={error} />
        <Field label="E-mail" name="email" type="email" autoComplete="email" required />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <button className="primary" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
        <p className="help">
          New here? <a href={routes.signUp}>Sign up</a>
        </p>
      </form>
    </Page>
  );
};
