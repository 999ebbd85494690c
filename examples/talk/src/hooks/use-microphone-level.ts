import { useEffect, useState } from 'react';

const LOOK_EVERY_MS = 80;
/** Ordinary speech fills most of the meter. */
const GAIN = 6;

/** How loud a microphone is, from 0 to 1. */
export const useMicrophoneLevel = (stream: MediaStream | undefined): number => {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (stream === undefined) return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    const samples = new Float32Array(analyser.fftSize);
    context.createMediaStreamSource(stream).connect(analyser);
    const timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      setLevel(Math.min(1, Math.sqrt(power) * GAIN));
    }, LOOK_EVERY_MS);
    return () => {
      window.clearInterval(timer);
      void context.close();
      setLevel(0);
    };
  }, [stream]);
  return level;
};
