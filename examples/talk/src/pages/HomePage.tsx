import type { Session } from '@supabase/supabase-js';
import { useState } from 'react';
import { openCall } from '../api/calls.ts';
import type { Call } from '../api/calls.ts';
import type { AppError } from '../errors.ts';
import { askForMicrophone } from '../microphone.ts';
import { BalanceBox } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

interface Props {
  session: Session;
  onCall: (call: Call) => void;
}

const AGENT_TYPE = 'basic';

const BUTTON_TEXTS = {
  ready: 'Talk now',
  microphone: 'Allow the microphone…',
  calling: 'Calling…',
} as const;

export const HomePage = ({ session, onCall }: Props) => {
  const [step, setStep] = useState<keyof typeof BUTTON_TEXTS>('ready');
  const [error, setError] = useState<AppError>();

  const talk = async (): Promise<void> => {
    setError(undefined);
    setStep('microphone');
    const microphone = await askForMicrophone();
    if (microphone.error !== undefined) {
      setError(microphone.error);
      return setStep('ready');
    }
    setStep('calling');
    const call = await openCall(AGENT_TYPE);
    if (call.error === undefined) return onCall(call.data);
    setError(call.error);
    setStep('ready');
  };

  return (
    <Page title={greeting(session)}>
      <BalanceBox />
      <ErrorNote error={error} onRetry={() => void talk()} />
      <p className="row">
        <button
          type="button"
          className="primary large"
          disabled={step !== 'ready'}
          onClick={() => void talk()}
        >
          {BUTTON_TEXTS[step]}
        </button>
        <a className="button" href={routes.prices}>
          Buy time
        </a>
      </p>
      <p className="help">
        The clock starts when the agent is on the line. You pay by the second and can hang up at any
        time.
      </p>
    </Page>
  );
};

const greeting = (session: Session): string => {
  const name: unknown = session.user.user_metadata['full_name'];
  return typeof name === 'string' && name !== '' ? `Hello, ${name}` : 'Hello';
};
