import {
  useLocalParticipant,
  useMediaDeviceSelect,
  usePersistentUserChoices,
} from '@livekit/components-react';
import { useState } from 'react';
import type { AppError } from '../errors.ts';
import { microphoneError } from '../microphone.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  isConnected: boolean;
  isToppingUp: boolean;
  onTopUp: () => void;
  onEnd: () => void;
}

export const CallControls = ({ isConnected, isToppingUp, onTopUp, onEnd }: Props) => {
  const { localParticipant, isMicrophoneEnabled } = useLocalParticipant();
  const [error, setError] = useState<AppError>();

  const toggle = async (): Promise<void> => {
    setError(undefined);
    try {
      await localParticipant.setMicrophoneEnabled(!isMicrophoneEnabled);
    } catch (reason) {
      setError(microphoneError(reason));
    }
  };

  return (
    <>
      <ErrorNote error={error} onRetry={() => void toggle()} />
      <div className="controls" role="group" aria-label="Call">
        <button
          type="button"
          className="round"
          disabled={!isConnected}
          data-off={!isMicrophoneEnabled}
          onClick={() => void toggle()}
        >
          {isMicrophoneEnabled ? 'Mute' : 'Unmute'}
        </button>
        <button type="button" className="round" aria-expanded={isToppingUp} onClick={onTopUp}>
          Add time
        </button>
        <button type="button" className="round danger" onClick={onEnd}>
          End call
        </button>
      </div>
      <MicrophoneSelect />
    </>
  );
};

/** Only where there is a choice. */
const MicrophoneSelect = () => {
  const { devices, activeDeviceId, setActiveMediaDevice } = useMediaDeviceSelect({
    kind: 'audioinput',
  });
  const { saveAudioInputDeviceId } = usePersistentUserChoices();
  if (devices.length < 2) return null;
  const choose = async (id: string): Promise<void> => {
    saveAudioInputDeviceId(id === 'default' ? '' : id);
    await setActiveMediaDevice(id);
  };
  return (
    <label className="device">
      <span>Microphone</span>
      <select value={activeDeviceId} onChange={(event) => void choose(event.currentTarget.value)}>
        {devices.map(({ deviceId, label }) => (
          <option key={deviceId} value={deviceId}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
};
