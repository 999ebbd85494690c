import { textOfError } from '../error-texts.ts';
import type { AppError } from '../errors.ts';
import { routes } from '../routes.ts';

interface Props {
  error: AppError | undefined;
  /** Offered where trying again can help. */
  onRetry?: (() => void) | undefined;
}

/** Says what went wrong and what to do next. Always mounted, so that screen readers hear it. */
export const ErrorNote = ({ error, onRetry }: Props) => (
  <div role="alert">
    {error && (
      <div className="note bad">
        <p>{textOfError(error).text}</p>
        <Next error={error} onRetry={onRetry} />
      </div>
    )}
  </div>
);

interface NextProps {
  error: AppError;
  onRetry: (() => void) | undefined;
}

const LINKS = {
  buy: { href: routes.prices, text: 'Buy time' },
  sign_in: { href: routes.signIn, text: 'Sign in' },
  talk: { href: routes.home, text: 'Go to the call' },
  new_link: { href: routes.forgotPassword, text: 'Ask for a new link' },
} as const;

const Next = ({ error, onRetry }: NextProps) => {
  const { next } = textOfError(error);
  if (next === undefined) return null;
  if (next !== 'retry') return <a href={LINKS[next].href}>{LINKS[next].text}</a>;
  return onRetry ? (
    <button type="button" onClick={onRetry}>
      Try again
    </button>
  ) : null;
};
