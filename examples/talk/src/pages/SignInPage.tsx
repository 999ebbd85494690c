import { useState } from 'react';
import { sendConfirmation, signIn } from '../api/account.ts';
import { useAction } from '../hooks/use-action.ts';
import { useAddress } from '../hooks/use-address.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { PasswordField } from '../parts/PasswordField.tsx';
import { routes, via } from '../routes.ts';
import type { Route } from '../routes.ts';

/** Why somebody is asked to sign in who wanted to go elsewhere. */
const REASONS: Readonly<Partial<Record<Route, string>>> = {
  redeem: 'Sign in to put your gift on your account. New here? Sign up first, it takes a minute.',
  history: 'Sign in to see your history.',
  account: 'Sign in to see your account.',
};

export const SignInPage = () => {
  const { route, after } = useAddress();
  const { run, isBusy, error } = useAction(signIn);
  const [email, setEmail] = useState('');
  // Whoever was sent here from another page stays there, now signed in.
  const target = route === 'signIn' ? after : route;
  const reason = REASONS[target];

  const submit = async (form: FormData): Promise<void> => {
    const answer = await run(email.trim(), String(form.get('password')));
    if (answer !== undefined && route === 'signIn') window.location.hash = routes[after];
  };

  return (
    <Page title="Sign in">
      {reason !== undefined && <p className="lead">{reason}</p>}
      <form
        className="card narrow"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <ErrorNote error={error} />
        {error?.code === 'email_not_confirmed' && <SendAgain email={email.trim()} />}
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField label="Password" />
        <button className="primary wide" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
        <p className="help row apart">
          <span>
            New here? <a href={via('signUp', target)}>Sign up</a>
          </span>
          <a href={routes.forgotPassword}>Forgot your password?</a>
        </p>
      </form>
    </Page>
  );
};

const SendAgain = ({ email }: { email: string }) => {
  const send = useAction(sendConfirmation);
  const [isSent, setIsSent] = useState(false);
  return (
    <>
      <ErrorNote error={send.error} />
      <p role="status">
        {isSent ? (
          'A new mail is on its way.'
        ) : (
          <button
            type="button"
            disabled={send.isBusy}
            onClick={() => void send.run(email).then((sent) => setIsSent(sent !== undefined))}
          >
            Send the mail again
          </button>
        )}
      </p>
    </>
  );
};
