import { useState } from 'react';
import { endOpenCalls } from '../api/calls.ts';
import { textOfError } from '../error-texts.ts';
import type { AppError } from '../errors.ts';
import { routes } from '../routes.ts';

interface Props {
  error: AppError | undefined;
  /** Offered where trying again can help. */
  onRetry?: () => void;
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

const Next = ({ error, onRetry }: NextProps) => {
  const { next } = textOfError(error);
  if (next === 'buy') return <a href={routes.prices}>Buy time</a>;
  if (next === 'sign_in') return <a href={routes.signIn}>Sign in</a>;
  if (next === 'end_other_call') return <EndOtherCall onEnded={onRetry} />;
  if (next === 'retry' && onRetry) {
    return (
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    );
  }
  return null;
};

const EndOtherCall = ({ onEnded }: { onEnded: (() => void) | undefined }) => {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<AppError>();
  const end = async () => {
    setIsBusy(true);
    const answer = await endOpenCalls();
    setIsBusy(false);
    setError(answer.error);
    if (answer.error === undefined) onEnded?.();
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void end()}>
        {isBusy ? 'Ending the other call…' : 'End the other call and talk here'}
      </button>
      {error && <p>{textOfError(error).text}</p>}
    </>
  );
};
