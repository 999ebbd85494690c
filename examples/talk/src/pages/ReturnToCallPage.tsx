import { useEffect, useState } from 'react';
import { rejoinCall } from '../api/calls.ts';
import type { Call } from '../api/calls.ts';
import type { AppError } from '../errors.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';

interface Props {
  sessionId: string;
  onCall: (call: Call) => void;
  onOver: (error?: AppError) => void;
}

const TRY_EVERY_MS = 1500;
/** Longer than an agent waits; after that somebody must want it. */
const TRY_FOR_MS = 30_000;

/** These say that there is nothing to go back to. */
const OVER = ['not_found', 'illegal_transition'];

/** Back into a call, after a reload or a lost connection, as soon as the network allows. */
export const ReturnToCallPage = (props: Props) => {
  const [attempt, setAttempt] = useState(0);
  return (
    <Page title="Back to your call">
      <Attempt key={attempt} {...props} onRetry={() => setAttempt(attempt + 1)} />
      <button type="button" className="danger" onClick={() => props.onOver()}>
        End the call
      </button>
    </Page>
  );
};

const Attempt = ({ sessionId, onCall, onOver, onRetry }: Props & { onRetry: () => void }) => {
  const [error, setError] = useState<AppError>();

  useEffect(() => {
    let isOver = false;
    let timer: number | undefined;
    const givesUpAt = Date.now() + TRY_FOR_MS;
    const ask = async (): Promise<void> => {
      const answer = await rejoinCall(sessionId);
      if (isOver) return;
      if (answer.error === undefined) return onCall(answer.data);
      if (OVER.includes(answer.error.code)) return onOver();
      if (answer.error.code !== 'network' || Date.now() > givesUpAt) return setError(answer.error);
      timer = window.setTimeout(() => void ask(), TRY_EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [sessionId, onCall, onOver]);

  return (
    <>
      <ErrorNote error={error} onRetry={onRetry} />
      <p role="status" className={error ? undefined : 'waiting'}>
        {error
          ? 'You are not charged while the agent cannot reach you.'
          : 'Connecting you to your call again…'}
      </p>
    </>
  );
};
