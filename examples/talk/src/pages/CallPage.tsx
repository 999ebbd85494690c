import { LiveKitRoom, RoomAudioRenderer, StartAudio } from '@livekit/components-react';
import { ConnectionError } from 'livekit-client';
import { useCallback, useRef, useState } from 'react';
import { endCall } from '../api/calls.ts';
import type { Call } from '../api/calls.ts';
import { appError } from '../errors.ts';
import type { AppError } from '../errors.ts';
import { microphoneError } from '../microphone.ts';
import { CallRoom } from '../parts/CallRoom.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';

interface Props {
  call: Call;
  /** Once, when the call is over for this browser, with the reason if that was a failure. */
  onLeave: (error?: AppError) => void;
}

/** Joins the room with the microphone on and leaves it for good when unmounted. */
export const CallPage = ({ call, onLeave }: Props) => {
  const [microphone, setMicrophone] = useState<AppError>();

  const leave = useCallback(
    (error?: AppError) => {
      // Leaving the room ends a call that runs; this also gives back a hold that no agent took up.
      void endCall(call.session_id);
      onLeave(error);
    },
    [call.session_id, onLeave],
  );
  // A room that was never joined is reported as disconnected, too, before its error.
  const hasJoined = useRef(false);
  const onConnected = useCallback(() => {
    hasJoined.current = true;
  }, []);
  const onDisconnected = useCallback(
    () => leave(hasJoined.current ? undefined : appError('call_failed')),
    [leave],
  );
  // The room reports two kinds of failures here: no way in, and no microphone to publish.
  const onError = useCallback(
    (error: Error) => {
      if (error instanceof ConnectionError) leave(appError('call_failed'));
      else setMicrophone(microphoneError(error));
    },
    [leave],
  );

  return (
    <Page title="Your call">
      <ErrorNote error={microphone} />
      <LiveKitRoom
        className="call"
        serverUrl={call.server_url}
        token={call.participant_token}
        audio
        onConnected={onConnected}
        onDisconnected={onDisconnected}
        onError={onError}
      >
        <RoomAudioRenderer />
        <StartAudio className="primary" label="Turn the sound on" />
        <CallRoom onLeave={leave} />
      </LiveKitRoom>
    </Page>
  );
};
