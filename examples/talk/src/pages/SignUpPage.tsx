import { useCallback, useState } from 'react';
import { checkFields } from '../account-rules.ts';
import { sendConfirmation, signUp } from '../api/account.ts';
import type { Result } from '../errors.ts';
import { useAction } from '../hooks/use-action.ts';
import { useAddress } from '../hooks/use-address.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { PasswordField } from '../parts/PasswordField.tsx';
import { routes, via } from '../routes.ts';

type SignedUp = { isIn: true } | { isIn: false; email: string };

const create = async (form: FormData): Promise<Result<SignedUp>> => {
  const fullName = String(form.get('full_name')).trim();
  const email = String(form.get('email')).trim();
  const password = String(form.get('password'));
  const wrong = checkFields({ full_name: fullName, email, password });
  if (wrong) return { error: wrong };
  const answer = await signUp({ fullName, email, password });
  if (answer.error) return answer;
  return { data: answer.data === null ? { isIn: false, email } : { isIn: true } };
};

export const SignUpPage = () => {
  const { after } = useAddress();
  const { run, isBusy, error } = useAction(create);
  const form = useFocusOnError(error);
  const [mailSentTo, setMailSentTo] = useState<string>();

  const submit = async (data: FormData): Promise<void> => {
    const answer = await run(data);
    if (answer?.isIn === true) window.location.hash = routes[after];
    else if (answer) setMailSentTo(answer.email);
  };

  if (mailSentTo !== undefined) return <CheckYourMail email={mailSentTo} />;
  return (
    <Page title="Sign up">
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
        <Field
          label="Your name"
          name="full_name"
          autoComplete="name"
          required
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
        <PasswordField label="Password" isNew errors={error?.fields['password']} />
        <button className="primary wide" disabled={isBusy}>
          {isBusy ? 'Signing up…' : 'Sign up'}
        </button>
        <p className="help">
          Have an account? <a href={via('signIn', after)}>Sign in</a>
        </p>
      </form>
    </Page>
  );
};

const CheckYourMail = ({ email }: { email: string }) => {
  const send = useAction(useCallback(() => sendConfirmation(email), [email]));
  const [isSent, setIsSent] = useState(false);
  const again = async (): Promise<void> => {
    setIsSent((await send.run()) !== undefined);
  };
  return (
    <Page title="Check your mail">
      <p className="lead">
        We sent a link to <strong>{email}</strong>. Open it to finish signing up; you come back here
        signed in.
      </p>
      <ErrorNote error={send.error} onRetry={() => void again()} />
      <p role="status">{isSent && 'Sent once more. Please look into the spam folder, too.'}</p>
      <button type="button" disabled={send.isBusy} onClick={() => void again()}>
        {send.isBusy ? 'Sending…' : 'Send the mail again'}
      </button>
    </Page>
  );
};
