import { usePersistentUserChoices } from '@livekit/components-react';
import type { Session } from '@supabase/supabase-js';
import { useCallback, useState } from 'react';
import { getProfile } from '../api/account.ts';
import { getBalance } from '../api/billing.ts';
import { listAgents, listOpenCalls, openCall } from '../api/calls.ts';
import type { Call } from '../api/calls.ts';
import type { Result } from '../errors.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFreshLoad } from '../hooks/use-fresh-load.ts';
import { useLoad } from '../hooks/use-load.ts';
import { askForMicrophone } from '../microphone.ts';
import { AgentChoice } from '../parts/AgentChoice.tsx';
import { BalanceCard } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { MicrophoneCheck } from '../parts/MicrophoneCheck.tsx';
import { NoticeList } from '../parts/NoticeList.tsx';
import { OpenCall } from '../parts/OpenCall.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

interface Props {
  session: Session;
  onCall: (call: Call) => void;
  /** Goes back into a call that is open. */
  onReturn: (sessionId: string) => void;
}

const BUTTON_TEXTS = {
  ready: 'Talk now',
  microphone: 'Allow the microphone…',
  calling: 'Calling…',
} as const;

export const HomePage = ({ session, onCall, onReturn }: Props) => {
  const balance = useFreshLoad(getBalance);
  const open = useFreshLoad(listOpenCalls);
  const agents = useLoad(listAgents);
  const profile = useLoad(getProfile);
  const { userChoices, saveAudioInputDeviceId } = usePersistentUserChoices();
  const [chosen, setChosen] = useState<string>();
  const [step, setStep] = useState<keyof typeof BUTTON_TEXTS>('ready');

  const agentType = chosen ?? agents.data?.[0]?.id;
  const place = useCallback(async (agent: string): Promise<Result<Call>> => {
    setStep('microphone');
    const microphone = await askForMicrophone();
    if (microphone.error) return microphone;
    setStep('calling');
    return openCall(agent);
  }, []);
  const call = useAction(place);

  const refresh = (): void => {
    balance.reload();
    open.reload();
    call.clear();
  };
  const talk = async (): Promise<void> => {
    if (agentType === undefined) return;
    const placed = await call.run(agentType);
    setStep('ready');
    if (placed) return onCall(placed);
    // The refusal may be about a call that was opened elsewhere meanwhile.
    open.reload();
    balance.reload();
  };

  const other = open.data?.[0];
  const hasNoTime = balance.data?.remaining_seconds === 0 && other === undefined;
  return (
    <Page title={greeting(profile.data?.fullName ?? nameIn(session))}>
      <NoticeList />
      <ErrorNote
        error={agents.error ?? open.error}
        onRetry={agents.error ? agents.reload : refresh}
      />
      {other && <OpenCall call={other} onReturn={onReturn} onChanged={refresh} />}
      <div className="home">
        <BalanceCard balance={balance} />
        <section className="card" aria-label="Talk">
          {agents.data && (
            <AgentChoice agents={agents.data} value={agentType} onChoose={setChosen} />
          )}
          <ErrorNote
            error={other && call.error?.code === 'too_many_sessions' ? undefined : call.error}
            onRetry={() => void talk()}
          />
          {hasNoTime ? (
            <p className="lead">
              You have no time yet. <a href={routes.prices}>Buy an hour</a> or{' '}
              <a href={routes.redeem}>redeem a code</a>, then talk.
            </p>
          ) : (
            <p className="row">
              <button
                type="button"
                className="primary large"
                disabled={step !== 'ready' || agentType === undefined || other !== undefined}
                aria-describedby="talk-help"
                onClick={() => void talk()}
              >
                {BUTTON_TEXTS[step]}
              </button>
              <a className="button" href={routes.prices}>
                Buy time
              </a>
            </p>
          )}
          <p className="help" id="talk-help">
            {other === undefined
              ? 'The clock starts when the agent is on the line. You pay by the second and can hang up at any time.'
              : 'One call at a time: go on with the open one, or end it first.'}
          </p>
          <MicrophoneCheck deviceId={userChoices.audioDeviceId} onChoose={saveAudioInputDeviceId} />
        </section>
      </div>
    </Page>
  );
};

const greeting = (name: string | undefined): string =>
  name === undefined || name === '' ? 'Hello' : `Hello, ${name}`;

/** What the sign-up said, until the profile is there. */
const nameIn = (session: Session): string | undefined => {
  const name: unknown = session.user.user_metadata['full_name'];
  return typeof name === 'string' ? name : undefined;
};
