import { useEffect, useState } from 'react';
import type { AppError } from '../errors.ts';
import { useMicrophoneLevel } from '../hooks/use-microphone-level.ts';
import { closeMicrophone, openMicrophone } from '../microphone.ts';
import { Choice } from './Choice.tsx';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  /** The chosen microphone; empty for the one that the browser prefers. */
  deviceId: string;
  onChoose: (deviceId: string) => void;
}

/** Shows whether the microphone hears anything, and lets one choose among several. Free of charge. */
export const MicrophoneCheck = ({ deviceId, onChoose }: Props) => {
  const [isOpen, setIsOpen] = useState(false);
  const [attempt, setAttempt] = useState(0);
  return isOpen ? (
    <OpenMicrophone
      key={attempt}
      deviceId={deviceId}
      onChoose={onChoose}
      onClose={() => setIsOpen(false)}
      onRetry={() => setAttempt(attempt + 1)}
    />
  ) : (
    <button type="button" onClick={() => setIsOpen(true)}>
      Check the microphone
    </button>
  );
};

/** Above the hum of an idle microphone. */
const HEARD_LEVEL = 0.08;

interface OpenProps extends Props {
  onClose: () => void;
  onRetry: () => void;
}

const OpenMicrophone = ({ deviceId, onChoose, onClose, onRetry }: OpenProps) => {
  const { stream, devices, error } = useMicrophone(deviceId);
  const level = useMicrophoneLevel(stream);
  const [hasHeard, setHasHeard] = useState(false);
  if (level > HEARD_LEVEL && !hasHeard) setHasHeard(true);
  return (
    <section className="card microphone" aria-label="Microphone check">
      <ErrorNote error={error} onRetry={onRetry} />
      {error === undefined && (
        <>
          <p role="status">
            {hasHeard ? 'We can hear you. All is well.' : 'Say something: the bar should move.'}
          </p>
          <meter min={0} max={1} value={level} aria-label="Loudness">
            {Math.round(level * 100)}%
          </meter>
          {devices.length > 1 && (
            <Choice
              label="Microphone"
              value={deviceId}
              onChange={(event) => {
                setHasHeard(false);
                onChoose(event.currentTarget.value);
              }}
            >
              {devices.map(({ deviceId: id, label }) => (
                <option key={id} value={id === 'default' ? '' : id}>
                  {label}
                </option>
              ))}
            </Choice>
          )}
        </>
      )}
      <button type="button" className="small" onClick={onClose}>
        Close
      </button>
    </section>
  );
};

/** The open microphone, closed again when it is not shown any more. */
const useMicrophone = (deviceId: string) => {
  const [stream, setStream] = useState<MediaStream>();
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [error, setError] = useState<AppError>();
  useEffect(() => {
    let isOver = false;
    let mine: MediaStream | undefined;
    const open = async (): Promise<void> => {
      const opened = await openMicrophone(deviceId);
      if (opened.error) return setError(opened.error);
      mine = opened.data;
      if (isOver) return closeMicrophone(mine);
      setError(undefined);
      setStream(mine);
      // The names of devices are told only once one of them is open.
      const all = await navigator.mediaDevices.enumerateDevices();
      if (!isOver) setDevices(all.filter(({ kind }) => kind === 'audioinput'));
    };
    void open();
    return () => {
      isOver = true;
      setStream(undefined);
      if (mine) closeMicrophone(mine);
    };
  }, [deviceId]);
  return { stream, devices, error };
};
