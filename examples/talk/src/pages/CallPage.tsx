import {
  LiveKitRoom,
  RoomAudioRenderer,
  StartAudio,
  usePersistentUserChoices,
} from '@livekit/components-react';
import { ConnectionError, DisconnectReason } from 'livekit-client';
import type { RoomOptions } from 'livekit-client';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Call } from '../api/calls.ts';
import { appError } from '../errors.ts';
import type { AppError } from '../errors.ts';
import { microphoneError } from '../microphone.ts';
import { CallRoom } from '../parts/CallRoom.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';

/** Why a call is not here any more: it is over, its connection broke, or it went on in another window. */
export type Leaving = { kind: 'over'; error?: AppError } | { kind: 'lost' } | { kind: 'moved' };

interface Props {
  call: Call;
  onLeave: (leaving: Leaving) => void;
}

// A reload is no goodbye: the agent waits some seconds for somebody who vanished to come back.
const ROOM_OPTIONS: RoomOptions = { disconnectOnPageLeave: false };

const LEAVINGS: ReadonlyMap<DisconnectReason | undefined, Leaving['kind']> = new Map([
  [DisconnectReason.DUPLICATE_IDENTITY, 'moved'],
  [DisconnectReason.CLIENT_INITIATED, 'over'],
  [DisconnectReason.PARTICIPANT_REMOVED, 'over'],
  [DisconnectReason.ROOM_DELETED, 'over'],
  [DisconnectReason.ROOM_CLOSED, 'over'],
]);

/** Joins the room with the microphone on and leaves it for good when unmounted. */
export const CallPage = ({ call, onLeave }: Props) => {
  const { userChoices } = usePersistentUserChoices();
  const [microphone, setMicrophone] = useState<AppError>();
  const [deviceId] = useState(userChoices.audioDeviceId);
  const audio = useMemo(() => (deviceId === '' ? true : { deviceId }), [deviceId]);

  const end = useCallback(() => onLeave({ kind: 'over' }), [onLeave]);
  // A room that was never joined is reported as disconnected, too, before its error.
  const hasJoined = useRef(false);
  const onConnected = useCallback(() => {
    hasJoined.current = true;
  }, []);
  const onDisconnected = useCallback(
    (reason?: DisconnectReason) => {
      if (hasJoined.current) onLeave({ kind: LEAVINGS.get(reason) ?? 'lost' });
      else onLeave({ kind: 'over', error: appError('call_failed') });
    },
    [onLeave],
  );
  // The room reports two kinds of failures here: no way in, and no microphone to publish.
  const onError = useCallback(
    (error: Error) => {
      if (!(error instanceof ConnectionError)) setMicrophone(microphoneError(error));
      else if (hasJoined.current) onLeave({ kind: 'lost' });
      else onLeave({ kind: 'over', error: appError('call_failed') });
    },
    [onLeave],
  );

  return (
    <Page title="Your call">
      <ErrorNote error={microphone} />
      <LiveKitRoom
        className="call"
        serverUrl={call.server_url}
        token={call.participant_token}
        options={ROOM_OPTIONS}
        audio={audio}
        onConnected={onConnected}
        onDisconnected={onDisconnected}
        onError={onError}
      >
        <RoomAudioRenderer />
        <StartAudio className="primary" label="Turn the sound on" />
        <CallRoom onEnd={end} />
      </LiveKitRoom>
    </Page>
  );
};
